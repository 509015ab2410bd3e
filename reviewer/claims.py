"""What only one resource can have at a time: names, records of a zone, aliases, priorities of a listener."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping, Sequence

from compiler.source.json_value import Json
from reviewer.replacement import Schemas
from reviewer.template_set import Address, TemplateSet, references

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
    plain = {name: str(value) if isinstance(value, int) else value for name, value in values.items()}
    if plain:
        yield json.dumps({"kind": kind, **plain}, sort_keys=True)


def is_lasting(claim: str, replaced: Container[str]) -> bool:
    """Whether a claim is the same before and after: it refers to nothing that is made anew."""
    return all(name not in replaced for name, _ in references(json.loads(claim)))


def shown_claim(claim: str) -> str:
    """``RoleName `web` ``, without what refers to other resources; a policy of ``Bucket`` where all of it does."""
    values = json.loads(claim)
    kind = values.pop("kind")
    plain = {name: value for name, value in values.items() if isinstance(value, str)}
    told = " ".join(f"{name} `{value}`" for name, value in plain.items())
    return told or f"the {kind.rpartition('::')[2]} of its {' and '.join(values)}"
