"""A root template and its nested ones, with parameters and outputs between them replaced by their values.

Nested stacks pass values on through Outputs and Parameters. For a review that wiring is noise: what counts is which
value, or which resource's attribute, finally reaches a property. So every ``Ref`` of a parameter is replaced by the
value it is given, and every reference to a resource by one that names the resource's stack as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from compiler.source.frozen import frozen
from compiler.source.json_value import Json

STACK_TYPE = "AWS::CloudFormation::Stack"
STEP_TYPE = "Custom::DeployStep"
"""What runs at a deployment: `compiler/shared/deploy_steps.py`. Its provider never gives another id."""
ROOT = ""
"""Key of the root among templates, which otherwise go by the logical id of their stack in the root."""

Address = tuple[str, str]
"""Key of a template, and logical id of a resource in it."""

_PLACEHOLDER = re.compile(r"\$\{(!?[^}]*)\}")


@frozen(eq=True)
class TemplateSet:
    """Templates by key (`ROOT` or logical id of the nested stack), and values of the root's parameters."""

    templates: Mapping[str, Mapping[str, Json]]
    parameters: Mapping[str, str]
    _scopes: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    _linked: dict[tuple[Address, str], Json] = field(default_factory=dict)
    """What was followed once, which several findings of a review look at."""

    def resources(self, stack: str) -> Mapping[str, Mapping[str, Json]]:
        resources: Mapping[str, Mapping[str, Json]] = self.templates.get(stack, {}).get("Resources", {})
        return resources

    def root_parameters(self) -> frozenset[str]:
        return frozenset(self._declared(ROOT))

    def addresses(self) -> Iterator[Address]:
        for stack in self.templates:
            for logical_id in self.resources(stack):
                yield stack, logical_id

    def resource(self, address: Address) -> Mapping[str, Json]:
        return self.resources(address[0])[address[1]]

    def linked(self, address: Address, part: str) -> Json:
        """One part of a resource (``Properties``, ``Metadata``, …) with all references followed; None when absent."""
        if (address, part) not in self._linked:
            self._linked[address, part] = self.follow(self.resource(address).get(part), address[0])
        return self._linked[address, part]

    def follow(self, value: Json, stack: str) -> Json:
        """`value` as it stands in the template of `stack`, with parameters and outputs replaced by what they carry."""
        match value:
            case {"Ref": str(name), **others} if not others:
                return self._ref(name, stack)
            case {"Fn::GetAtt": target, **others} if not others:
                return self._attribute(target, stack)
            case {"Fn::Sub": text, **others} if not others:
                return self._joined("", _substituted(text), stack)
            case {"Fn::Join": [str(delimiter), [*parts]], **others} if not others:
                return self._joined(delimiter, parts, stack)
            case {"Fn::Select": [int(index), {"Fn::Split": [str(separator), text]}], **others} if not others:
                return _picked(index, separator, self.follow(text, stack))
            case _:
                return self._each(value, stack)

    def _each(self, value: Json, stack: str) -> Json:
        match value:
            case {**entries}:
                return {key: self.follow(item, stack) for key, item in entries.items()}
            case [*items]:
                return [self.follow(item, stack) for item in items]
            case _:
                return value

    def _joined(self, delimiter: str, parts: Sequence[Json], stack: str) -> Json:
        return _join(delimiter, [self.follow(part, stack) for part in parts])

    def sources(self, value: Json, stack: str) -> frozenset[str]:
        """Names of the root's parameters whose values `value` takes in, through any number of nested stacks."""
        match value:
            case {"Ref": str(name), **others} if not others:
                return self._parameter_sources(name, stack)
            case {"Fn::Sub": text, **others} if not others:
                return self._all_sources(_substituted(text), stack)
            case {**entries}:
                return self._all_sources(list(entries.values()), stack)
            case [*items]:
                return self._all_sources(items, stack)
            case _:
                return frozenset()

    def _all_sources(self, values: Sequence[Json], stack: str) -> frozenset[str]:
        return frozenset().union(*(self.sources(value, stack) for value in values))

    def _parameter_sources(self, name: str, stack: str) -> frozenset[str]:
        if name not in self._declared(stack):
            return frozenset()
        return frozenset({name}) if stack == ROOT else self.sources(self._given(stack).get(name), ROOT)

    def _ref(self, name: str, stack: str) -> Json:
        scope = self.values(stack)
        if name in scope:
            return scope[name]
        return {"Ref": name if name.startswith("AWS::") else _qualified(stack, name)}

    def _attribute(self, target: Json, stack: str) -> Json:
        logical_id, _, attribute = (target if isinstance(target, str) else ".".join(map(str, target))).partition(".")
        output = attribute.removeprefix("Outputs.")
        outputs = self.templates.get(logical_id, {}).get("Outputs", {}) if stack == ROOT else {}
        if output != attribute and output in outputs:
            return self.follow(outputs[output].get("Value"), logical_id)
        return {"Fn::GetAtt": f"{_qualified(stack, logical_id)}.{attribute}"}

    def values(self, stack: str) -> Mapping[str, Json]:
        """The parameters of a template with what they are given."""
        if stack not in self._scopes:
            self._scopes[stack] = {name: self._value(stack, name) for name in self._declared(stack)}
        return self._scopes[stack]

    def _value(self, stack: str, name: str) -> Json:
        declared = self._declared(stack)[name]
        given = self.parameters.get(name) if stack == ROOT else self.follow(self._given(stack).get(name), ROOT)
        # AWS returns **** for a hidden parameter, so that only its name can be compared.
        if given is None or str(declared.get("NoEcho", "")).lower() == "true":
            return declared.get("Default", {"Ref": f"parameter {name}"})
        return given

    def _declared(self, stack: str) -> Mapping[str, Mapping[str, Json]]:
        parameters: Mapping[str, Mapping[str, Json]] = self.templates.get(stack, {}).get("Parameters", {})
        return parameters

    def _given(self, stack: str) -> Mapping[str, Json]:
        parameters: Mapping[str, Json] = self.resources(ROOT).get(stack, {}).get("Properties", {}).get("Parameters", {})
        return parameters


def references(value: Json) -> Iterator[tuple[str, str]]:
    """Qualified logical id and attribute ("" for ``Ref``) of each resource that a followed value refers to."""
    match value:
        case {"Ref": str(name), **others} if not others:
            yield name, ""
        case {"Fn::GetAtt": str(name), **others} if not others:
            logical_id, _, attribute = name.partition(".")
            yield logical_id, attribute
        case {**entries}:
            for entry in entries.values():
                yield from references(entry)
        case [*items]:
            for item in items:
                yield from references(item)


def qualified(address: Address) -> str:
    """How a followed value names the resource at `address`."""
    return _qualified(*address)


def _qualified(stack: str, logical_id: str) -> str:
    return f"{stack}/{logical_id}" if stack else logical_id


def _substituted(text: Json) -> list[Json]:
    """The parts of a ``Fn::Sub``: literal text, and a reference or a mapped value for each placeholder."""
    body, values = (text, {}) if isinstance(text, str) else (text[0], text[1])
    pieces = _PLACEHOLDER.split(body)
    return [_placeholder(piece, values) if index % 2 else piece for index, piece in enumerate(pieces)]


def _placeholder(name: str, values: Mapping[str, Json]) -> Json:
    if name.startswith("!"):
        return "${" + name[1:] + "}"
    if name in values:
        return values[name]
    return {"Fn::GetAtt": name} if "." in name else {"Ref": name}


def _join(delimiter: str, parts: Sequence[Json]) -> Json:
    """Joined as far as it is known: a string, or ``Fn::Join`` with an empty delimiter over the fewest parts."""
    merged: list[Json] = []
    for index, part in enumerate(parts):
        for piece in ([delimiter] if index and delimiter else []) + _pieces(part):
            if merged and isinstance(piece, str) and isinstance(merged[-1], str):
                merged[-1] += piece
            elif piece != "":
                merged.append(piece)
    if len(merged) > 1 or any(not isinstance(piece, str) for piece in merged):
        return {"Fn::Join": ["", merged]} if len(merged) > 1 else merged[0]
    return "".join(merged)


def _picked(index: int, separator: str, text: Json) -> Json:
    """One of the values that are packed in `text`; as it is where the text is not known that far."""
    values: list[list[Json]] = [[]]
    for piece in _pieces(text):
        first, *more = piece.split(separator) if isinstance(piece, str) else (piece,)
        values[-1].append(first)
        values += [[one] for one in more]
    if index < len(values):
        return _join("", values[index])
    return {"Fn::Select": [index, {"Fn::Split": [separator, text]}]}


def _pieces(part: Json) -> list[Json]:
    match part:
        case {"Fn::Join": ["", [*inner]], **others} if not others:
            return list(inner)
        case {**_items}:
            return [part]
        case [*_inner]:
            return [part]
        case _:
            return [str(part)]
