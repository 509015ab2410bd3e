"""The line of the spec that a drifted property is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compiler.program.traced import setting_behind
from compiler.source.document import Path
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from reviewer.differences import same
from reviewer.reasons import COMMON, alike
from reviewer.settings import place_in
from reviewer.template_set import ROOT, Address


def place_at(compiled: Compiled, address: Address, path: str) -> str:
    """Where the spec has the setting that became a property; empty where its value does not remember that.

    `address` is that of its resource. Of a platform that was compiled with traced values alone.
    """
    stack, logical_id = address
    template = next((one for one in compiled.templates if (one.logical_id or ROOT) == stack), None)
    if not compiled.traced or template is None or not path:
        return ""
    resource = template.body.get("Resources", {}).get(logical_id, {})
    setting = setting_behind(_at(resource.get("Properties"), path))
    return str(compiled.place_of(setting) or "") if setting else ""


def _at(value: Json, path: str) -> Json:
    """The value at ``RedrivePolicy.maxReceiveCount`` or ``Tags[0].Value``; None where there is none."""
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


def place_for(compiled: Compiled, component: str, path: str, value: Json = None) -> str:
    """Where the spec has the setting behind a property, by name, else by value; else where it has the component."""
    top = path.split(".")[0].split("[")[0]
    settings = dict(_leaves(compiled.settings.get(component, {})))
    named = [steps for steps in settings if top and alike(str(steps[0]), top)]
    valued = [steps for steps, found in settings.items() if str(value) not in COMMON and same(found, value)]
    both = [steps for steps in named if steps in valued]
    found = next((one[0] for one in (both, named, valued) if len(one) == 1), ())
    return place_in(compiled, component, found)


def _leaves(settings: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Settings without parts, by their path."""
    if isinstance(settings, Mapping) and (settings or not path):
        for key, value in settings.items():
            yield from _leaves(value, (*path, key))
    else:
        yield path, settings
