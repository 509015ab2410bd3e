"""Several environments as one spec: what all have, and what each has beside it (JSON Merge Patch)."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from compiler.source.json_value import Json

Sections = dict[str, dict[str, Json]]


def together(
    base: Sections, variants: Mapping[str, Sections], alone: frozenset[str]
) -> tuple[Sections, dict[str, Json]]:
    """The base with what only environments have, and the patch of each environment; `alone` are sections that are one
    component themselves.
    """
    whole = copy.deepcopy(base)
    for sections in variants.values():
        for section, there in sections.items():
            if section in alone:
                whole.setdefault(section, copy.deepcopy(there))
                continue
            for name, settings in there.items():
                if name not in whole.setdefault(section, {}):
                    whole[section][name] = _kept_to(settings, section, name, variants)
    return whole, {name: _environment(whole, sections, name, alone) for name, sections in variants.items()}


def _kept_to(settings: Json, section: str, name: str, variants: Mapping[str, Sections]) -> Json:
    """A component that the base does not have, for the environments that have it."""
    having = [one for one, sections in variants.items() if name in sections.get(section, {})]
    only = {} if len(having) == len(variants) else {"only": having}
    return {**copy.deepcopy(settings), **only}


def _environment(whole: Sections, sections: Sections, name: str, alone: frozenset[str]) -> Json:
    found: dict[str, Json] = {}
    for section, there in whole.items():
        if section in alone:
            changes = patch(there, sections.get(section, {}))
        else:
            changes = {}
            for component, settings in there.items():
                changed = _component(settings, sections.get(section, {}).get(component), name)
                if changed != {}:
                    changes[component] = changed
        if changes:
            found[section] = changes
    return found


def _component(settings: Json, wanted: Json, environment: str) -> Json:
    """The changes of a component; one that is `only` in others needs none."""
    only = settings.get("only")
    if wanted is None:
        return {} if only is not None and environment not in only else None
    return patch({key: value for key, value in settings.items() if key != "only"}, wanted)


def patch(under: Mapping[str, Json], wanted: Mapping[str, Json]) -> dict[str, Json]:
    """The JSON Merge Patch that makes `wanted` of `under`."""
    found: dict[str, Json] = {key: None for key in under if key not in wanted}
    for key, value in wanted.items():
        before = under.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            inner = patch(before, value)
            if inner:
                found[key] = inner
        elif key not in under or before != value:
            found[key] = copy.deepcopy(value)
    return found
