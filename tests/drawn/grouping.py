"""Writes components with `each` of a drawn spec as groups: those with the same words in one."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping

from compiler.source.json_value import Json

Groups = Mapping[tuple[str, str], str]
"""Section and name of a component → its group."""


def groups_of(components: Mapping[str, Json]) -> dict[tuple[str, str], str]:
    """All components with `each`, by what each stands for."""
    names: dict[str, str] = {}
    found = {}
    for section, several in components.items():
        for name, component in several.items() if isinstance(several, dict) else ():
            if isinstance(component, dict) and "each" in component:
                words = json.dumps(component["each"])
                found[section, name] = names.setdefault(words, f"group-{len(names)}")
    return found


def grouped(spec: Mapping[str, Json], groups: Groups) -> dict[str, Json]:
    """The spec with these components in groups, and the changes of its environments too."""
    written = copy.deepcopy(dict(spec))
    for own, group in groups.items():
        component = written[own[0]][own[1]]
        _move(written, own, group)
        written["groups"][group]["each"] = component.pop("each")
        for environment in written["environments"].values():
            if own[1] in (environment.get(own[0]) or {}):
                _move(environment, own, group)
    return written


def _move(layer: dict[str, Json], own: tuple[str, str], group: str) -> None:
    section, name = own
    inside = layer.setdefault("groups", {}).setdefault(group, {}).setdefault(section, {})
    inside[name] = layer[section].pop(name)
    if not layer[section]:
        del layer[section]
