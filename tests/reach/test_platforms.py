"""Every declared connection of the reference platforms is open, and nothing else is: computed from their templates."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from compiler.pipeline import compile_spec, platform_of
from compiler.reach.paths import from_internet, from_prefix_lists
from compiler.reach.ports import ports
from compiler.reach.values import of_type
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from tests.reach.declared import declared
from tests.reach.proof import Case, case, differences, openings, pairs, with_resources, without

ROOT = Path(__file__).parent.parent.parent
SPECS = sorted((ROOT / "spec").glob("*.yaml"))
CASES = [(spec.stem, name) for spec in SPECS for name in yaml.safe_load(spec.read_text())["environments"]]

GOLDENS = (
    *("bastion-fullest", "caches-forms", "caches-fullest", "cdn-private", "clusters-fullest", "databases-aurora"),
    *("databases-extensions", "databases-fullest", "filesystems-fullest", "functions-reach", "jobs-fullest"),
    *("jobs-started", "load_balancer-cdn-only", "load_balancer-fullest", "log_subscriptions-fullest", "models-fullest"),
    *("network_load_balancers-endpoints", "network_load_balancers-reach", "network_load_balancers-smallest"),
    *("pipelines-fullest", "services-calls", "services-containers", "services-fullest"),
    *("services-ports", "services-metrics"),
)


@functools.cache
def compiled(file: str, environment: str) -> Compiled:
    roots = compile_spec(file, (environment,))
    return next(one for one in roots if one.region == one.home)


@functools.cache
def proven(file: str, environment: str) -> Case:
    return case(platform_of(file, environment), compiled(file, environment))


def spec(name: str) -> str:
    return str(ROOT / "spec" / f"{name}.yaml")


@pytest.mark.parametrize(("name", "environment"), CASES)
def test_what_is_declared_is_open_and_nothing_else(name: str, environment: str) -> None:
    assert differences(proven(spec(name), environment)) == []


@pytest.mark.parametrize("name", GOLDENS)
def test_kinds_that_no_platform_has_are_proven_too(name: str) -> None:
    file = ROOT / "tests" / "golden" / name / "spec.yaml"
    environment = next(iter(yaml.safe_load(file.read_text())["environments"]))
    one = proven(str(file), environment)
    assert one.network.interfaces
    assert differences(one) == []


def test_a_load_balancer_of_cdns_alone_is_open_to_cloudfront_and_nobody_else() -> None:
    one = proven(str(ROOT / "tests" / "golden" / "load_balancer-cdn-only" / "spec.yaml"), "dev")
    (balancer,) = (each for each in one.network.of("load_balancer") if "Public" in each.resource)
    assert from_internet(one.network, balancer) == {}
    assert from_prefix_lists(one.network, balancer) == {"pl-a3a144ca": ports(443)}


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        ("NatsService6222FromPeers", "services.nats among its tasks"),
        ("NatsServiceToPeers6222", "services.nats among its tasks"),
        ("NatsServiceNames", "its tasks find no other by a name"),
        ("NatsService4222FromWebService", "services.web → services.nats: (), not ((4222, 4222),)"),
        ("WebService9000FromReportJob", "jobs.report → services.web: (), not ((9000, 9000),)"),
    ],
)
def test_a_port_that_is_not_open_is_found(resource: str, told: str) -> None:
    file = ROOT / "tests" / "golden" / "services-ports" / "spec.yaml"
    whole = proven(str(file), "dev")
    (name,) = (one for one in whole.found.resources if one.endswith(f"/{resource}"))
    assert [one for one in differences(without(whole, name)) if told in one]


def test_the_platforms_have_enough_of_both() -> None:
    cases = [proven(spec(name), environment) for name, environment in CASES]
    opened = sum(len(declared(one.platform)) for one in cases)
    closed = sum(len(list(pairs(one.network))) for one in cases) - opened
    assert opened >= 80
    assert closed >= 300


GUARDS = ("SecurityGroupIngress", "SecurityGroupEgress", "Route", "NatGateway", "VPCGatewayAttachment")
OTHERS = (
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
)
MUTATED = (("amianai", "prod"), ("rayman-portfolio", "prod"), ("perfectmatch", "staging"), ("ai-community", "prod"))


def guarding(one: Case) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Each resource of the templates that a connection of the platform may hang on."""
    for name, body in one.found.resources.items():
        if body["Type"].removeprefix("AWS::EC2::") in GUARDS or body["Type"] in OTHERS:
            yield name, body


def needless(one: Case, body: Mapping[str, Json]) -> bool:
    """What can go without closing anything: HTTPS to a group where the sender may open HTTPS anywhere, and tables of
    subnets in which nothing reaches further than the VPC."""
    if body["Type"] == "AWS::EC2::SecurityGroupEgress":
        out = one.network.egress[body["Properties"]["GroupId"]["Ref"]]
        return bool(body["Properties"]["FromPort"] == 443 and any(rule.peer == "0.0.0.0/0" for rule in out))
    table = body["Properties"].get("RouteTableId")
    routed = [properties["RouteTableId"] for _, properties in of_type(one.found.resources, "AWS::EC2::Route")]
    return body["Type"] == "AWS::EC2::SubnetRouteTableAssociation" and table not in routed


@pytest.mark.parametrize(("name", "environment"), MUTATED)
def test_each_rule_and_route_that_is_taken_out_is_noticed(name: str, environment: str) -> None:
    whole = proven(spec(name), environment)
    asked = [resource for resource, body in guarding(whole) if not needless(whole, body)]
    unnoticed = {resource for resource in asked if not differences(without(whole, resource))}
    assert len(asked) >= 5
    assert unnoticed <= UNUSED.get(name, set())


UNUSED = {
    "amianai": {f"NetworkStack/{one}" for one in ("PublicRoute", "PublicSubnet1Routes", "PublicSubnet2Routes")},
}
"""Nothing of AmIAnAI lies in its public subnets: it has no NAT."""


@pytest.mark.parametrize(("name", "environment"), MUTATED)
def test_each_pair_that_is_opened_besides_is_noticed(name: str, environment: str) -> None:
    """A port that nobody declared, between any two groups of the platform, both sides as they are opened by mistake."""
    whole = proven(spec(name), environment)
    for source, target in pairs(whole.network):
        found = openings(with_resources(whole, mistake(whole, source, target)))
        assert any(told.startswith(f"{source} → {target}:") for told in found), (source, target)


def mistake(one: Case, source: str, target: str) -> Mapping[str, Json]:
    outer, inner = one.network.of(source)[0].groups[0], one.network.of(target)[0].groups[0]
    about = {"IpProtocol": "tcp", "FromPort": 9999, "ToPort": 9999}
    ingress = {"GroupId": inner, "SourceSecurityGroupId": outer, **about}
    egress = {"GroupId": outer, "DestinationSecurityGroupId": inner, **about}
    return {
        "WrongIngress": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": ingress},
        "WrongEgress": {"Type": "AWS::EC2::SecurityGroupEgress", "Properties": egress},
    }
