"""Checks of what stages say that fits only some images, functions and ways to deploy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.image_rules import image_warnings
from compiler.shared.image_source import is_built
from compiler.source.document import Path
from compiler.source.json_value import Json

_OF_SPEC: Mapping[str, Json] = {
    "environment": None,
    "images": None,
    "bucket": None,
    "regions": [],
    "install": ["pip install stackwright"],
}
_OF_TEMPLATE: Mapping[str, Json] = {
    "configuration": None,
    "capabilities": ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
}
_OF_SHIFT: Mapping[str, Json] = {"percent": 10, "minutes": 5}
"""Setting → its default, which is not told from one that is written."""
_LONGEST = 2880
"""Minutes that all moves may take together: two days ("AWS Lambda deploy action reference")."""


def stage_faults(stages: Sequence[Mapping[str, Json]], spec: ResolvedSpec) -> Iterator[Fault]:
    for index, stage in enumerate(stages):
        path: Path = ("stages", index)
        if stage["approve"] is not None and stage["on_failure"]:
            message = "an approval that is refused has nothing to run again"
            yield Fault("unused-setting", message, (*path, "on_failure"), "remove it")
        if stage["build"]:
            yield from _image(stage["build"], (*path, "build"))
        deploy = stage["deploy"] or {}
        if deploy.get("function"):
            yield from _function(deploy["function"], (*path, "deploy", "function"), spec)
        if deploy.get("service"):
            yield from _service(deploy["service"], (*path, "deploy", "service"), spec)
        if deploy.get("platform"):
            yield from _platform(deploy["platform"], (*path, "deploy", "platform"))


def _image(build: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    custom = build["custom_image"]
    if not custom:
        return
    yield from image_warnings(custom["uri"], (*path, "custom_image", "uri"))
    if build["runtimes"]:
        message = "only images that CodeBuild manages make languages ready"
        yield Fault("unused-setting", message, (*path, "runtimes"), "remove it, and have them in the image")


def _function(said: Mapping[str, Json], path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    target = next((found for found, _ in spec.pointers(said["name"])), None)
    if target is None or not target.offers("authenticate"):
        return
    if target.settings["image"]:
        message = f"'{target.name}' is a container image, and a pipeline brings it no code"
        yield Fault("bad-value", message, (*path, "name"), "push the image and deploy the platform")
    gradual = said["shift"] != "all_at_once"
    for name, default in _OF_SHIFT.items():
        if not gradual and said[name] != default:
            message = f"all requests move at once, without '{name}'"
            yield Fault("unused-setting", message, (*path, name), "remove it, or set 'shift: canary' or 'linear'")
    if gradual and not (target.settings["provisioned"] or target.settings["snap_start"]):
        message = f"'{target.name}' has no versions that requests could move between"
        help_text = f"set 'provisioned' or 'snap_start' on {target.address}, or 'shift: all_at_once'"
        yield Fault("bad-value", message, (*path, "shift"), help_text)
    moves = 1 if said["shift"] == "canary" else -(-100 // said["percent"]) - 1
    if gradual and moves * said["minutes"] > _LONGEST:
        message = f"the moves take {moves * said['minutes']} minutes together, and AWS allows {_LONGEST}"
        yield Fault("bad-value", message, (*path, "minutes"), "set fewer minutes, or a higher 'percent'")


def _service(said: Mapping[str, Json], path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    target = next((found for found, _ in spec.pointers(said["name"])), None)
    if target is not None and is_built(target.settings.get("image")):
        message = f"the deployment of the platform builds the image of '{target.name}', and would undo what this brings"
        help_text = "deploy the platform in this stage, or name a first image with 'ignore: [image]'"
        yield Fault("bad-value", message, (*path, "name"), help_text)


def _platform(said: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    found = [name for name in ("spec", "template") if said[name] is not None]
    if len(found) != 1:
        about = "both" if found else "none"
        message = f"the deployment of a platform has exactly one of spec and template, and this one has {about}"
        yield Fault("one-of-two", message, path, "set 'spec', or 'template' where something else packages it")
        return
    for name, default in (_OF_TEMPLATE if said["spec"] else _OF_SPEC).items():
        if said[name] != default:
            yield Fault("unused-setting", f"with '{found[0]}' there is no '{name}'", (*path, name), "remove it")
    if said["topic"] and not said["approve"]:
        message = "nobody is asked, and so nobody is told"
        yield Fault("unused-setting", message, (*path, "topic"), "remove it, or 'approve: false'")
