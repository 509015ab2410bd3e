"""Existing AWS resources that a platform uses: `existing` or a setting names them by id, name or ARN.

The schema of a kind lists them with ``resources`` in ``x-existing``: CloudFormation type → ids, written with the
attributes of `existing` as in ``answers``; an attribute that is a list or a map stands for one resource each. With
``x-existing-ids`` it lists settings that take an id or ARN: path (``domain.certificate``, ``layers.*``) → type;
``Properties.**`` are all ids in raw CloudFormation, where only their form shows the type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compiler.language.components import components
from compiler.language.schema import Schema, owner_name
from compiler.meaning.existing_facts import HOLE, facts_of
from compiler.source.document import Document
from compiler.source.frozen import frozen
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json

_BY_AWS = re.compile(r"arn:.+|Z[A-Z0-9]+|[a-z]+-[0-9a-f]{8,17}")
"""The form of ids that AWS assigns; in a setting, any other text is the name of a component or a path."""
_RAW = {"properties.**": ""}
"""The setting of every component that takes raw CloudFormation."""
_OF_AWS = "AliasTarget"
"""A property of raw CloudFormation in which the zone is one of AWS's own."""


@frozen(eq=True)
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
    """What the spec sets for it: the attributes of `existing` and the settings beside them."""


def outside_resources(document: Document, schema: Schema) -> tuple[OutsideResource, ...]:
    """The existing resources that a resolved document names, each once, in dependency order."""
    resources: dict[tuple[str, str], OutsideResource] = {}
    for section, _, path, data in components(document, schema):
        kind, owner = schema.kinds[section], owner_name(path)
        for resource_type, resource_id, settings in (*_imported(kind, data), *_named(kind, data)):
            if OPEN not in resource_id and "${" not in resource_id:
                account, region = _where(resource_id, settings, str(document.data["region"]))
                resource = OutsideResource(owner, resource_type, resource_id, account, region, settings)
                resources.setdefault((resource_type, resource_id), resource)
    return tuple(resources.values())


def _imported(kind: Mapping[str, Json], data: Mapping[str, Json]) -> Iterator[tuple[str, str, Mapping[str, Json]]]:
    """Type, id and settings of each resource that `existing` names."""
    if data.get("existing") is None:
        return
    declared = kind["x-existing"]
    facts = facts_of(declared, data["existing"])
    settings = {name: value for name, value in data.items() if name in declared.get("with", ())} | facts
    for resource_type, patterns in declared["resources"].items():
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            yield from ((resource_type, resource_id, settings) for resource_id in _filled(pattern, facts))


def _filled(pattern: str, facts: Mapping[str, Json]) -> Iterator[str]:
    """The texts of a pattern with one placeholder: several for a list or a map, none where the attribute is not set."""
    hole = HOLE.search(pattern)
    value = facts.get(hole[1]) if hole else None
    values = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]
    yield from (str(text) for text in values if text)


def _named(kind: Mapping[str, Json], data: Mapping[str, Json]) -> Iterator[tuple[str, str, Mapping[str, Json]]]:
    """Type, id and settings of each resource that a setting names."""
    for path, resource_type in (_RAW | kind.get("x-existing-ids", {})).items():
        for value, beside in _reached(data, path.split("."), data):
            if isinstance(value, str) and _BY_AWS.fullmatch(value):
                yield resource_type, value, beside


def _reached(value: Json, steps: list[str], beside: Mapping[str, Json]) -> Iterator[tuple[Json, Mapping[str, Json]]]:
    """The values at a path, each with the map that it stands in; ``*`` is each of a list or a map, ``**`` all below."""
    if not steps:
        yield value, beside
    elif steps == ["**"]:
        yield from ((child, beside) for child in _below(value))
    elif isinstance(value, list) and steps[0] == "*":
        for child in value:
            yield from _reached(child, steps[1:], beside)
    elif isinstance(value, dict):
        below = value.values() if steps[0] == "*" else [value[steps[0]]] if steps[0] in value else []
        for child in below:
            yield from _reached(child, steps[1:], value)


def _below(value: Json) -> Iterator[Json]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _below(child) if key != _OF_AWS else ()
    elif isinstance(value, list):
        for child in value:
            yield from _below(child)
    else:
        yield value


def _where(resource_id: str, settings: Mapping[str, Json], region: str) -> tuple[str, str]:
    """Account and region of a resource: those of its ARN, or of the ARN that it belongs to."""
    parts = resource_id.split(":") if resource_id.startswith("arn:") else []
    place = (parts[4], parts[3]) if parts else (str(settings.get("account", "")), str(settings.get("region", "")))
    account, of_arn = ("" if "$" in text else text for text in place)
    return account, of_arn or region
