"""Linked templates without their wiring: each parameter is followed to the resource whose value it carries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from compiler.stacks.crossing import LIST, as_list

_NAME = re.compile(r"\$\{([A-Za-z0-9.:]+)\}")


@frozen(eq=True)
class Placed:
    """A resource with where it lies and which component it is of."""

    region: str
    stack: str
    logical_id: str
    origin: str
    body: Mapping[str, Json]


def resources(compiled: Compiled) -> Iterator[Placed]:
    """Every resource of one root's nested stacks, in terms of the others instead of parameters."""
    outputs = _outputs(compiled)
    for child in compiled.children:
        values = _values(compiled.root, child, outputs)
        for logical_id, body in sorted(child.body["Resources"].items()):
            origin = child.origins[logical_id]
            yield Placed(compiled.region, child.name, logical_id, origin, replaced(body, values.get))


def root_outputs(compiled: Compiled) -> dict[str, Json]:
    """The root's outputs in terms of resources."""
    outputs = _outputs(compiled)
    return {name: _carried(output, outputs) for name, output in compiled.root.body.get("Outputs", {}).items()}


def _outputs(compiled: Compiled) -> dict[tuple[str, str], Json]:
    """Logical id of a nested stack with one of its outputs, as the root reads it → what the output carries."""
    return {
        (child.logical_id, f"Outputs.{name}"): output["Value"]
        for child in compiled.children
        for name, output in child.body.get("Outputs", {}).items()
    }


def _values(root: Template, child: Template, outputs: Mapping[tuple[str, str], Json]) -> dict[str, Json]:
    """Each parameter of a nested stack → the value behind it."""
    wired = root.body["Resources"][child.logical_id]["Properties"].get("Parameters", {})
    return {name: _typed(child, name, _carried(value, outputs)) for name, value in wired.items()}


def _typed(child: Template, parameter: str, value: Json) -> Json:
    """What a parameter is to its template when `value` is passed: a list travels as one text."""
    return as_list(value) if child.body["Parameters"][parameter]["Type"] == LIST else value


def _carried(value: Json, outputs: Mapping[tuple[str, str], Json]) -> Json:
    """A value of the root with what an output carries instead of each reading of one."""
    if isinstance(value, list):
        return [_carried(item, outputs) for item in value]
    if not isinstance(value, Mapping):
        return value
    if "Fn::GetAtt" in value:
        stack, output = value["Fn::GetAtt"]
        return outputs[stack, output]
    return {key: _carried(child, outputs) for key, child in value.items()}


def replaced(value: Json, behind: Callable[[str], Json]) -> Json:
    """`value` with what `behind` gives for a name instead of each ``Ref`` and ``${…}`` to it."""
    if isinstance(value, list):
        return [replaced(item, behind) for item in value]
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"Ref"}:
        known = behind(value["Ref"])
        return value if known is None else known
    if set(value) == {"Fn::Sub"}:
        return _substituted(value["Fn::Sub"], behind)
    return {key: replaced(child, behind) for key, child in value.items()}


def _substituted(written: Json, behind: Callable[[str], Json]) -> Json:
    text, own = (written, {}) if isinstance(written, str) else written
    own = {key: replaced(child, behind) for key, child in own.items()}

    def named(match: re.Match[str]) -> str:
        value = None if match[1] in own else behind(match[1])
        if value is None:
            return match[0]
        if set(value) == {"Ref"}:
            return f"${{{value['Ref']}}}"
        if set(value) == {"Fn::GetAtt"}:
            return f"${{{'.'.join(value['Fn::GetAtt'])}}}"
        own[match[1]] = value
        return match[0]

    text = _NAME.sub(named, text)
    return {"Fn::Sub": [text, own] if own else text}


def names(value: Json) -> Iterator[str]:
    """Every logical id or parameter whose value is in `value`."""
    if isinstance(value, list):
        for item in value:
            yield from names(item)
    elif isinstance(value, Mapping):
        for key, child in value.items():
            yield from _named(key, child)


def _named(key: str, child: Json) -> Iterator[str]:
    if key == "Ref":
        yield child
    elif key == "Fn::GetAtt":
        yield str(child[0] if isinstance(child, list) else child.split(".")[0])
    elif key == "Fn::Sub":
        text, own = (child, {}) if isinstance(child, str) else child
        yield from (name.split(".")[0] for name in _NAME.findall(text) if name not in own)
        yield from names(own)
    else:
        yield from names(child)
