"""Checks of `ignore`: what others change has to have a form in which a deployment can keep it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.image_source import is_built, stored
from compiler.source.document import Path
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json

_READ = ("image", "code")
"""What a deployment has to read in AWS, or to keep from the last one."""


def ignore_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """`data` is the whole component."""
    for index, name in enumerate(data["ignore"]):
        path: Path = ("ignore", index)
        if name in _READ and spec.header.get("fleet"):
            message = f"'{name}' can't be kept: a fleet's stacks get the same values in all accounts"
            yield Fault("ignored-setting", message, path, "remove it from 'ignore'")
        elif name == "image":
            yield from _image(data["image"], path)
        elif name == "code" and not data["code"]:
            yield Fault("unused-setting", "there is no 'code' to leave to others", path, "remove it from 'ignore'")


def _image(image: Json, path: Path) -> Iterator[Fault]:
    if image is None:
        yield Fault("unused-setting", "there is no 'image' to leave to others", path, "remove it from 'ignore'")
    elif is_built(image):
        message = "the deployment builds this image, and would never run what it has built"
        yield Fault("ignored-setting", message, path, "name the image that the first deployment runs, or remove this")
    elif stored(image):
        message = "others change the Systems Manager parameter, and each deployment takes what it has"
        yield Fault("ignored-setting", message, path, "remove it from 'ignore'")
    elif OPEN in str(image):
        message = "the image's address is known only in AWS, so that no root parameter can keep it"
        help_text = "write a first image's address as text; '${account}' is text where the environment has 'account'"
        yield Fault("ignored-setting", message, path, help_text)
