"""What an editor's schema has in several places, written once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import field

from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_SHORT = 120
"""What is shorter stands where it is used."""
_POINTER = "#/definitions/"
_NAMED = ("properties", "patternProperties")
"""Keywords with a schema for each name."""
_SINGLE = ("additionalProperties", "items", "propertyNames", "if", "then", "else", "not")
_SEVERAL = ("anyOf", "allOf")
Steps = tuple[str, ...]
Name = str | int


def shared(schema: Mapping[str, Json]) -> dict[str, Json]:
    """`schema` with a reference wherever a part of it stands several times, named after its first place."""
    pool = _Pool()
    whole = pool.part(schema)
    counts: Counter[int] = Counter()
    _count(whole, counts, pool.long)
    sharing = _Sharing({number for number, count in counts.items() if count > 1})
    return {**sharing.inside(whole, ()), "definitions": dict(sorted(sharing.definitions.items()))}


@frozen(eq=True)
class _Pool:
    """One object for all parts that are the same."""

    parts: dict[str, tuple[dict[str, Json], int]] = field(default_factory=dict)
    """What tells a part apart → the part, and its length."""
    known: dict[int, tuple[Mapping[str, Json], dict[str, Json]]] = field(default_factory=dict)
    """Identity of a part as it came → itself, which must not go, and the one object."""
    long: set[int] = field(default_factory=set)

    def part(self, came: Mapping[str, Json]) -> dict[str, Json]:
        if id(came) not in self.known:
            self.known[id(came)] = came, self._new(came)
        return self.known[id(came)][1]

    def _new(self, came: Mapping[str, Json]) -> dict[str, Json]:
        part, marked = dict(came), dict(came)
        for keyword, name, child in _children(came):
            one = self.part(child)
            part[keyword] = _with(part[keyword], name, one)
            marked[keyword] = _with(marked[keyword], name, f"{id(one)} {'long' if id(one) in self.long else ''}")
        text = json.dumps(marked)
        found, length = self.parts.setdefault(text, (part, len(text)))
        if length > _SHORT:
            self.long.add(id(found))
        return found


def _count(part: Mapping[str, Json], counts: Counter[int], long: set[int]) -> None:
    """How often each long part stands in `part`; what stands in it counts at its first place only."""
    for _, _, child in _children(part):
        counts[id(child)] += id(child) in long
        if counts[id(child)] < 2:
            _count(child, counts, long)


def _children(part: Mapping[str, Json]) -> Iterator[tuple[str, Name, Mapping[str, Json]]]:
    """Each schema directly in `part`: its keyword, its name or number there, and itself."""
    for keyword, value in part.items():
        if keyword in _NAMED or keyword in _SEVERAL:
            for name, child in value.items() if isinstance(value, Mapping) else enumerate(value):
                yield keyword, name, child
        elif keyword in _SINGLE and isinstance(value, Mapping):
            yield keyword, "", value


def _with(value: Json, name: Name, child: Json) -> Json:
    """`value` of a keyword with `child` under `name`, or as a whole where there are no names."""
    if isinstance(name, int):
        return [*value[:name], child, *value[name + 1 :]]
    return {**value, name: child} if name else child


@frozen(eq=True)
class _Sharing:
    several: set[int]
    """Parts that stand several times."""
    names: dict[int, str] = field(default_factory=dict)
    definitions: dict[str, Json] = field(default_factory=dict)

    def inside(self, part: Mapping[str, Json], steps: Steps) -> dict[str, Json]:
        """`part` with references in it."""
        result = dict(part)
        for keyword, name, child in _children(part):
            below = self._part(child, (*steps, str(name)) if keyword == "properties" else steps)
            result[keyword] = _with(result[keyword], name, below)
        return result

    def _part(self, part: Mapping[str, Json], steps: Steps) -> dict[str, Json]:
        if id(part) not in self.several:
            return self.inside(part, steps)
        if id(part) not in self.names:
            name = self._free(".".join(steps) or "part")
            self.names[id(part)] = name
            self.definitions[name] = None
            self.definitions[name] = self.inside(part, steps)
        return {"$ref": f"{_POINTER}{self.names[id(part)]}"}

    def _free(self, name: str) -> str:
        """`name`, or the first of `name-2`, `name-3`… that no part has."""
        number, free = 1, name
        while free in self.definitions:
            number += 1
            free = f"{name}-{number}"
        return free
