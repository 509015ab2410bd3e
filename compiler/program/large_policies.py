"""Turn an inline policy that is too large for its role into managed policies, each small enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.program.intrinsics import targets
from compiler.program.policy_size import MOST_INLINE, MOST_MANAGED, policy_size
from compiler.program.resource import Resource, waiting_for, waits_for
from compiler.source.json_value import Json

_FRAME = len('{"Version":"2012-10-17","Statement":[]}')


def with_managed_policies(resources: Mapping[str, Resource]) -> dict[str, Resource]:
    """The resources; of a role whose inline policies are too large together, the largest ones are managed policies.

    What waited for such a policy waits for all of its parts.
    """
    parts = {name: tuple(_managed(resources[name])) for name in _too_large(resources)}
    if not parts:
        return dict(resources)
    taken = {one.logical_id for made in parts.values() for one in made} & resources.keys()
    parts = {name: made for name, made in parts.items() if not taken & {one.logical_id for one in made}}
    found: dict[str, Resource] = {}
    for name, resource in resources.items():
        for one in parts.get(name, (resource,)):
            found[one.logical_id] = _waiting(one, parts)
    return found


def _too_large(resources: Mapping[str, Resource]) -> Iterator[str]:
    """Policies that can't stay inline, the largest of each role first."""
    sizes: Counter[str] = Counter()
    policies: dict[str, list[tuple[int, str]]] = {}
    for name, resource in resources.items():
        for role, size in resource.inline_sizes:
            sizes[role] += size
            if resource.body["Type"] == "AWS::IAM::RolePolicy":
                policies.setdefault(role, []).append((size, name))
    for role, size in sizes.items():
        left = size
        for own, name in sorted(policies.get(role, ()), reverse=True) if size > MOST_INLINE else ():
            if left > MOST_INLINE:
                left -= own
                yield name


def _managed(policy: Resource) -> Iterator[Resource]:
    properties = policy.body["Properties"]
    document = properties["PolicyDocument"]
    for number, statements in enumerate(_divided(document["Statement"]), 1):
        content = {"PolicyDocument": {**document, "Statement": statements}, "Roles": [properties["RoleName"]]}
        body = {**policy.body, "Type": "AWS::IAM::ManagedPolicy", "Properties": content}
        yield Resource(f"{policy.logical_id}{number}", policy.component, body, frozenset(targets(body)))


def _divided(statements: Sequence[Json]) -> Iterator[list[Json]]:
    """The statements in documents of managed policies; one with many resources is divided by them."""
    document: list[Json] = []
    size = _FRAME
    for statement in (part for whole in statements for part in _small(whole)):
        length = policy_size(statement) + 1
        if document and size + length > MOST_MANAGED:
            yield document
            document, size = [], _FRAME
        document.append(statement)
        size += length
    yield document


def _small(statement: Json) -> Iterator[Json]:
    """A statement in parts of at most half a document, so that documents become full."""
    resources = statement.get("Resource")
    most = (MOST_MANAGED - _FRAME) // 2 - len("Part10,")
    if not isinstance(resources, list) or policy_size(statement) <= most:
        yield statement
        return
    frame = policy_size({**statement, "Resource": []})
    part: list[Json] = []
    size, number = frame, 1
    for one in resources:
        length = policy_size(one) + 1
        if part and size + length > most:
            yield _part(statement, part, number)
            part, size, number = [], frame, number + 1
        part.append(one)
        size += length
    yield _part(statement, part, number)


def _part(statement: Json, resources: list[Json], number: int) -> Json:
    """Statement ids are unique in a document, and two parts of a statement can be in one."""
    named = {"Sid": f"{statement['Sid']}Part{number}"} if "Sid" in statement else {}
    return {**statement, **named, "Resource": resources}


def _waiting(resource: Resource, parts: Mapping[str, Sequence[Resource]]) -> Resource:
    waits = waits_for(resource.body)
    if not any(name in parts for name in waits):
        return resource
    names = (one.logical_id for name in waits for one in parts.get(name, ()))
    others = [name for name in waits if name not in parts]
    return replace(resource, body=waiting_for(resource.body, [*others, *names]))
