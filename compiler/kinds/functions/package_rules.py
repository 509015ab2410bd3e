"""Checks of what a function runs: its code, layers or image, and snapshots of it (Lambda developer guide)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from compiler.language.facts import fact
from compiler.meaning.fault import Fault, warning
from compiler.shared.image_rules import image_warnings, registry_region
from compiler.source.document import Path
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json

_OF_CODE = {"runtime": "python3.13", "handler": "app.handler"}
"""What goes with code, and an example."""
_OF_IMAGE = ("command", "entrypoint", "working_directory")
_SNAPSHOTS = re.compile(r"java(1[1-9]|[2-9][0-9])|python3\.(1[2-9]|[2-9][0-9])|dotnet([89]|[1-9][0-9])")
"""Runtimes that start from snapshots (developer guide, SnapStart: supported features and limitations)."""
_NO_SNAPSHOTS = re.compile(r"java8.*|python(2\..*|3\.([0-9]|1[01]))|dotnet(core.*|[67])|provided.*")
"""Runtimes that are older than snapshots, or that have no language; others may get them."""
_SNAPSHOT_MIB = 512


def package_faults(data: Mapping[str, Json], region: str) -> Iterator[Fault]:
    """`data` is the whole function."""
    if data["code"] and data["image"]:
        yield Fault("one-of-two", "a function runs 'code' or an 'image', not both", ("image",), "remove one of them")
    elif data["image"]:
        yield from _image(data, region)
    elif data["code"]:
        yield from _code(data)
    else:
        help_text = "code: the folder with the code, or image: a container image"
        yield Fault("missing-property", "needs 'code' or 'image'", (), help_text)
    yield from _paths(data)
    yield from _snapshots(data)


def _code(data: Mapping[str, Json]) -> Iterator[Fault]:
    for name, example in _OF_CODE.items():
        if not data[name]:
            yield Fault("missing-property", f"needs '{name}'", (), f"such as '{name}: {example}'")
    for name in _OF_IMAGE:
        if data[name]:
            yield Fault("unused-setting", f"'{name}' is for an 'image', and this is 'code'", (name,), "remove it")


def _image(data: Mapping[str, Json], region: str) -> Iterator[Fault]:
    for name in (*_OF_CODE, "layers"):
        if data[name]:
            message = f"'{name}' is for 'code': an image brings its own"
            yield Fault("unused-setting", message, (name,), "remove it")
    yield from image_warnings(data["image"], ("image",))
    found = registry_region(data["image"])
    if found and found != region:
        message = f"the image is in {found}, and Lambda takes one of its own region, {region}, only"
        yield Fault("bad-value", message, ("image",), f"push it to a repository in {region}")


def _paths(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["code"]:
        yield from _path(data["code"], "code", ("code",))
    for index, layer in enumerate(data["layers"]):
        if layer.startswith("."):
            yield from _path(layer, "layers", ("layers", index))


def _path(said: str, name: str, path: Path) -> Iterator[Fault]:
    normal = posixpath.normpath(said)
    if OPEN in said:
        message = f"'{name}' is a path known before deployment: it can't have an attribute of a component"
        yield Fault("bad-path", message, path, "only ${env}, ${platform} and ${region} are allowed here")
    elif posixpath.isabs(normal) or normal.startswith("~") or "\\" in said or ":" in said:
        help_text = f"write it from the folder of the spec, with /: ./{_EXAMPLES[name]}"
        yield Fault("bad-path", f"'{name}' must be a relative path, not '{said}'", path, help_text)
    elif normal.split("/").count("..") > 2:
        help_text = "keep the code in the repository of the spec: at most two .."
        yield Fault("bad-path", f"'{name}' leads out of the repository: '{said}'", path, help_text)


_EXAMPLES = {"code": "functions/api", "layers": "layers/shared"}


def _snapshots(data: Mapping[str, Json]) -> Iterator[Fault]:
    if not data["snap_start"]:
        return
    where: Path = ("snap_start",)
    runtime, help_text = data["runtime"], "use java11, python3.12, dotnet10 or newer, or 'provisioned' instead"
    if data["image"] or (runtime and _NO_SNAPSHOTS.fullmatch(runtime)):
        what = "an image" if data["image"] else runtime
        yield Fault("snap-start", f"SnapStart does not support {what}", where, help_text)
    elif runtime and not _SNAPSHOTS.fullmatch(runtime):
        date = fact("lambda-runtimes").date
        message = f"SnapStart of {runtime} was not known on {date}; passed as written"
        yield warning("unknown-value", message, where, help_text)
    for name in ("provisioned", "mounts"):
        if data[name]:
            yield Fault("snap-start", f"'snap_start' can't be combined with '{name}'", (name,), "remove one of them")
    if data["ephemeral_storage"] > _SNAPSHOT_MIB:
        message = f"with 'snap_start', /tmp is limited to {_SNAPSHOT_MIB} MiB"
        yield Fault("snap-start", message, ("ephemeral_storage",), "remove one of them")
