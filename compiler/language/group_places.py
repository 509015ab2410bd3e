"""Where groups stand in a spec: in the file, under an environment, and under an account or region of a fleet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.diagnostics import Place
from compiler.source.document import Path
from compiler.source.json_value import Json

GROUPS = "groups"
OWN = ("each", "only")
"""Settings of a group itself; everything else in it is a section."""
_FLEET_CHANGES = ("by_region", "by_account")

Members = Mapping[str, list[Path]]
"""Group → section and name of each of its components."""


def mapping(value: Json) -> Mapping[str, Json]:
    """The value, if it is a mapping: texts of editors may have anything."""
    return value if isinstance(value, dict) else {}


def value_at(data: Json, path: Path) -> Json:
    """The value at a path; None where there is none."""
    for step in path:
        data = mapping(data).get(str(step))
    return data


def replaced(data: Json, path: Path, value: Json) -> Json:
    """`data` with another value at a path, which is there."""
    if not path:
        return dict(value) if isinstance(value, dict) else value
    first = str(path[0])
    return {**data, first: replaced(data[first], path[1:], value)}


def group_of(data: Mapping[str, Json], section: str, name: str) -> str:
    """The group of a file in which a component is declared; empty for one outside of groups."""
    groups = mapping(data.get(GROUPS))
    return next((group for group in groups if name in mapping(value_at(groups, (group, section)))), "")


def layers(data: Mapping[str, Json]) -> Iterator[Path]:
    """What is merged over each other, the file itself first."""
    yield ()
    for name, environment in mapping(data.get("environments")).items():
        yield ("environments", name)
        for kind in _FLEET_CHANGES:
            changes = mapping(value_at(environment, ("fleet", kind)))
            yield from (("environments", name, "fleet", kind, of) for of in changes)


def moved(places: Mapping[Path, Place], members: Members) -> dict[Path, Place]:
    """The places, with those in groups at the paths of the components too; a component's own before its group's."""
    inside = [(path, *found) for path in places if (found := _divided(path))]
    result = dict(places)
    for path, layer, (group, head, *deep) in inside:
        if head in OWN:
            result |= {(*layer, *own, head, *deep): places[path] for own in members.get(str(group), ())}
        elif not deep:
            result.setdefault((*layer, head), places[path])
    own = {(group, *one) for group, paths in members.items() for one in paths}
    return result | {(*layer, *rest[1:]): places[path] for path, layer, rest in inside if rest[:3] in own}


def _divided(path: Path) -> tuple[Path, Path] | None:
    """The layer in which a path of a group's setting lies, and the path from the group on."""
    for depth in (0, 2, 5):
        if path[depth : depth + 1] == (GROUPS,) and len(path) > depth + 2 and _is_layer(path[:depth]):
            return path[:depth], path[depth + 1 :]
    return None


def _is_layer(path: Path) -> bool:
    return path[:1] in ((), ("environments",)) and (len(path) < 3 or (path[2] == "fleet" and path[3] in _FLEET_CHANGES))
