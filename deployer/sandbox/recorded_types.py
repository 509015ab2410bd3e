"""Attributes, Ref and replacement of a resource that the sandbox only records, from the schema of its type."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from compiler.source.frozen import frozen
from compiler.source.json_value import Json

Steps = tuple[str, ...]


@frozen(eq=True)
class Identity:
    """One recorded resource: everything that its attributes are derived from, so that they stay the same."""

    resource_type: str
    name: str
    """Its generated physical name; another one after a replacement."""
    region: str
    account: str


def schema_folder() -> Path:
    """The resource schemas that cfn-lint ships; found without importing cfnlint, which takes half a second.

    Raises `ModuleNotFoundError` when cfn-lint is not installed.
    """
    module = importlib.util.find_spec("cfnlint")
    if module is None or not module.submodule_search_locations:
        raise ModuleNotFoundError("cfn-lint is not installed", name="cfnlint")
    return Path(module.submodule_search_locations[0]) / "data" / "schemas"


@cache
def schema_files() -> Mapping[str, str]:
    """Resource type → name of its schema file, for every type of us-east-1, which has them all."""
    files: Mapping[str, str] = json.loads((schema_folder() / "providers" / "us-east-1.json").read_text("utf-8"))
    return files


@cache
def schema_of(resource_type: str) -> Json:
    """The CloudFormation registry schema of a type; `KeyError` for a type that AWS does not have."""
    name = schema_files()[resource_type]
    return json.loads((schema_folder() / "resources" / f"{name}.json").read_text("utf-8"))


def attributes(identity: Identity, properties: Mapping[str, Json]) -> dict[str, Json]:
    """Attribute name (``Endpoint.Address``) → value, for each attribute that `Fn::GetAtt` may ask for."""
    schema = schema_of(identity.resource_type)
    found: dict[str, Json] = {}
    for path in _paths(schema, "readOnlyProperties"):
        if "*" not in path and _is_wanted(path, properties):
            found.update(_flattened(path, _value(identity, path, _node(schema, path), schema)))
    named = _NAMES.get(identity.resource_type)
    return found | ({named: properties.get(named) or identity.name} if named else {})


def reference(identity: Identity, properties: Mapping[str, Json]) -> str:
    """What `Ref` gives: the primary identifier, its parts joined by ``|`` as the registry does."""
    primary = _paths(schema_of(identity.resource_type), "primaryIdentifier")
    answered = _REFERENCE.get(identity.resource_type)
    known = attributes(identity, properties)
    parts = [(answered,)] if answered else primary
    values = [(known.get(".".join(path)), *_reached(properties, path), identity.name) for path in parts]
    return "|".join(str(next(filter(None, value))) for value in values) or identity.name


def replacing(resource_type: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Top-level properties whose change replaces the resource: (always, depending on more than the name)."""
    schema = schema_of(resource_type)
    fixed = _paths(schema, "createOnlyProperties")
    always = dict.fromkeys(path[0] for path in fixed if len(path) == 1)
    inner = [path[0] for path in fixed if len(path) > 1]
    depends = inner + [path[0] for path in _paths(schema, "conditionalCreateOnlyProperties")]
    return tuple(always), tuple(dict.fromkeys(name for name in depends if name not in always))


def replaces(resource_type: str, old: Mapping[str, Json], new: Mapping[str, Json]) -> bool:
    """Whether going from one set of properties to the other needs a new resource."""
    fixed = _paths(schema_of(resource_type), "createOnlyProperties")
    return any(_reached(old, path) != _reached(new, path) for path in fixed)


_REFERENCE = {
    "AWS::EC2::EIP": "PublicIp",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "Arn",
}
"""Types whose `Ref` is not their primary identifier (Template Reference, "Return values")."""

_NAMES = {
    "AWS::SageMaker::Endpoint": "EndpointName",
    "AWS::SageMaker::EndpointConfig": "EndpointConfigName",
    "AWS::SageMaker::Model": "ModelName",
}
"""Types with a name that is an attribute without being read-only (Template Reference, "Return values")."""

_ONLY_WITH = {"MasterUserSecret": "ManageMasterUserPassword"}
"""Attributes that exist only while a property is true: the secret that RDS manages."""


def _is_wanted(path: Steps, properties: Mapping[str, Json]) -> bool:
    switch = _ONLY_WITH.get(path[0])
    return switch is None or str(properties.get(switch)).lower() == "true"


def _paths(schema: Json, key: str) -> tuple[Steps, ...]:
    """``/properties/Endpoint/Address`` → ``("Endpoint", "Address")``."""
    return tuple(tuple(pointer.split("/")[2:]) for pointer in schema.get(key) or ())


def _reached(properties: Json, path: Sequence[str]) -> tuple[Json, ...]:
    """The values at a path; ``*`` goes through each item of a list."""
    if not path:
        return (properties,)
    head, rest = path[0], path[1:]
    if head == "*":
        items = properties if type(properties) is list else ()
        return tuple(_reached(item, rest) for item in items)
    return _reached(properties[head], rest) if type(properties) is dict and head in properties else ()


def _dereferenced(node: Json, schema: Json) -> Json:
    while "$ref" in node:
        target = schema
        for step in node["$ref"].split("/")[1:]:
            target = target[step]
        node = target
    return node


def _node(schema: Json, path: Steps) -> Json:
    node: Json = schema
    for step in path:
        node = _dereferenced(node, schema).get("properties", {}).get(step, {})
    return _dereferenced(node, schema)


def _flattened(path: Steps, value: Json) -> Iterator[tuple[str, Json]]:
    if type(value) is not dict:
        yield ".".join(path), value
        return
    for name, inner in value.items():
        yield from _flattened((*path, name), inner)


def _value(identity: Identity, path: Steps, node: Json, schema: Json) -> Json:
    """A value of the type that the schema asks for. A schema that contains itself ends after four steps."""
    node = _dereferenced(node, schema)
    kind = node.get("type", "string")
    kind = kind[0] if type(kind) is list else kind
    if node.get("enum"):
        return node["enum"][0]
    if kind == "object":
        inner = node.get("properties", {}) if len(path) < 4 else {}
        return {name: _value(identity, (*path, name), inner[name], schema) for name in inner}
    if kind == "array":
        item = _value(identity, path, node.get("items", {}), schema)
        return [item] if item != {} else []
    return _scalar(identity, path, kind, node)


def _scalar(identity: Identity, path: Steps, kind: str, node: Json) -> Json:
    if kind == "boolean":
        return "false"
    if path[-1].startswith("Port"):
        return "443"
    if kind in ("integer", "number"):
        return str(node.get("minimum", 1))
    if node.get("format") == "date-time":
        return _EPOCH
    own = _OWN_FORMS.get((identity.resource_type, path[-1]))
    form = own or next((form for pattern, form in _FORMS if pattern.search(path[-1])), "{word}-{hash8}")
    return form.format(**_words(identity, path))


_OWN_FORMS = {
    ("AWS::RDS::DBProxy", "DBProxyArn"): "arn:aws:rds:{region}:{account}:db-proxy:prx-{hash17}",
    ("AWS::RDS::DBProxyTargetGroup", "TargetGroupArn"): "arn:aws:rds:{region}:{account}:target-group:prx-tg-{hash17}",
}
"""Type and attribute whose parts templates take apart (Service Authorization Reference, Amazon RDS)."""

_EPOCH = "2000-01-01T00:00:00Z"

_FORMS = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        (r"(?i)secretarns?$", "arn:aws:secretsmanager:{region}:{account}:secret:{name}-{hash6}"),
        (r"(Arn|ARN)s?$", "arn:aws:{service}:{region}:{account}:{kind}/{name}"),
        (r"(At|Time|Date|Timestamp)$", _EPOCH),
        (r"^Ipv6CidrBlocks$", "2001:db8:{hash4}:{hash2}00::/56"),
        (r"(?i)ipv6", "2001:db8::{byte}"),
        (r"(Ip|IP|IpAddress)(es)?$", "198.51.100.{byte}"),
        (r"(?i)ur[il]s?$", "https://{host}/"),
        (r"(Address|End[pP]oint|DomainName|D[Nn][Ss]Name|Host|Hostname|Fqdn|NameServer)(es|s|List)*$", "{host}"),
        (r"(Owner|OwnerId|AccountId|OwnerAccount)$", "{account}"),
        (r"Status$", "ACTIVE"),
        (r"State$", "available"),
        (r"Version(Number|Id)?$", "1"),
        (r"(Id|Identifier|Uid)s?$", "{prefix}-{hash17}"),
    )
)
"""First match by the attribute's name; addresses are of the ranges kept for documentation (RFC 5737, RFC 3849)."""

_SERVICES = {
    "ApiGatewayV2": "apigateway",
    "ApplicationAutoScaling": "application-autoscaling",
    "CertificateManager": "acm",
    "ElasticLoadBalancingV2": "elasticloadbalancing",
    "KinesisFirehose": "firehose",
    "OpenSearchService": "es",
    "StepFunctions": "states",
}
"""Types' second word → the service's name in an ARN, where that is not the word in lower case."""

_PREFIXES = {
    "AllocationId": "eipalloc",
    "EniId": "eni",
    "NatGatewayId": "nat",
    "NetworkInterfaceIds": "eni",
    "RouteTableId": "rtb",
    "SubnetId": "subnet",
    "VpcId": "vpc",
    "AWS::EC2::EgressOnlyInternetGateway": "eigw",
    "AWS::EC2::FlowLog": "fl",
    "AWS::EC2::SecurityGroupEgress": "sgr",
    "AWS::EC2::SecurityGroupIngress": "sgr",
    "AWS::EC2::TransitGatewayAttachment": "tgw-attach",
    "AWS::EC2::VPCCidrBlock": "vpc-cidr-assoc",
    "AWS::EC2::VPCEndpoint": "vpce",
    "AWS::EC2::VPCPeeringConnection": "pcx",
    "AWS::Route53Resolver::FirewallDomainList": "rslvr-fdl",
    "AWS::Route53Resolver::FirewallRuleGroup": "rslvr-frg",
    "AWS::Route53Resolver::FirewallRuleGroupAssociation": "rslvr-frgassoc",
}


def _words(identity: Identity, path: Steps) -> dict[str, str]:
    """What a form may be filled with."""
    attribute = path[-1]
    _, service, tail = identity.resource_type.split("::", 2)
    kind = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", tail.replace("::", "-")).lower()
    # A whole attribute answers as the paths below it do, so the hash takes all of the path.
    digest = hashlib.sha256("\0".join((identity.resource_type, identity.name, *path)).encode()).hexdigest()
    arn_service = _SERVICES.get(service, service.lower())
    words = {"region": identity.region, "account": identity.account, "name": identity.name}
    return words | {
        "service": arn_service,
        "kind": kind,
        "word": attribute.lower(),
        "byte": str(1 + int(digest[:8], 16) % 254),
        "host": f"{kind}-{digest[:12]}.{arn_service}.{identity.region}.amazonaws.com",
        "prefix": _PREFIXES.get(attribute) or _PREFIXES.get(identity.resource_type) or kind,
        "hash2": digest[:2],
        "hash4": digest[:4],
        "hash6": digest[:6],
        "hash8": digest[:8],
        "hash17": digest[:17],
    }
