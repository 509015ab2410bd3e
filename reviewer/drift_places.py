"""The line of the spec that a drifted property is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.document import Path
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from reviewer.differences import same
from reviewer.reasons import COMMON, alike
from reviewer.settings import place_in


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
