"""Statement ids, which IAM and the policies of resources take once in a document."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from compiler.source.json_value import Json


def with_distinct_ids(body: Mapping[str, Json]) -> Mapping[str, Json]:
    """A resource in whose policies no statement id stands twice: a later one has a count behind it.

    Ids are made of the names of components, verbs and rules, and two of them can give the same.
    """
    documents = list(_documents(body.get("Properties", {})))
    if all(len({*ids}) == len(ids) for ids in map(_ids, documents)):
        return body
    return {**body, "Properties": _distinct(body["Properties"])}


def _documents(properties: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    policies = properties.get("Policies")
    inline = policies if isinstance(policies, list) else []
    for holder in (properties, *(one for one in inline if isinstance(one, dict))):
        document = holder.get("PolicyDocument")
        if isinstance(document, dict) and isinstance(document.get("Statement"), list):
            yield document


def _ids(document: Mapping[str, Json]) -> list[str]:
    return [one["Sid"] for one in document["Statement"] if "Sid" in one]


def _distinct(properties: Mapping[str, Json]) -> dict[str, Json]:
    changed = dict(properties)
    if "PolicyDocument" in properties:
        changed["PolicyDocument"] = _renamed(properties["PolicyDocument"])
    if "Policies" in properties:
        changed["Policies"] = [
            {**one, "PolicyDocument": _renamed(one["PolicyDocument"])} for one in properties["Policies"]
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
    return next(one for count in itertools.count(1) if (one := f"{name}Also{count}") not in taken)
