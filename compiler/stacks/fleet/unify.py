"""One template for all accounts and regions of a fleet, from the templates that each of them would have alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from compiler.language.fleet import Fleet, Variant
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.fleet.tables import Tables

_PLACEHOLDER = re.compile(r"(\$\{[^}]*\})")
_OWN_REGION = "${AWS::Region}"
_FIXED = frozenset({"Ref", "Fn::GetAtt", "Fn::FindInMap", "Fn::Transform", "Condition"})
"""Functions whose arguments CloudFormation takes as literals only."""

Path = tuple[str | int, ...]


@frozen(eq=True)
class Difference:
    """Where the templates of two variants differ in a way that no template can carry."""

    logical_id: str
    """Of the resource; empty for what is no resource's."""
    path: Path
    variant: int
    """Which variant differs from the first."""


class _Differs(Exception):
    def __init__(self, path: Path, values: Sequence[Json]) -> None:
        self.path = path
        self.variant = next((index for index, value in enumerate(values) if value != values[0]), 0)


@dataclass(slots=True)
class Unifier:
    """Makes one template body of those of all variants."""

    fleet: Fleet
    variants: Sequence[Variant]
    differences: list[Difference] = field(default_factory=list)

    def body(self, bodies: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
        """The template of all variants; `differences` gets what can't be the same."""
        tables = Tables(self.fleet, self.variants)
        values = _Values(tables, [one.region for one in self.variants])
        made = dict(bodies[0])
        for section in ("Resources", "Outputs"):
            if section in made:
                made[section] = self._section([body.get(section, {}) for body in bodies], section, values)
        for section in ("Parameters", "Conditions", "Mappings"):
            self._same([body.get(section, {}) for body in bodies], section)
        for section, more in (("Mappings", tables.mappings()), ("Conditions", tables.conditions())):
            made |= {section: {**made.get(section, {}), **more}} if more else {}
        return made

    def _section(self, sections: Sequence[Mapping[str, Json]], name: str, values: _Values) -> dict[str, Json]:
        made: dict[str, Json] = {}
        for key in dict.fromkeys(key for section in sections for key in section):
            entries = [section[key] for section in sections if key in section]
            try:
                if len(entries) < len(sections):
                    _refuse((key,), [key in section for section in sections])
                made[key] = _entry(entries, key, values)
            except _Differs as fault:
                self.differences.append(Difference(key if name == "Resources" else "", fault.path, fault.variant))
        return made

    def _same(self, sections: Sequence[Json], name: str) -> None:
        try:
            _equal(sections, (name,))
        except _Differs as fault:
            self.differences.append(Difference("", fault.path, fault.variant))


def _entry(entries: Sequence[Mapping[str, Json]], key: str, values: _Values) -> dict[str, Json]:
    """A resource or an output: its properties or its value may differ, the rest may not."""
    made: dict[str, Json] = {}
    for part in dict.fromkeys(part for entry in entries for part in entry):
        found = [entry.get(part) for entry in entries]
        if part in ("Properties", "Value"):
            made[part] = values.one(found, (key, part))
        elif part != "Metadata" or _same(found):
            made[part] = _equal(found, (key, part))
    return made


def _refuse(path: Path, values: Sequence[Json]) -> Json:
    raise _Differs(path, values)


def _equal(values: Sequence[Json], path: Path) -> Json:
    return values[0] if _same(values) else _refuse(path, values)


def _same(values: Sequence[Json]) -> bool:
    return all(value == values[0] and type(value) is type(values[0]) for value in values)


@frozen(eq=True)
class _Values:
    """Values of all variants, made one."""

    tables: Tables
    regions: Sequence[str]
    """Of each variant."""

    def one(self, values: Sequence[Json], path: Path) -> Json:
        if _same(values):
            return values[0]
        if all(isinstance(value, dict) for value in values):
            return self._mapping(values, path)
        if all(isinstance(value, list) for value in values):
            return self._list(values, path)
        if all(isinstance(value, (str, int, float, bool)) for value in values):
            return self._scalar(values, path)
        return self.tables.choose(values)

    def _mapping(self, values: Sequence[Mapping[str, Json]], path: Path) -> Json:
        functions = {_function(value) for value in values}
        if len(functions) > 1 or functions & _FIXED:
            return self.tables.choose(values)
        if functions == {"Fn::Sub"}:
            return self._sub([value["Fn::Sub"] for value in values], path)
        keys = dict.fromkeys(key for value in values for key in value)
        return {key: self.one([value.get(key) for value in values], (*path, key)) for key in keys}

    def _list(self, values: Sequence[Sequence[Json]], path: Path) -> Json:
        if all(len(value) == len(values[0]) for value in values):
            return [self.one(items, (*path, index)) for index, items in enumerate(zip(*values, strict=True))]
        if all(isinstance(item, str) for value in values for item in value) and all(values):
            return self.tables.read(values, path)
        return self.tables.choose(values)

    def _scalar(self, values: Sequence[Json], path: Path) -> Json:
        by_region = self._by_region(values)
        if by_region is not None and "${" not in by_region.replace(_OWN_REGION, ""):
            return {"Ref": "AWS::Region"} if by_region == _OWN_REGION else {"Fn::Sub": by_region}
        return self.tables.read(values, path)

    def _by_region(self, values: Sequence[Json]) -> str | None:
        """The text in which the variants' own regions stand, if they differ in nothing else."""
        if not all(isinstance(value, str) for value in values):
            return None
        texts = {value.replace(region, _OWN_REGION) for value, region in zip(values, self.regions, strict=True)}
        return texts.pop() if len(texts) == 1 else None

    def _sub(self, values: Sequence[Json], path: Path) -> Json:
        """A Fn::Sub whose literal pieces differ: its own region, or a variable that reads a table."""
        texts = [value if isinstance(value, str) else value[0] for value in values]
        variables = [{} if isinstance(value, str) else value[1] for value in values]
        if any(one.keys() != variables[0].keys() for one in variables):
            return self.tables.choose([{"Fn::Sub": value} for value in values])
        merged = {name: self.one([one[name] for one in variables], (*path, name)) for name in variables[0]}
        pieces = [_PLACEHOLDER.split(text) for text in texts]
        if any(piece[1::2] != pieces[0][1::2] for piece in pieces):
            return self.tables.choose([{"Fn::Sub": value} for value in values])
        made = list(self._pieces(list(zip(*pieces, strict=True)), path))
        more = {f"Fleet{number}": value for number, value in enumerate((one for one in made if _read(one)), 1)}
        names = iter(more)
        text = "".join(f"${{{next(names)}}}" if _read(one) else one for one in made)
        merged |= more
        return {"Fn::Sub": [text, merged] if merged else text}

    def _pieces(self, pieces: Sequence[Sequence[str]], path: Path) -> Iterator[Json]:
        for values in pieces:
            by_region = None if _same(values) else self._by_region(values)
            yield values[0] if _same(values) else by_region or self.tables.read(values, path)


def _function(value: Mapping[str, Json]) -> str:
    """The function that a value calls; empty for a plain mapping."""
    name = next(iter(value)) if len(value) == 1 else ""
    return name if name.startswith("Fn::") or name in ("Ref", "Condition") else ""


def _read(piece: Json) -> bool:
    return isinstance(piece, dict)
