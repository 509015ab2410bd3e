"""The explanation of a component, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from compiler.source.json_value import Json
from reviewer.explain.component import Connection, Explained, Part
from reviewer.values import setting_text


def component_rows(one: Explained) -> dict[str, Json]:
    """The explanation as JSON."""
    return {
        "component": one.path,
        "noun": one.noun,
        **one.place.to_json(),
        "existing": one.existing,
        "logical_ids": one.stem,
        "variables": one.variables,
        "resources": [
            {"resource": part.logical_id, "type": part.type, "stack": part.stack, "name": part.name}
            for part in one.parts
        ],
        "uses": [_connection_row(each) for each in one.uses],
        "users": [_connection_row(each) for each in one.users],
        "attributes": dict(one.attributes),
        "outputs": dict(one.outputs),
        "alarms": list(one.alarms),
    }


def _connection_row(one: Connection) -> dict[str, Json]:
    return {"component": one.other, "verb": one.verb, "setting": one.path, **one.place.to_json()}


def component_lines(one: Explained, environment: str) -> Iterator[str]:
    """The explanation as text; resources by their nested stacks."""
    yield f"{one.path}, a {one.noun}"
    yield f"{one.place} in {environment}"
    if one.existing is not None:
        yield f"existing: {setting_text(one.existing)}; nothing is created for it"
    names = [f"logical ids start with {one.stem}"] if one.existing is None else []
    names += [f"variables of its users with {one.variables}_"] if one.variables else []
    yield from [", ".join(names)] if names else []
    yield from _resources(one.parts)
    yield from _section("Uses", _connection_lines(one.uses))
    yield from _section("Used by", _connection_lines(one.users))
    yield from _section("Attributes", _pairs(one.attributes.items()))
    yield from _section("Outputs", _pairs(one.outputs.items()))
    yield from _section("Alarms", one.alarms)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    told = list(lines)
    if told:
        yield from ("", title, *(f"  {line}" for line in told))


def _pairs(entries: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{name} = {value}" for name, value in entries]


def _resources(parts: Sequence[Part]) -> Iterator[str]:
    for stack in dict.fromkeys(part.stack for part in parts):
        yield from _section(f"Resources in {stack}", [_part_line(part) for part in parts if part.stack == stack])


def _part_line(part: Part) -> str:
    return f"{part.logical_id}, {part.type.removeprefix('AWS::')}" + (f", named {part.name}" if part.name else "")


def _connection_lines(connections: Sequence[Connection]) -> Iterator[str]:
    """A line for each component and setting, with all its verbs."""
    together: dict[tuple[str, str], list[Connection]] = {}
    for one in connections:
        together.setdefault((one.other, one.path), []).append(one)
    for (other, path), group in together.items():
        by = "" if group[0].by_uses else f", by {path}"
        yield f"{other}: {', '.join(one.verb for one in group)}{by} ({group[0].place})"
