"""Code and other files that are uploaded before a deployment."""

from __future__ import annotations

from compiler.source.frozen import frozen


@frozen(eq=True)
class Artifact:
    """Something to be uploaded before deployment: its S3 key reaches the root template as `parameter`."""

    parameter: str
    """Root parameter that takes the S3 key, e.g. ``ApiCodeKey``."""
    component: str
    """Component path, e.g. ``functions.api``."""
    source: str
    """File or folder, relative to the folder of the spec, with ``/``."""
