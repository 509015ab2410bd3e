"""The network: layout, ways out, what is closed, and what a spec can get wrong."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from compiler.kinds.network.subnets import TIERS, subnet_cidr, zones_that_fit
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development, account: "111111111111"}
  prod: {posture: production, account: "222222222222"}
queues: {jobs: {}}
"""


def built(settings: str = "{}", environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}network: {settings}\n", environment)))


def of_type(found: dict[str, Json], kind: str) -> dict[str, Json]:
    return {name: body["Properties"] for name, body in found.items() if body["Type"] == f"AWS::EC2::{kind}"}


@pytest.mark.parametrize("cidr", ["10.0.0.0/16", "172.20.4.0/22", "192.168.7.0/24", "100.64.0.0/25"])
def test_subnets_lie_in_the_vpc_and_apart(cidr: str) -> None:
    vpc = IPv4Network(cidr)
    subnets = [IPv4Network(subnet_cidr(vpc, tier, zone)) for zone in range(zones_that_fit(vpc)) for tier in TIERS]
    assert all(one.subnet_of(vpc) and one.prefixlen <= 28 for one in subnets)
    assert not any(one.overlaps(other) for one in subnets for other in subnets if one is not other)


@pytest.mark.parametrize(
    ("cidr", "zones"), [("10.0.0.0/16", 4), ("10.0.0.0/24", 4), ("10.0.0.0/25", 2), ("10.0.0.0/28", 0)]
)
def test_zones_that_fit(cidr: str, zones: int) -> None:
    assert zones_that_fit(IPv4Network(cidr)) == zones


def test_another_zone_changes_nothing_that_is_there() -> None:
    two, three = built("{zones: 2, nat: per-zone}"), built("{zones: 3, nat: per-zone}")
    changed = {name for name, body in two.items() if three[name] != body}
    assert changed == {"S3Endpoint"}
    assert {name for name in three if name not in two} >= {"PublicSubnet3", "PrivateSubnet3", "IsolatedSubnet3"}


@pytest.mark.parametrize(("nat", "gateways", "routes"), [("none", 0, 0), ("single", 1, 3), ("per-zone", 3, 3)])
def test_nat(nat: str, gateways: int, routes: int) -> None:
    found = built(f"{{zones: 3, nat: {nat}}}")
    assert len(of_type(found, "NatGateway")) == gateways
    private = {name: one for name, one in of_type(found, "Route").items() if name != "PublicRoute"}
    assert len(private) == routes
    assert len({one["NatGatewayId"]["Ref"] for one in private.values()}) == gateways


@pytest.mark.parametrize(("environment", "zones", "gateways"), [("dev", 2, 1), ("prod", 3, 3)])
def test_posture(environment: str, zones: int, gateways: int) -> None:
    found = built(environment=environment)
    assert len(of_type(found, "Subnet")) == 3 * zones
    assert len(of_type(found, "NatGateway")) == gateways


def test_only_public_subnets_lead_to_the_internet() -> None:
    routes = of_type(built(), "Route")
    assert [name for name, one in routes.items() if "GatewayId" in one] == ["PublicRoute"]
    assert not any(one["RouteTableId"] == {"Ref": "IsolatedRouteTable"} for one in routes.values())
    assert all(one["MapPublicIpOnLaunch"] is False for one in of_type(built(), "Subnet").values())


@pytest.mark.parametrize("waiting", ["PublicRoute", "NatGateway1", "NatGateway1Address"])
def test_what_needs_the_internet_gateway_waits_for_it(waiting: str) -> None:
    assert built()[waiting]["DependsOn"] == ["InternetGatewayAttachment"]


def test_gateway_endpoints_serve_private_and_isolated_subnets_for_this_account() -> None:
    endpoint = built("{endpoints: [s3, dynamodb]}")["S3Endpoint"]["Properties"]
    tables = {one["Ref"] for one in endpoint["RouteTableIds"]}
    assert tables == {"PrivateRouteTable1", "PrivateRouteTable2", "IsolatedRouteTable"}
    own, layers = endpoint["PolicyDocument"]["Statement"]
    assert own["Condition"] == {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}
    assert layers["Action"] == ["s3:GetObject"]


def test_interface_endpoints_take_https_from_the_vpc_only() -> None:
    found = built("{endpoints: [ecr.api, sqs]}")
    assert {"EcrApiEndpoint", "SqsEndpoint"} <= found.keys() and "S3Endpoint" not in found
    endpoint = found["EcrApiEndpoint"]["Properties"]
    assert endpoint["PrivateDnsEnabled"] is True
    assert endpoint["SubnetIds"] == [{"Ref": "PrivateSubnet1"}, {"Ref": "PrivateSubnet2"}]
    rule = found["EndpointsFromVpc"]["Properties"]
    assert (rule["CidrIp"], rule["FromPort"], rule["ToPort"]) == ("10.0.0.0/16", 443, 443)


def test_without_interface_endpoints_there_is_no_group_for_them() -> None:
    assert "EndpointsSecurityGroup" not in built()


def test_flow_logs_record_all_traffic_and_write_only_their_group() -> None:
    found = built("{logs: {name: /vpc/demo, days: 14}}")
    assert found["NetworkFlowLog"]["Properties"]["TrafficType"] == "ALL"
    assert found["NetworkFlowLogGroup"]["Properties"]["LogGroupName"] == "/vpc/demo"
    (statement,) = found["NetworkFlowLogRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement["Resource"] == [{"Fn::GetAtt": ["NetworkFlowLogGroup", "Arn"]}]
    assert "NetworkFlowLog" not in built("{flow_logs: false}")


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        ("{cidr: 10.0.0.0/33}", "bad-cidr", "is not an IPv4 range"),
        ("{cidr: 10.0.0.7/16}", "bad-cidr", "is not an IPv4 range"),
        ("{cidr: 10.0.0.0/255.255.0.0}", "bad-cidr", "is not an IPv4 range"),
        ("{cidr: 'fd00::/56'}", "bad-cidr", "is not an IPv4 range"),
        ("{cidr: '${jobs.name}'}", "bad-cidr", "'${queues.jobs.name}' is not an IPv4 range"),
        ("{cidr: 8.8.0.0/16}", "bad-cidr", "is not private"),
        ("{cidr: 10.0.0.0/8}", "bad-cidr", "too large"),
        ("{cidr: 10.0.0.0/28, zones: 3}", "cidr-too-small", "too small for 3 zones"),
        ("{cidr: 10.0.0.0/25, zones: 3}", "cidr-too-small", "too small for 3 zones"),
        ("{peered_with: [prd]}", "unknown-environment", "there is no environment 'prd'"),
        ("{peered_with: [dev, prod]}", "cidr-overlap", "'10.0.0.0/16' in dev overlaps '10.0.0.0/16' in prod"),
        ("{zones: 5}", "out-of-range", "at most 4"),
        ("{endpoints: [S3]}", "bad-value", "short name"),
    ],
)
def test_faults(settings: str, code: str, words: str) -> None:
    found = faults(f"{HEAD}network: {settings}\n")
    assert {one.code for one in found} == {code}
    assert words in found[0].message


def test_a_wrong_bit_is_led_back_to_the_range_that_is_meant() -> None:
    (fault,) = faults(f"{HEAD}network: {{cidr: 10.0.0.7/16}}\n")
    assert fault.suggestion == "did you mean '10.0.0.0/16'?"


def test_a_region_with_fewer_zones() -> None:
    (fault,) = faults(f"{HEAD}region: us-west-1\nnetwork: {{}}\n")
    assert (fault.code, fault.suggestion) == ("too-many-zones", "set 'zones: 2'")


SERVICE = "services: {web: {image: 'public.ecr.aws/docker/library/nginx:1.27'}}\n"


@pytest.mark.parametrize(("endpoints", "codes"), [("[s3]", {"no-egress"}), ("[s3, logs, ecr.api, ecr.dkr]", set())])
def test_services_without_nat_need_endpoints_to_start(endpoints: str, codes: set[str]) -> None:
    found = faults(f"{HEAD}network: {{nat: none, endpoints: {endpoints}}}\n{SERVICE}")
    assert {one.code for one in found} == codes


@pytest.mark.parametrize(("nat", "metrics"), [("none", 0), ("single", 2), ("per-zone", 5)])
def test_one_alarm_watches_all_nat_gateways(nat: str, metrics: int) -> None:
    one = platform(f"{HEAD}network: {{zones: 4, nat: {nat}}}\n")
    assert sum(len(alarm.metrics) for alarm in one.components["network"].alarms(one)) == metrics


def test_peers_apart_are_fine() -> None:
    text = HEAD.replace("{posture: production,", "{posture: production, network: {cidr: 10.1.0.0/16},")
    assert faults(f"{text}network: {{peered_with: [dev, prod]}}\n") == ()


def test_a_peer_that_is_not_compiled_is_held_against_all_the_same() -> None:
    with pytest.raises(Exception, match="cidr-overlap"):
        compiled(f"{HEAD}network: {{peered_with: [prod]}}\n", "dev")


def test_its_log_group_is_no_other_singletons_either() -> None:
    said = "network: {logs: {name: '/${env}/x'}}\naudit: {logs: {name: /dev/x}}\n"
    assert [(one.code, one.component) for one in faults(HEAD + said)] == [
        ("claimed-name", "network"),
        ("claimed-name", "audit"),
    ]
