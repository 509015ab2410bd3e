"""The two forms of `image`: an address, or what it is built from."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json

PROCESSORS = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}
"""`architecture` → platform of an image, as builders call it."""


def is_built(image: Json) -> bool:
    """Whether a deployment builds it, rather than somebody before."""
    return isinstance(image, Mapping)


def written(image: Json) -> str:
    """The image as it is written in the spec; empty for one that is built, or none."""
    return image if isinstance(image, str) else ""


def built_platform(image: Mapping[str, Json], architecture: str) -> str:
    """What it is built for."""
    return str(image["platform"] or PROCESSORS[architecture])
