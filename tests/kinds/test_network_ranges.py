"""Further ranges, IPv6 and what may leave the network: layout, order, rules, and what a spec can get wrong."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from compiler.kinds.network.subnets import TIERS, further_cidr, ipv6_slot
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
region: us-east-1
environments:
  dev: {posture: development, account: "111111111111"}
  prod: {posture: production, network: {cidr: 10.1.0.0/16}}
"""
WORKER = "functions: {worker: {runtime: python3.13, code: ./code, handler: app.handler, network: always}}\n"
DATABASE = "databases: {main: {engine: postgres, version: '16'}}\n"
WEB = "services: {web: {image: '111122223333.dkr.ecr.us-east-1.amazonaws.com/web:1'}}\n"


def built(settings: str, more: str = WORKER, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{more}network: {{{settings}}}\n", environment)))


def egress(found: dict[str, Json], group: str = "WorkerFunctionSecurityGroup") -> list[dict[str, Json]]:
    return list(found[group]["Properties"]["SecurityGroupEgress"])


@pytest.mark.parametrize("cidr", ["100.64.0.0/16", "10.9.0.0/22", "10.9.0.0/26"])
def test_subnets_of_a_further_range_lie_in_it_and_apart(cidr: str) -> None:
    subnets = [IPv4Network(further_cidr(IPv4Network(cidr), zone)) for zone in range(4)]
    assert all(one.subnet_of(IPv4Network(cidr)) and one.prefixlen <= 28 for one in subnets)
    assert not any(one.overlaps(other) for one in subnets for other in subnets if one is not other)


def test_no_two_subnets_have_the_same_ipv6_range() -> None:
    main = [ipv6_slot(zone, tier) for zone in range(4) for tier in range(len(TIERS) + 1)]
    further = [ipv6_slot(zone, 0, number) for number in (1, 2, 3) for zone in range(4)]
    assert sorted((*main, *further)) == list(range(28))


def test_a_subnet_in_a_further_range_waits_for_it_and_has_the_routes_of_its_zone() -> None:
    found = built("more_cidrs: [100.64.0.0/16]")
    (block,) = (name for name, body in found.items() if body["Type"] == "AWS::EC2::VPCCidrBlock")
    subnets = {name: body for name, body in found.items() if name.startswith("PrivateSubnet1In")}
    subnet = subnets[f"PrivateSubnet1In{block.removeprefix('VpcRange')}"]
    assert (subnet["DependsOn"], subnet["Properties"]["CidrBlock"]) == ([block], "100.64.0.0/18")
    (routes,) = (body for name, body in subnets.items() if name.endswith("Routes"))
    assert routes["Properties"]["RouteTableId"] == {"Ref": "PrivateRouteTable1"}


def test_functions_run_in_all_ranges_and_endpoints_in_the_first() -> None:
    found = built("more_cidrs: [100.64.0.0/16], endpoints: [s3, sqs]")
    assert len(found["WorkerFunction"]["Properties"]["VpcConfig"]["SubnetIds"]) == 4
    assert len(found["SqsEndpoint"]["Properties"]["SubnetIds"]) == 2
    sources = {body["Properties"]["CidrIp"] for name, body in found.items() if name.startswith("EndpointsFrom")}
    assert sources == {"10.0.0.0/16", "100.64.0.0/16"}


def test_tasks_run_in_all_ranges_and_databases_stay_isolated() -> None:
    found = built("more_cidrs: [100.64.0.0/16]", WEB + DATABASE)
    network = found["WebService"]["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert len(network["Subnets"]) == 4
    assert len(found["MainDatabaseSubnets"]["Properties"]["SubnetIds"]) == 2


def test_another_range_moves_nothing() -> None:
    one, two = (
        built("more_cidrs: [100.64.0.0/16], ipv6: true"),
        built("more_cidrs: [100.64.0.0/16, 10.9.0.0/22], ipv6: true"),
    )
    changed = {name for name, body in one.items() if two[name] != body}
    assert changed == {"WorkerFunction"}


def test_ipv6_in_public_and_private_subnets_alone() -> None:
    found = built("ipv6: true")
    with_ipv6 = {name for name, body in found.items() if "Ipv6CidrBlock" in body.get("Properties", {})}
    assert with_ipv6 == {"PublicSubnet1", "PublicSubnet2", "PrivateSubnet1", "PrivateSubnet2"}
    assert all(found[name]["DependsOn"] == ["VpcIpv6Range"] for name in with_ipv6)
    given = {name for name in with_ipv6 if "AssignIpv6AddressOnCreation" in found[name]["Properties"]}
    assert given == {"PrivateSubnet1", "PrivateSubnet2"}


def test_private_subnets_reach_out_by_the_gateway_that_lets_nobody_in() -> None:
    found = built("ipv6: true, nat: none")
    routes = {
        name: body["Properties"] for name, body in found.items() if "DestinationIpv6CidrBlock" in body["Properties"]
    }
    assert routes.keys() == {"PublicRouteIpv6", "PrivateRoute1Ipv6", "PrivateRoute2Ipv6"}
    assert routes["PrivateRoute1Ipv6"]["EgressOnlyInternetGatewayId"] == {"Ref": "EgressOnlyInternetGateway"}
    assert routes["PublicRouteIpv6"]["GatewayId"] == {"Ref": "InternetGateway"}


def test_functions_take_both_families_and_may_call_by_both() -> None:
    found = built("ipv6: true")
    assert found["WorkerFunction"]["Properties"]["VpcConfig"]["Ipv6AllowedForDualStack"] is True
    assert [one.get("CidrIp") or one["CidrIpv6"] for one in egress(found)] == ["0.0.0.0/0", "::/0"]


def test_by_default_https_alone_may_leave() -> None:
    (rule,) = egress(built(""))
    assert (rule["CidrIp"], rule["FromPort"], rule["ToPort"]) == ("0.0.0.0/0", 443, 443)


def test_closed_egress_leads_to_endpoints_and_to_what_is_listed() -> None:
    listed = "{list: pl-63a5400a}, {cidr: 10.50.0.0/16, ports: [5432, 443]}"
    rules = egress(built(f"endpoints: [s3, sqs], ipv6: true, egress: {{https_anywhere: false, to: [{listed}]}}"))
    assert [
        (one["FromPort"], *(str(one[key]) for key in sorted(one) if key.startswith(("Cidr", "Dest")))) for one in rules
    ] == [
        (443, "{'Ref': 'EndpointsSecurityGroup'}"),
        (443, "pl-63a5400a"),
        (5432, "10.50.0.0/16"),
        (443, "10.50.0.0/16"),
    ]


def test_closed_egress_without_anything_lets_nothing_out() -> None:
    (rule,) = egress(built("endpoints: [s3], egress: {https_anywhere: false}"))
    assert rule["CidrIp"] == "127.0.0.1/32"


def test_names_that_are_not_listed_are_not_resolved() -> None:
    found = built("egress: {domains: [api.stripe.com]}")
    allow, block = found["NetworkDomainRules"]["Properties"]["FirewallRules"]
    assert (allow["Action"], allow["FirewallDomainListId"]) == ("ALLOW", {"Ref": "NetworkAllowedDomains"})
    assert allow["FirewallDomainRedirectionAction"] == "TRUST_REDIRECTION_DOMAIN"
    assert (block["Action"], block["FirewallDomainListId"]) == ("BLOCK", {"Ref": "NetworkOtherDomains"})
    assert allow["Priority"] < block["Priority"]
    assert found["NetworkOtherDomains"]["Properties"]["Domains"] == ["*"]
    assert {"api.stripe.com", "*.amazonaws.com"} <= {*found["NetworkAllowedDomains"]["Properties"]["Domains"]}
    assert found["NetworkDomainRulesOfVpc"]["Properties"]["VpcId"] == {"Ref": "Vpc"}


def test_the_names_of_services_are_resolved_whatever_they_end_with() -> None:
    found = built("egress: {domains: []}", f"{WEB}ecs: {{namespace: shop.local}}\n")
    assert "*.shop.local" in found["NetworkAllowedDomains"]["Properties"]["Domains"]


def test_the_domains_of_the_platform_are_resolved() -> None:
    """The firewall is asked before a private zone is, so that its names need a rule too."""
    own = "domains: {inside: {domain: shop.example.net, zone: {create: true, private: true}}}\n"
    found = built("egress: {domains: ['*.example.org', shop.example.net]}", own)
    domains = found["NetworkAllowedDomains"]["Properties"]["Domains"]
    assert {"shop.example.net", "*.shop.example.net"} <= {*domains} and len(domains) == len({*domains})


FAULTS: tuple[tuple[str, str, str], ...] = (
    ("more_cidrs: [10.0.4.0/22]", "cidr-overlap", "overlaps '10.0.0.0/16'"),
    ("more_cidrs: [100.64.0.0/16, 100.64.4.0/22]", "cidr-overlap", "overlaps '100.64.0.0/16'"),
    ("more_cidrs: [10.9.0.0/27]", "cidr-too-small", "too small"),
    ("more_cidrs: [100.64.0.0/10]", "bad-cidr", "too large"),
    ("more_cidrs: [10.9.0.1/22]", "bad-cidr", "is not an IPv4 range"),
    ("more_cidrs: [172.16.0.0/16]", "bad-cidr", "AWS does not take"),
    ("more_cidrs: [8.8.0.0/16]", "bad-cidr", "AWS does not take"),
    ("cidr: 10.1.0.0/16, more_cidrs: [10.0.0.0/16]", "bad-cidr", "AWS does not take"),
    ("cidr: 172.20.0.0/16, more_cidrs: [172.31.0.0/16]", "bad-cidr", "AWS does not take"),
    ("egress: {to: [{}]}", "bad-destination", "either a 'list' or a 'cidr'"),
    ("egress: {to: [{list: pl-63a5400a, cidr: 10.0.0.0/8}]}", "bad-destination", "either a 'list' or a 'cidr'"),
    ("egress: {to: [{cidr: 10.0.0.1/8}]}", "bad-cidr", "is not an IPv4 range"),
    ("egress: {to: [{cidr: 0.0.0.0/0}]}", "bad-destination", "'https_anywhere' opens 0.0.0.0/0 on port 443 already"),
    ("egress: {to: [{cidr: 10.0.0.0/8, ports: [1, 2]}, {cidr: 10.0.0.0/8, ports: [2]}]}", "bad-destination", "'to.0'"),
)


@pytest.mark.parametrize(("settings", "code", "words"), FAULTS)
def test_faults(settings: str, code: str, words: str) -> None:
    found = faults(f"{HEAD.partition('  prod:')[0]}{WORKER}network: {{{settings}}}\n")
    assert {one.code for one in found} == {code}
    assert words in found[0].message


@pytest.mark.parametrize(
    "settings",
    [
        "more_cidrs: [100.64.0.0/16, 10.9.0.0/26, 10.2.0.0/16]",
        "cidr: 172.20.0.0/16, more_cidrs: [172.21.0.0/16, 100.64.0.0/16]",
        "cidr: 10.1.0.0/16, more_cidrs: [10.2.0.0/16]",
        "cidr: 100.64.0.0/16, more_cidrs: [100.65.0.0/16]",
    ],
)
def test_ranges_that_aws_takes(settings: str) -> None:
    assert faults(f"{HEAD.partition('  prod:')[0]}{WORKER}network: {{{settings}}}\n") == ()


@pytest.mark.parametrize(
    ("image", "domains", "codes"),
    [
        ("nginx:1.27", "[example.com]", ["closed-domain"]),
        ("nginx:1.27", "[registry-1.docker.io, auth.docker.io]", []),
        ("hub.example.com/shop/web:1", "['*.example.com']", []),
        ("ghcr.io/shop/web:1", "[io.example.com]", ["closed-domain"]),
        ("localhost:5000/web:1", "[example.com]", ["closed-domain"]),
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com/web:1", "[]", []),
    ],
)
def test_images_whose_registry_is_not_resolved(image: str, domains: str, codes: list[str]) -> None:
    text = f"{HEAD}services: {{web: {{image: '{image}'}}}}\nnetwork: {{egress: {{domains: {domains}}}}}\n"
    assert [one.code for one in faults(text)][: len(codes) or None] == codes


@pytest.mark.parametrize(
    ("container", "codes"),
    [
        ("sidecars: {proxy: {image: 'ghcr.io/shop/proxy:1'}}", ["closed-domain"]),
        ("tracing: {}", ["closed-domain"]),
        ("sidecars: {proxy: {image: 'example.com/shop/proxy:1'}}, tracing: {image: 'example.com/otel:1'}", []),
    ],
)
def test_every_container_of_a_task_is_pulled(container: str, codes: list[str]) -> None:
    service = f"services: {{web: {{image: 'example.com/shop/web:1', {container}}}}}\n"
    text = f"{HEAD}{service}network: {{egress: {{domains: [example.com]}}}}\n"
    assert [one.code for one in faults(text)] == codes


def test_peered_environments_have_further_ranges_apart_too() -> None:
    text = f"{HEAD}{WORKER}network: {{peered_with: [prod, dev], more_cidrs: [100.64.0.0/16]}}\n"
    assert {(one.code, one.message.split(" ")[0]) for one in faults(text)} == {("cidr-overlap", "'100.64.0.0/16'")}
