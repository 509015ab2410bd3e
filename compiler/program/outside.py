"""What a platform uses and does not create: AWS resources that `existing` or a setting names by its id, name or ARN.

A kind says with ``resources`` in its ``x-existing`` which they are: CloudFormation type → their ids, written with the
words of `existing` as ``answers`` are; a word that is a list or a map stands for one resource each. With
``x-existing-ids`` it says which of its settings take an id or ARN: path (``domain.certificate``, ``layers.*``) → type;
``Properties.**`` are all ids in raw CloudFormation, where only their looks tell a type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.language.components import components
from compiler.language.schema import Schema, owner_name
from compiler.meaning.existing_facts import HOLE, facts_of
from compiler.source.document import Document
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json

_BY_AWS = re.compile(r"arn:.+|Z[A-Z0-9]+|[a-z]+-[0-9a-f]{8,17}")
"""What an id looks like that AWS gives; in a setting, any other text is the name of a component or a path."""
_RAW = {"properties.**": ""}
"""The setting of every component that takes raw CloudFormation."""
_OF_AWS = "AliasTarget"
"""A property of raw CloudFormation in which the zone is one of AWS's own."""


@dataclass(frozen=True, slots=True)
class OutsideResource:
    """One existing AWS resource."""

    component: str
    """Path of the component that names it."""
    resource_type: str
    """Empty for an id in raw CloudFormation."""
    id: str
    """Id, name or ARN."""
    account: str
    """Empty for the account of the deployment."""
    region: str
    settings: Mapping[str, Json]
    """What the spec knows of it: the words of `existing` and the settings beside them."""


def outside_resources(document: Document, schema: Schema) -> tuple[OutsideResource, ...]:
    """The existing resources that a resolved document names, each once, what others need before them."""
    found: dict[tuple[str, str], OutsideResource] = {}
    for section, _, path, data in components(document, schema):
        kind, owner = schema.kinds[section], owner_name(path)
        for resource_type, resource_id, settings in (*_imported(kind, data), *_named(kind, data)):
            if OPEN not in resource_id and "${" not in resource_id:
                account, region = _where(resource_id, settings, str(document.data["region"]))
                resource = OutsideResource(owner, resource_type, resource_id, account, region, settings)
                found.setdefault((resource_type, resource_id), resource)
    return tuple(found.values())


def _imported(kind: Mapping[str, Json], data: Mapping[str, Json]) -> Iterator[tuple[str, str, Mapping[str, Json]]]:
    """What `existing` stands for."""
    if data.get("existing") is None:
        return
    about = kind["x-existing"]
    facts = facts_of(about, data["existing"])
    settings = {name: value for name, value in data.items() if name in about.get("with", ())} | facts
    for resource_type, patterns in about["resources"].items():
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            yield from ((resource_type, one, settings) for one in _filled(pattern, facts))


def _filled(pattern: str, facts: Mapping[str, Json]) -> Iterator[str]:
    """The texts of a pattern with one hole: several for a list or a map, none where the word is not known."""
    hole = HOLE.search(pattern)
    value = facts.get(hole[1]) if hole else None
    values = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]
    yield from (str(one) for one in values if one)


def _named(kind: Mapping[str, Json], data: Mapping[str, Json]) -> Iterator[tuple[str, str, Mapping[str, Json]]]:
    """What settings name."""
    for path, resource_type in (_RAW | kind.get("x-existing-ids", {})).items():
        for value, beside in _reached(data, path.split("."), data):
            if isinstance(value, str) and _BY_AWS.fullmatch(value):
                yield resource_type, value, beside


def _reached(value: Json, steps: list[str], beside: Mapping[str, Json]) -> Iterator[tuple[Json, Mapping[str, Json]]]:
    """The values at a path, each with the map that it stands in; ``*`` is each of a list or a map, ``**`` all below."""
    if not steps:
        yield value, beside
    elif steps == ["**"]:
        yield from ((one, beside) for one in _below(value))
    elif isinstance(value, list) and steps[0] == "*":
        for one in value:
            yield from _reached(one, steps[1:], beside)
    elif isinstance(value, dict):
        below = value.values() if steps[0] == "*" else [value[steps[0]]] if steps[0] in value else []
        for one in below:
            yield from _reached(one, steps[1:], value)


def _below(value: Json) -> Iterator[Json]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _below(one) if key != _OF_AWS else ()
    elif isinstance(value, list):
        for one in value:
            yield from _below(one)
    else:
        yield value


def _where(resource_id: str, settings: Mapping[str, Json], region: str) -> tuple[str, str]:
    """Account and region of a resource: those of its ARN, or of the ARN that it belongs to."""
    parts = resource_id.split(":") if resource_id.startswith("arn:") else []
    said = (parts[4], parts[3]) if parts else (str(settings.get("account", "")), str(settings.get("region", "")))
    account, of_arn = ("" if "$" in one else one for one in said)
    return account, of_arn or region
