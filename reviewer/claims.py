"""What only one resource can have at a time: names, records of a zone, aliases, priorities of a listener."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from compiler.source.json_value import Json
from reviewer.replacement import Schemas
from reviewer.template_set import Address, TemplateSet

_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "AWS::ElasticLoadBalancingV2::ListenerRule": ("ListenerArn", "Priority"),
    "AWS::Route53::RecordSet": ("HostedZoneId", "Name", "Type", "SetIdentifier"),
}
"""Type → properties of which no two resources have the same values, where these are not its name."""
_DISTRIBUTION = "AWS::CloudFront::Distribution"

Claims = Mapping[str, Sequence[Address]]
"""A claim as text → the resources that have it."""


def claims_in(templates: TemplateSet, schemas: Schemas) -> Claims:
    """All claims of a set of templates."""
    found: dict[str, list[Address]] = {}
    for address in templates.addresses():
        for claim in claims_of(templates, schemas, address):
            found.setdefault(claim, []).append(address)
    return found


def claims_of(templates: TemplateSet, schemas: Schemas, address: Address) -> frozenset[str]:
    """The claims of one resource; none where the template does not have it."""
    resource = templates.resources(address[0]).get(address[1]) or {}
    kind, properties = str(resource.get("Type", "")), resource.get("Properties") or {}
    names = _CLAIMS.get(kind) or schemas.named(kind, properties)
    values = {name: templates.follow(properties[name], address[0]) for name in names if name in properties}
    return frozenset({*_aliases(kind, properties), *_text(kind, values)})


def _aliases(kind: str, properties: Mapping[str, Json]) -> Iterator[str]:
    config = properties.get("DistributionConfig") if kind == _DISTRIBUTION else None
    aliases = config.get("Aliases") if isinstance(config, Mapping) else None
    for alias in aliases if isinstance(aliases, list) else ():
        yield from _text(kind, {"alias": alias})


def _text(kind: str, values: Mapping[str, Json]) -> Iterator[str]:
    """A claim, unless all of it refers to other resources, which are as new as this one."""
    plain = {name: str(value) if isinstance(value, int) else value for name, value in values.items()}
    if any(isinstance(value, str) for value in plain.values()):
        yield json.dumps({"kind": kind, **plain}, sort_keys=True)


def shown_claim(claim: str) -> str:
    """``RoleName `web` ``, without what refers to other resources."""
    values = {name: value for name, value in json.loads(claim).items() if isinstance(value, str) and name != "kind"}
    return " ".join(f"{name} `{value}`" for name, value in values.items())
