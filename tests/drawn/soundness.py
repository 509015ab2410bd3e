"""What holds for every compiled platform whatever its spec says, worked out from the templates alone."""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from compiler.stacks.emit import template_bytes

MOST = {"Resources": 500, "Parameters": 200, "Outputs": 200}
MOST_BYTES = 1_000_000
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
_MORE_OF_A_NAME = {"AWS::Route53::RecordSet": ("HostedZoneId", "Name", "Type", "SetIdentifier")}
"""Where the schema does not say all that tells two resources apart."""


def faults(compiled: Compiled) -> Iterator[str]:
    """What is wrong with the templates of one environment."""
    for template in compiled.templates:
        where = f"{template.name}: "
        for fault in (*_limits(template), *_references(template), *_circle(_graph(template))):
            yield where + fault
    yield from _wiring(compiled)
    yield from _circle({child.logical_id: _stacks_before(compiled.root, child) for child in compiled.children})
    yield from _twice(compiled)


def _limits(template: Template) -> Iterator[str]:
    for part, most in MOST.items():
        if len(template.body.get(part, {})) > most:
            yield f"more than {most} {part}"
    text = template_bytes(template)
    if len(json.dumps(template.body)) > MOST_BYTES:
        yield f"more than {MOST_BYTES} bytes"
    if _PRIVATE_USE.search(text.decode()):
        yield "a pointer was not written out"


def pointed_at(value: Json) -> Iterator[tuple[str, str]]:
    """Logical id, or parameter, and attribute of each Ref, Fn::GetAtt and Fn::Sub."""
    match value:
        case {"Ref": str(name)} if len(value) == 1:
            yield name, ""
        case {"Fn::GetAtt": [name, attribute]} if len(value) == 1:
            yield name, attribute
        case {"Fn::Sub": str(text)} if len(value) == 1:
            yield from _in_text(text, {})
        case {"Fn::Sub": [str(text), dict(own)]} if len(value) == 1:
            yield from _in_text(text, own)
            yield from pointed_at(own)
        case dict() | list():
            for child in value.values() if isinstance(value, dict) else value:
                yield from pointed_at(child)


def _in_text(text: str, own: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for name in _VARIABLE.findall(text):
        if name not in own:
            logical_id, _, attribute = name.partition(".")
            yield logical_id, attribute


def _references(template: Template) -> Iterator[str]:
    body = template.body
    parameters, resources = body.get("Parameters", {}), body["Resources"]
    used = set()
    for name, attribute in pointed_at([resources, body.get("Outputs", {})]):
        used.add(name)
        if name.startswith("AWS::") or name in resources:
            continue
        if name not in parameters or attribute:
            yield f"'{name}' is pointed at and not there"
    for name in parameters.keys() - used:
        yield f"the parameter '{name}' is not used"
    yield from (f"'{name}' is a parameter and a resource" for name in sorted(parameters.keys() & resources.keys()))
    for logical_id, resource in resources.items():
        yield from (f"{logical_id} has the statement id '{one}' twice" for one in _repeated_ids(resource))
        for name in _listed(resource.get("DependsOn", [])):
            if name not in resources:
                yield f"{logical_id} depends on '{name}', which is not there"


def _repeated_ids(value: Json) -> Iterator[str]:
    """Statement ids that a policy has twice."""
    if isinstance(value, Mapping):
        statements = value.get("Statement")
        ids = Counter(one.get("Sid", "") for one in statements) if isinstance(statements, list) else Counter()
        yield from (name for name, count in ids.items() if name and count > 1)
    for child in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _repeated_ids(child)


def _listed(said: Json) -> list[str]:
    return [said] if isinstance(said, str) else list(said)


def _graph(template: Template) -> dict[str, set[str]]:
    resources = template.body["Resources"]
    return {
        logical_id: {name for name, _ in pointed_at(one)} & resources.keys() | set(_listed(one.get("DependsOn", [])))
        for logical_id, one in resources.items()
    }


def _circle(graph: Mapping[str, set[str]]) -> Iterator[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as problem:
        yield f"a circle: {' → '.join(problem.args[1])}"


def _stacks_before(root: Template, child: Template) -> set[str]:
    stacks: Mapping[str, Json] = root.body["Resources"]
    body = stacks[child.logical_id]
    return {name for name, _ in pointed_at(body)} & stacks.keys() | set(_listed(body.get("DependsOn", [])))


def _wiring(compiled: Compiled) -> Iterator[str]:
    """Each parameter of a nested stack gets a value, and each output is read."""
    outputs = {child.logical_id: set(child.body.get("Outputs", {})) for child in compiled.children}
    read: dict[str, set[str]] = {logical_id: set() for logical_id in outputs}
    for name, attribute in pointed_at([compiled.root.body["Resources"], compiled.root.body.get("Outputs", {})]):
        if name in outputs:
            read[name].add(attribute.removeprefix("Outputs."))
    for child in compiled.children:
        given = compiled.root.body["Resources"][child.logical_id]["Properties"].get("Parameters", {}).keys()
        wanted = child.body.get("Parameters", {}).keys()
        if given != wanted:
            yield f"{child.name}: its parameters are {sorted(wanted)}, and {sorted(given)} are given"
        if outputs[child.logical_id] != read[child.logical_id]:
            yield f"{child.name}: outputs {sorted(outputs[child.logical_id] ^ read[child.logical_id])} are not read"


def _twice(compiled: Compiled) -> Iterator[str]:
    """No logical id is in two stacks, and no two resources are one and the same for AWS."""
    ids = Counter(logical_id for child in compiled.children for logical_id in child.body["Resources"])
    yield from (f"the logical id '{name}' is there twice" for name, count in ids.items() if count > 1)
    resources = [(name, one) for child in compiled.children for name, one in child.body["Resources"].items()]
    seen: dict[str, str] = {}
    for logical_id, resource in resources:
        name = _name(resource)
        if name and name in seen:
            yield f"{seen[name]} and {logical_id} are one for AWS: {name}"
        seen.setdefault(name, logical_id)


def _name(resource: Mapping[str, Json]) -> str:
    """What tells a resource from others of its type, where the template says all of it; else empty."""
    properties = resource.get("Properties", {})
    identifier = _identifier(resource["Type"])
    absent = [one for one in identifier if one not in properties]
    # CloudFormation makes a name of its own where a template gives none
    if not identifier or identifier[0] in absent or any(one.endswith("Name") for one in absent):
        return ""
    return json.dumps([resource["Type"], *(properties.get(one) for one in identifier)], sort_keys=True)


@functools.cache
def _identifier(resource_type: str) -> tuple[str, ...]:
    if resource_type in _MORE_OF_A_NAME:
        return _MORE_OF_A_NAME[resource_type]
    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema
    except Exception:  # noqa: BLE001 - a type that the region does not have is the linter's matter
        return ()
    primary = [one.removeprefix("/properties/") for one in schema.get("primaryIdentifier", ())]
    made_by_aws = {one.removeprefix("/properties/") for one in schema.get("readOnlyProperties", ())}
    return () if set(primary) & made_by_aws else tuple(primary)
