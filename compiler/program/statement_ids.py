"""Make statement ids unique within each policy document, as IAM requires."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from compiler.source.json_value import Json

_HOLDING = ("PolicyDocument", "Policies")


def with_distinct_ids(body: Mapping[str, Json]) -> Mapping[str, Json]:
    """A resource whose policies have each statement id once: a repeated one gets a number.

    Ids are made of the names of components, verbs and rules, and two of them can give the same.
    """
    properties = body.get("Properties", {})
    if properties.keys().isdisjoint(_HOLDING):
        return body
    documents = list(_documents(properties))
    if all(len({*ids}) == len(ids) for ids in map(_ids, documents)):
        return body
    return {**body, "Properties": _distinct(body["Properties"])}


def _documents(properties: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    policies = properties.get("Policies")
    inline = policies if isinstance(policies, list) else []
    for holder in (properties, *(policy for policy in inline if isinstance(policy, dict))):
        document = holder.get("PolicyDocument")
        if isinstance(document, dict) and isinstance(document.get("Statement"), list):
            yield document


def _ids(document: Mapping[str, Json]) -> list[str]:
    return [statement["Sid"] for statement in document["Statement"] if "Sid" in statement]


def _distinct(properties: Mapping[str, Json]) -> dict[str, Json]:
    changed = dict(properties)
    if "PolicyDocument" in properties:
        changed["PolicyDocument"] = _renamed(properties["PolicyDocument"])
    if "Policies" in properties:
        changed["Policies"] = [
            {**policy, "PolicyDocument": _renamed(policy["PolicyDocument"])} for policy in properties["Policies"]
        ]
    return changed


def _renamed(document: Mapping[str, Json]) -> dict[str, Json]:
    taken: set[str] = set()
    statements = []
    for statement, name in ((one, one.get("Sid")) for one in document["Statement"]):
        if name is None:
            statements.append(statement)
            continue
        free = name if name not in taken else _free(name, {*taken, *_ids(document)})
        taken.add(free)
        statements.append({**statement, "Sid": free})
    return {**document, "Statement": statements}


def _free(name: str, taken: set[str]) -> str:
    return next(candidate for count in itertools.count(1) if (candidate := f"{name}Also{count}") not in taken)
