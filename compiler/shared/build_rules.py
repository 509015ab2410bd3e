"""Checks of images that the deployment builds: paths, arguments, and the processor that they are for."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.meaning.variable_rules import variable_warnings
from compiler.shared.image_source import PROCESSORS, is_built
from compiler.shared.path_rules import path_faults
from compiler.source.document import Path
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json


def build_faults(image: Json, path: Path, architecture: str, spec: ResolvedSpec) -> Iterator[Fault]:
    """`architecture` is that of what runs the image at `path`; nothing for one that is not built."""
    if not is_built(image):
        return
    if spec.header.get("fleet"):
        message = "an image is built for one account, and the accounts of a fleet have no repository for it"
        help_text = "push it to a repository that they may all pull from, and name that: image: 1111….dkr.ecr.…/web:1.0"
        yield Fault("image-build", message, path, help_text)
    yield from path_faults(image["build"], ("build", "web"), (*path, "build"))
    yield from _file(image, path)
    yield from _arguments(image, path)
    yield from _processor(image, path, architecture)


def _file(image: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    file, where = image["file"], (*path, "file")
    faults = tuple(path_faults(file, ("file", "Dockerfile"), where))
    yield from faults
    if not faults and posixpath.normpath(file).split("/")[0] == "..":
        message = f"'file' leads out of the folder that is built: '{file}'"
        yield Fault("bad-path", message, where, "build a folder around both: its 'file' is relative to it")


def _arguments(image: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    for name, value in image["args"].items():
        if OPEN in value:
            message = f"'{name}' is known before deployment: it can't have an attribute of a component"
            help_text = "give it to the container as an environment variable"
            yield Fault("image-build", message, (*path, "args", name), help_text)
    yield from variable_warnings(image["args"], (*path, "args"))


def _processor(image: Mapping[str, Json], path: Path, architecture: str) -> Iterator[Fault]:
    runs = PROCESSORS[architecture]
    if image["platform"] and not f"{image['platform']}/".startswith(f"{runs}/"):
        message = f"the image is built for {image['platform']}, and runs on {architecture}"
        help_text = "leave 'platform' out, or set 'architecture' to that processor"
        yield Fault("image-build", message, (*path, "platform"), help_text)
