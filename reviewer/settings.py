"""Settings of the spec that differ from those of the deployed platform, by component."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping

from compiler.language.address import address_of
from compiler.source.document import Path
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from reviewer.change import Setting
from reviewer.differences import differences, shown
from reviewer.sides import Sides

_NO_REASON = frozenset({"renamed_from", "only"})
"""Settings that change no resource by themselves."""


def changed_settings(sides: Sides) -> Mapping[str, tuple[Setting, ...]]:
    """Component path → its changed settings; those of the whole environment at the empty path.

    Components that are new or removed have none; all are empty where the deployed settings are not known.
    """
    old, new = sides.before.settings, sides.compiled.settings
    earlier = {component: _earlier(component, new[component], old) for component in new}
    pairs = {component: (old[name], new[component]) for component, name in earlier.items() if name is not None}
    found = {component: tuple(_changed(sides, component, pair)) for component, pair in pairs.items()}
    return {component: settings for component, settings in found.items() if settings}


def digest(settings: Mapping[str, Json]) -> str:
    """Seven digits that stand for the effective settings of an environment; empty where they are not known."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:7] if settings else ""


def parameter_settings(sides: Sides, component: str, causes: Iterator[str]) -> Iterator[Setting]:
    """Root parameters behind a component's changes, told as its settings: code, or an image given by option."""
    artifacts = {one.parameter: one for one in sides.compiled.artifacts}
    built = {one.parameter: one for one in sides.compiled.images}
    for name in dict.fromkeys(causes):
        before, after = sides.before.parameters.get(name), sides.new.parameters.get(name)
        if name in artifacts and artifacts[name].component == component:
            yield Setting(f"code in {artifacts[name].source}", None, "new content", place_of(sides, component))
        elif name in built and built[name].component == component and before != after:
            about = f"image built from {built[name].context}"
            yield Setting(about, _short_tag(before), _short_tag(after), place_of(sides, component))
        elif before != after:
            yield Setting(_about(sides, name), before, after)


def _about(sides: Sides, name: str) -> str:
    """The parameter, or the Systems Manager parameter that it names."""
    declared = sides.compiled.root.body.get("Parameters", {}).get(name, {})
    stored = str(declared.get("Type", "")).startswith("AWS::SSM::Parameter::Value<")
    return f"value of {declared['Default']}" if stored else f"parameter {name}"


def _short_tag(address: str | None) -> str | None:
    """Enough of the tag to tell two builds apart; of an image without one its whole address."""
    repository, _, tag = (address or "").rpartition(":")
    return tag[:7] if repository and "/" not in tag else address


def place_of(sides: Sides, component: str, path: Path = ()) -> str:
    """Where a setting stands in the spec, or the nearest thing around it; empty where the spec does not mention it."""
    return place_in(sides.compiled, component, path)


def place_in(compiled: Compiled, component: str, path: Path = ()) -> str:
    """As `place_of`, where there is one side only."""
    steps = tuple(itertools.takewhile(lambda step: not str(step).startswith("["), path))
    around = tuple(component.split(".")) if component else ()
    return str(compiled.place_of((*around, *steps)) or "")


def _earlier(component: str, data: Json, old: Mapping[str, Json]) -> str | None:
    """The path that a component had before, with a name that it may have had; None for a new one."""
    if component in old:
        return component
    former = data.get("renamed_from") if isinstance(data, Mapping) else None
    path = address_of((component.partition(".")[0], former)) if former else ""
    return path if path in old and path else None


def _changed(sides: Sides, component: str, pair: tuple[Json, Json]) -> Iterator[Setting]:
    for path, before, after in differences(*pair):
        if path and path[0] not in _NO_REASON and not _is_new_default(sides, component, str(path[0]), pair[0]):
            yield Setting(shown(path), before, after, place_of(sides, component, path))


def _is_new_default(sides: Sides, component: str, name: str, old: Json) -> bool:
    """Whether a setting is one that the deployed version did not have, and that the spec does not mention."""
    return isinstance(old, Mapping) and name not in old and not is_stated(sides, component, name)


def is_stated(sides: Sides, component: str, name: str) -> bool:
    """Whether the spec itself has a setting, so that its value is no default."""
    document = sides.compiled.document
    return document is None or (*component.split("."), name) in document.keys
