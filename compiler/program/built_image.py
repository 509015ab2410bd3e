"""Container images that a deployment builds and pushes."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.frozen import frozen


@frozen(eq=True)
class BuiltImage:
    """Something to be built before deployment: its address reaches the root template as `parameter`."""

    parameter: str
    """Root parameter that takes the address, e.g. ``WebServiceImage``."""
    component: str
    """Component path, e.g. ``services.web``."""
    repository: str
    """Name of the repository in Amazon ECR that it is pushed to: one for each image."""
    context: str
    """Folder that it is built from, relative to the folder of the spec, with ``/``."""
    file: str
    """The Dockerfile, relative to `context`."""
    args: Mapping[str, str]
    target: str | None
    platform: str
    """Such as ``linux/arm64``."""
    cache: bool | tuple[str, ...]
    """Whether earlier layers are used, or the images whose layers are."""
    of_function: bool = False
    """Whether Lambda fetches it, as itself."""
