"""Properties that open a resource to the internet or to everybody, beside security groups and policies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compiler.source.json_value import Json
from reviewer.change import Change, Risk, RiskKind
from reviewer.settings import place_of
from reviewer.sides import Sides

EXPOSING: Sequence[tuple[str, tuple[str, ...], Json, RiskKind, str]] = (
    (
        "AWS::ApiGatewayV2::Route",
        ("AuthorizationType",),
        "NONE",
        "access",
        "anyone may call a route without signing in",
    ),
    ("AWS::DMS::ReplicationInstance", ("PubliclyAccessible",), True, "network", "gets a public address"),
    ("AWS::EC2::Subnet", ("MapPublicIpOnLaunch",), True, "network", "instances get public addresses"),
    (
        "AWS::EKS::Cluster",
        ("ResourcesVpcConfig", "EndpointPublicAccess"),
        True,
        "network",
        "its API gets a public address",
    ),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", ("Scheme",), "internet-facing", "network", "gets a public address"),
    ("AWS::Lambda::Url", ("AuthType",), "NONE", "access", "anyone may call its URL"),
    ("AWS::RDS::DBInstance", ("PubliclyAccessible",), True, "network", "gets a public address"),
    ("AWS::S3::Bucket", ("PublicAccessBlockConfiguration", "BlockPublicPolicy"), False, "access", "may be made public"),
    (
        "AWS::SageMaker::NotebookInstance",
        ("DirectInternetAccess",),
        "Enabled",
        "network",
        "gets access to the internet",
    ),
)
"""Type, path of the property, the value that exposes, kind of the risk, what it means."""


def exposure_risks(sides: Sides, changes: Sequence[Change]) -> Iterator[Risk]:
    """A line for each resource that a change exposes; a new one that is public from its start too."""
    for change in changes:
        old, new = sides.properties(sides.address(change))
        for kind, path, value, risk, text in EXPOSING:
            if change.resource_type == kind and _at(new, path) == value and _at(old, path) != value:
                yield Risk(risk, change.component, text, place_of(sides, change.component))


def _at(value: Json, path: Sequence[str]) -> Json:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
