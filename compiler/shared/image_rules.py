"""Container images: where they lie, and whether their content changes without the spec."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compiler.meaning.fault import Fault, warning
from compiler.source.document import Path

_REGISTRY = re.compile(r"^[0-9]{12}\.dkr\.ecr\.([a-z0-9-]+)\.")
_LATEST = "latest"
"""The tag of an image without one. Source: Docker CLI reference, `docker image pull`."""


def registry_region(image: str) -> str | None:
    """The region of an image in Amazon ECR; None for any other registry, and for an image that a pointer names."""
    found = _REGISTRY.match(image)
    return found[1] if found else None


def image_warnings(image: str, path: Path) -> Iterator[Fault]:
    """A warning for an image without a tag or digest, or with the tag `latest`."""
    tag = _tag(image)
    if tag is None or tag not in ("", _LATEST):
        return
    what = "has the tag 'latest'" if tag else "has no tag, which means 'latest'"
    message = f"the image {what}: what runs changes with every push, without a change of the spec"
    yield warning("image-tag", message, path, "give the tag or digest of one build, such as ':1.4.2'")


def _tag(image: str) -> str | None:
    """The tag; empty without one; None for a digest, or where an attribute may hold either."""
    if "@" in image:
        return None
    last = image.rpartition("/")[2]
    written = last.rpartition("}")[2]
    if ":" in written:
        return written.rpartition(":")[2]
    return None if "${" in last and not image.endswith(".uri}") else ""
