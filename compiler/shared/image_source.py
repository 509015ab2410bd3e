"""The three forms of `image`: an address, what it is built from, or a parameter of Systems Manager that has it."""

from __future__ import annotations

from collections.abc import Container, Mapping

from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json

PROCESSORS = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}
"""`architecture` → platform of an image, as builders call it."""


def is_built(image: Json) -> bool:
    """Whether a deployment builds it, rather than somebody before."""
    return isinstance(image, Mapping) and bool(image.get("build"))


def stored(image: Json) -> str:
    """The Systems Manager parameter that has the address; empty for an image of another form, or none."""
    return str(image.get("parameter") or "") if isinstance(image, Mapping) else ""


def written(image: Json) -> str:
    """The image as it is written in the spec; empty for one of another form, or none."""
    return image if isinstance(image, str) else ""


def pulled_from(image: Json) -> str:
    """What says where it is pulled from: its address, or that of the repository; empty for one that is built."""
    return str(image.get("repository") or "") if stored(image) else written(image)


def by_parameter(image: Json) -> bool:
    """Whether a root parameter has the address: all but an address that is known only in AWS."""
    return bool(image) and (not isinstance(image, str) or OPEN not in image)


def by_own_parameter(image: Json, ignored: Container[str]) -> bool:
    """The same, where an address is in the template itself, but for one that others change."""
    return by_parameter(image) and (not isinstance(image, str) or "image" in ignored)


def built_platform(image: Mapping[str, Json], architecture: str) -> str:
    """What it is built for."""
    return str(image["platform"] or PROCESSORS[architecture])
