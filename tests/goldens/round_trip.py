"""Linked templates followed back: parameters → wiring → outputs, over the roots of all regions, to the flat program."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias
from unittest import mock

from compiler.program.component import Platform
from compiler.program.program import Program, build
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from compiler.stacks.packed_root import SHOWN
from compiler.stacks.packing import joined_values
from linter.policy.flat import names
from tests.goldens.fleet_trip import sides

_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
Scope: TypeAlias = Mapping[tuple[str, str], Json]
"""Parameter, or nested stack and its output → the value behind it in terms of the flat program."""


@contextmanager
def recorded() -> Iterator[list[Program]]:
    """The flat programs of what is compiled inside, in the order of the environments."""
    programs: list[Program] = []

    def build_and_keep(platform: Platform, pointers: Json) -> Program:
        programs.append(build(platform, pointers))
        return programs[-1]

    with mock.patch("compiler.stacks.assemble.build", build_and_keep):
        yield programs


def wrong_ways(programs: Sequence[Program], compiled: Sequence[Compiled]) -> Iterator[str]:
    """What following the links does not give back; of `programs` the last ones are those of `compiled`."""
    environments = [tuple(group) for _, group in itertools.groupby(compiled, lambda one: one.environment)]
    counts = [len(roots[0].fleet.places) if roots[0].fleet else 1 for roots in environments]
    rest = iter(programs[len(programs) - sum(counts) :])
    for count, roots in zip(counts, environments, strict=True):
        own = list(itertools.islice(rest, count))
        compared = sides(own, roots[0]) if roots[0].fleet else [(own[0], None)]
        for program, seen in compared:
            found = _differences(program, followed((seen,) if seen else roots))
            yield from (f"{roots[0].environment}: {one}" for one in found)


@dataclass(slots=True)
class Followed:
    """A flat program as its linked templates tell it."""

    resources: dict[str, Json] = field(default_factory=dict)
    parameters: dict[str, Json] = field(default_factory=dict)
    outputs: dict[str, Json] = field(default_factory=dict)
    stack_of: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Logical id → region and nested stack."""
    before: dict[tuple[str, str], set[tuple[str, str]]] = field(default_factory=dict)
    """Region and nested stack → those that are deployed before it."""
    passed: set[str] = field(default_factory=set)
    """Outputs that other regions take."""
    faults: list[str] = field(default_factory=list)


def followed(roots: Sequence[Compiled]) -> Followed:
    """The roots of one environment, in the order of their deployment."""
    flat, handed = Followed(), dict[tuple[str, str], Json]()
    flat.passed = {name for root in roots for name in root.takes}
    for root in roots:
        known = {name: handed[region, name] for name, region in root.takes.items()}
        _follow_root(root, known, flat)
        values = {name: flat.outputs[name] for name in root.root.body.get("Outputs", {})}
        handed |= {(root.region, name): value["Value"] for name, value in values.items()}
        earlier = set(flat.before)
        flat.before |= {(root.region, one.name): earlier | _before(root, one) for one in root.children}
    return flat


def _before(root: Compiled, child: Template) -> set[tuple[str, str]]:
    resource = root.root.body["Resources"][child.logical_id]
    ids = {*resource.get("DependsOn", []), *(name for name, _ in _read(resource))}
    return {(root.region, one.name) for one in root.children if one.logical_id in ids}


def _read(value: Json) -> Iterator[tuple[str, str]]:
    """Each Fn::GetAtt of a root's wiring."""
    if isinstance(value, Mapping):
        if isinstance(value.get("Fn::GetAtt"), list):
            yield tuple(value["Fn::GetAtt"])
        for child in value.values():
            yield from _read(child)
    elif isinstance(value, list):
        for child in value:
            yield from _read(child)


def _follow_root(root: Compiled, taken: Mapping[str, Json], flat: Followed) -> None:
    parameters = root.parameters
    own: dict[str, Json] = {}
    for name, about in parameters.items():
        own[name] = _typed(about, taken[name], flat) if name in taken else {"Ref": name}
    flat.parameters |= {name: one for name, one in parameters.items() if name not in taken}
    own |= {bundle: joined_values([{"Ref": name} for name in names]) for bundle, names in root.packed.items()}
    scope: dict[tuple[str, str], Json] = {(name, ""): value for name, value in own.items()}
    for child in root.children:
        _follow_child(root, child, scope, flat)
    if not root.children:  # all in one template
        flat.resources |= {name: plain(body, scope) for name, body in root.root.body["Resources"].items()}
        flat.stack_of |= dict.fromkeys(root.root.body["Resources"], (root.region, root.root.name))
    _followed_outputs(root, scope, flat)


def _follow_child(root: Compiled, child: Template, scope: dict[tuple[str, str], Json], flat: Followed) -> None:
    """One nested stack; its outputs are added to `scope`, what the root can read."""
    wired = root.root.body["Resources"][child.logical_id]["Properties"].get("Parameters", {})
    parameters, resources = child.body.get("Parameters", {}), child.body["Resources"]
    if wired.keys() != parameters.keys():
        flat.faults.append(f"{child.name}: parameters {sorted(wired.keys() ^ parameters.keys())} are not wired")
    inside: dict[tuple[str, str], Json] = {}
    for name in wired.keys() & parameters.keys():
        if name in resources:
            flat.faults.append(f"{child.name}: '{name}' is a parameter and a resource")
        inside[name, ""] = _typed(parameters[name], plain(wired[name], scope), flat)
    for name, output in child.body.get("Outputs", {}).items():
        scope[child.logical_id, f"Outputs.{name}"] = plain(output["Value"], inside)
    _known_only(child, flat)
    flat.faults += [f"resource '{name}' is there twice" for name in resources.keys() & flat.resources.keys()]
    flat.resources |= {name: plain(body, inside) for name, body in resources.items()}
    flat.stack_of |= dict.fromkeys(resources, (root.region, child.name))


def _known_only(template: Template, flat: Followed) -> None:
    body = template.body
    known = {*body.get("Parameters", {}), *body["Resources"]}
    read = {name for name in names([body["Resources"], body.get("Outputs", {})]) if not name.startswith("AWS::")}
    flat.faults += [f"{template.name}: there is no '{name}'" for name in sorted(read - known)]


def _followed_outputs(root: Compiled, scope: Scope, flat: Followed) -> None:
    outputs = root.root.body.get("Outputs", {}) | _shown(root, scope)
    _known_only(root.root, flat)
    flat.faults += [f"output '{name}' is there twice" for name in outputs.keys() & flat.outputs.keys()]
    flat.outputs |= {name: plain(one, scope) for name, one in outputs.items()}


def _shown(root: Compiled, scope: Scope) -> dict[str, Json]:
    """The outputs of the platform that nested stacks show."""
    shown: dict[str, Json] = {}
    for (_, name), value in scope.items():
        if name.startswith(f"Outputs.{SHOWN}"):
            by_turns = _joined_by(value, ";")
            shown |= {first: {"Value": text} for first, text in zip(by_turns[::2], by_turns[1::2], strict=True)}
    return shown


def _typed(parameter: Mapping[str, Json], value: Json, flat: Followed) -> Json:
    """What a parameter of that type is to its template when `value` is passed."""
    if parameter["Type"] != "CommaDelimitedList":
        return value
    if _joined_by(value, ",") is None:
        flat.faults.append(f"a list parameter takes {value}")
    return _joined_by(value, ",")


def plain(value: Json, scope: Scope) -> Json:
    """`value` with all that `scope` knows put in, in one of the forms that CloudFormation has for the same.

    A Fn::Sub is the list of its pieces, so that a variable of its own and what it stands for are the same.
    """
    if isinstance(value, list):
        return [plain(one, scope) for one in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        function, said = next(iter(value.items()))
        if function in _FORMS:
            return _FORMS[function](said, scope)
    return {key: plain(child, scope) for key, child in value.items()}


def _reference(said: Json, scope: Scope) -> Json:
    return scope.get((said, ""), {"Ref": said})


def _attribute(said: Json, scope: Scope) -> Json:
    name, _, attribute = (said if isinstance(said, str) else ".".join(said)).partition(".")
    return scope.get((name, attribute), {"Fn::GetAtt": [name, attribute]})


def _substituted(said: Json, scope: Scope) -> Json:
    text, own = (said, {}) if isinstance(said, str) else said
    return {"Fn::Sub": list(_pieces(text, own, scope))}


def _split(said: Json, scope: Scope) -> Json:
    delimiter, value = said[0], plain(said[1], scope)
    return _joined_by(value, delimiter) or {"Fn::Split": [delimiter, value]}


def _joined_by(value: Json, delimiter: str) -> Json:
    """What a Fn::Join with `delimiter` joins, None for any other value."""
    joins = isinstance(value, dict) and [*value] == ["Fn::Join"] and value["Fn::Join"][0] == delimiter
    return value["Fn::Join"][1] if joins else None


def _selected(said: Json, scope: Scope) -> Json:
    index, values = said[0], plain(said[1], scope)
    return values[index] if isinstance(values, list) and isinstance(index, int) else {"Fn::Select": [index, values]}


_FORMS = {
    "Fn::Select": _selected,
    "Ref": _reference,
    "Fn::GetAtt": _attribute,
    "Fn::Sub": _substituted,
    "Fn::Split": _split,
}


def _pieces(text: str, own: Mapping[str, Json], scope: Scope) -> Iterator[Json]:
    for index, piece in enumerate(_VARIABLE.split(text)):
        if index % 2 == 0:
            yield piece
        elif piece in own:
            yield [plain(own[piece], scope)]
        else:
            name, _, attribute = piece.partition(".")
            yield [plain({"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}, scope)]


def _differences(program: Program, flat: Followed) -> Iterator[str]:
    yield from flat.faults
    if program.resources.keys() != flat.resources.keys():
        yield f"resources {sorted(program.resources.keys() ^ flat.resources.keys())} are on one side only"
        return
    for name, resource in program.resources.items():
        yield from _other_resource(name, plain(resource.body, {}), flat)
    for name, output in program.outputs.items():
        found = flat.outputs.get(name, {})
        if "Value" not in found or plain({key: output[key] for key in found}, {}) != found:
            yield f"output {name} is {flat.outputs.get(name)}, not {output}"
    for name in flat.outputs.keys() - program.outputs.keys() - flat.passed:
        yield f"output {name} is read by nobody"
    if dict(program.parameters) != flat.parameters:
        yield f"root parameters are {sorted(flat.parameters)}, not {sorted(program.parameters)}"


def _other_resource(name: str, resource: Mapping[str, Json], flat: Followed) -> Iterator[str]:
    body, after = _without_order(resource)
    found, waits = _without_order(flat.resources[name])
    if body != found:
        yield f"{name} is {found}, not {body}"
    inside = {one for one in after if flat.stack_of[one] == flat.stack_of[name]}
    if waits != inside:
        yield f"{name} waits for {sorted(waits)}, not for {sorted(inside)}"
    for one in after - inside:
        if flat.stack_of[one] not in flat.before[flat.stack_of[name]]:
            yield f"{name} does not wait for the stack of {one}"


def _without_order(body: Mapping[str, Json]) -> tuple[dict[str, Json], set[str]]:
    after = body.get("DependsOn", [])
    rest = {key: value for key, value in body.items() if key != "DependsOn"}
    return rest, {after} if isinstance(after, str) else set(after)
