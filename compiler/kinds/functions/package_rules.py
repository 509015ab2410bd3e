"""Checks of what a function runs: its code, layers or image, and snapshots of it (Lambda developer guide)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compiler.language.facts import fact
from compiler.meaning.fault import Fault, warning
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.ignore_rules import ignore_faults
from compiler.shared.image_forms import form_faults
from compiler.shared.image_rules import registry_region
from compiler.shared.image_source import pulled_from
from compiler.shared.path_rules import path_faults
from compiler.source.document import Path
from compiler.source.json_value import Json

_OF_CODE = {"runtime": "python3.13", "handler": "app.handler"}
"""What goes with code, and an example."""
_OF_IMAGE = ("command", "entrypoint", "working_directory")
_SNAPSHOTS = re.compile(r"java(1[1-9]|[2-9][0-9])|python3\.(1[2-9]|[2-9][0-9])|dotnet([89]|[1-9][0-9])")
"""Runtimes that start from snapshots (developer guide, SnapStart: supported features and limitations)."""
_NO_SNAPSHOTS = re.compile(r"java8.*|python(2\..*|3\.([0-9]|1[01]))|dotnet(core.*|[67])|provided.*")
"""Runtimes that are older than snapshots, or that have no language; others may get them."""
_SNAPSHOT_MIB = 512


def package_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """`data` is the whole function."""
    if data["code"] and data["image"]:
        yield Fault("one-of-two", "a function runs 'code' or an 'image', not both", ("image",), "remove one of them")
    elif data["image"]:
        yield from _image(data, spec)
    elif data["code"]:
        yield from _code(data)
    else:
        help_text = "code: the folder with the code, or image: a container image"
        yield Fault("missing-property", "needs 'code' or 'image'", (), help_text)
    yield from ignore_faults(data, spec)
    yield from _paths(data)
    yield from _snapshots(data)


def _code(data: Mapping[str, Json]) -> Iterator[Fault]:
    for name, example in _OF_CODE.items():
        if not data[name]:
            yield Fault("missing-property", f"needs '{name}'", (), f"such as '{name}: {example}'")
    for name in _OF_IMAGE:
        if data[name]:
            yield Fault("unused-setting", f"'{name}' is for an 'image', and this is 'code'", (name,), "remove it")


def _image(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    for name in (*_OF_CODE, "layers"):
        if data[name]:
            message = f"'{name}' is for 'code': an image brings its own"
            yield Fault("unused-setting", message, (name,), "remove it")
    yield from form_faults(data["image"], ("image",), data["architecture"], spec)
    yield from _address(pulled_from(data["image"]), spec.region)


def _address(image: str, region: str) -> Iterator[Fault]:
    found = registry_region(image)
    if found and found != region:
        message = f"the image is in {found}, and Lambda takes one of its own region, {region}, only"
        yield Fault("bad-value", message, ("image",), f"push it to a repository in {region}")


def _paths(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["code"]:
        yield from path_faults(data["code"], ("code", _EXAMPLES["code"]), ("code",))
    for index, layer in enumerate(data["layers"]):
        if layer.startswith("."):
            yield from path_faults(layer, ("layers", _EXAMPLES["layers"]), ("layers", index))


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
