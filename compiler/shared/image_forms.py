"""Checks of `image` in all its forms: which one it is, and what goes with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.build_rules import build_faults
from compiler.shared.image_rules import image_warnings
from compiler.shared.image_source import is_built, stored
from compiler.source.document import Path
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json

_OF_BUILDS: Mapping[str, Json] = {"file": "Dockerfile", "args": {}, "target": None, "platform": None, "cache": True}
"""What only a build has, with what it is when nobody sets it."""


def form_faults(image: Json, path: Path, architecture: str, spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of the image at `path`, whatever its form; `architecture` is that of what runs it."""
    if isinstance(image, str):
        yield from image_warnings(image, path)
    elif is_built(image) and stored(image):
        message = "an image is built, or a parameter has its address, not both"
        yield Fault("one-of-two", message, (*path, "parameter"), "remove 'build' or 'parameter'")
    elif is_built(image):
        yield from build_faults(image, path, architecture, spec)
        if image["repository"]:
            message = "'repository' is for 'parameter': a deployment makes a repository for what it builds"
            yield Fault("unused-setting", message, (*path, "repository"), "remove it")
    elif stored(image):
        yield from _stored(image, path, spec)
    elif image is not None:
        help_text = "build: the folder that it is built from, or parameter: what has its address"
        yield Fault("missing-property", "needs 'build' or 'parameter'", path, help_text)


def _stored(image: Mapping[str, Json], path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    for name, usual in _OF_BUILDS.items():
        if image[name] != usual:
            message = f"'{name}' is for 'build', and a parameter has the address of this image"
            yield Fault("unused-setting", message, (*path, name), "remove it")
    where = (*path, "parameter")
    if OPEN in stored(image):
        message = "CloudFormation reads the parameter before it makes anything: its name can't have an attribute"
        yield Fault("image-parameter", message, where, "write the name, such as /team/app/image")
    if spec.header.get("fleet"):
        message = "a stack set doesn't read the parameter anew in each account that it deploys to"
        yield Fault("image-parameter", message, where, "name the image: image: 1111….dkr.ecr.…/web:1.0")
