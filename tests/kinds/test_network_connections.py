"""Peering connections, transit gateways and flow logs in a bucket: routes, order, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources, warnings

HEAD = """
platform: demo
region: us-east-1
environments: {dev: {posture: development, account: "111111111111"}}
queues: {jobs: {}}
buckets: {logs: {receives_logs: true}, media: {}}
"""
VPC = "vpc: vpc-0123456789abcdef0"
ROLE = "arn:aws:iam::333333333333:role/accept"


def built(settings: str) -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}network: {{{settings}}}\n")))


def routes(found: dict[str, Json], cidr: str) -> dict[str, Json]:
    """Logical id → what leads to a range."""
    every = {name: body for name, body in found.items() if body["Type"] == "AWS::EC2::Route"}
    return {name: body for name, body in every.items() if body["Properties"]["DestinationCidrBlock"] == cidr}


def test_a_peering_is_made_and_routed_in_all_tables() -> None:
    found = built(f"peerings: {{stock: {{{VPC}, cidrs: [10.50.0.0/16]}}}}")
    peer = found["NetworkStockPeering"]["Properties"]
    assert (peer["PeerVpcId"], peer["VpcId"]) == ("vpc-0123456789abcdef0", {"Ref": "Vpc"})
    assert not {"PeerOwnerId", "PeerRegion", "PeerRoleArn"} & peer.keys()
    led = routes(found, "10.50.0.0/16").values()
    assert all(one["Properties"]["VpcPeeringConnectionId"] == {"Ref": "NetworkStockPeering"} for one in led)
    tables = {one["Properties"]["RouteTableId"]["Ref"] for one in led}
    assert tables == {"PublicRouteTable", "PrivateRouteTable1", "PrivateRouteTable2", "IsolatedRouteTable"}


def test_a_peering_of_another_account_and_region_says_who_accepts_it() -> None:
    further = f"account: '333333333333', region: eu-west-1, role: '{ROLE}'"
    peer = built(f"peerings: {{stock: {{{VPC}, {further}, cidrs: [10.50.0.0/16]}}}}")["NetworkStockPeering"]
    properties = peer["Properties"]
    assert properties["PeerOwnerId"] == "333333333333"
    assert (properties["PeerRegion"], properties["PeerRoleArn"]) == ("eu-west-1", ROLE)


def test_a_connection_of_the_other_side_gets_routes_alone() -> None:
    found = built("peerings: {stock: {connection: pcx-0123456789abcdef0, cidrs: [10.50.0.0/16], tiers: [private]}}")
    led = routes(found, "10.50.0.0/16").values()
    assert {one["Properties"]["VpcPeeringConnectionId"] for one in led} == {"pcx-0123456789abcdef0"}
    assert len(led) == 2
    assert not any(body["Type"] == "AWS::EC2::VPCPeeringConnection" for body in found.values())


def test_the_output_names_the_connection_for_the_other_side() -> None:
    root = compiled(f"{HEAD}network: {{peerings: {{stock: {{{VPC}, cidrs: [10.50.0.0/16]}}}}}}\n").templates[0]
    assert "10.0.0.0/16" in root.body["Outputs"]["NetworkStockPeering"]["Description"]


def test_routes_to_a_transit_gateway_wait_for_the_attachment() -> None:
    found = built("transit_gateways: {core: {id: tgw-0123456789abcdef0, cidrs: [172.16.0.0/12]}}")
    attached = found["NetworkCoreTransitGatewayAttachment"]["Properties"]
    assert attached["SubnetIds"] == [{"Ref": "PrivateSubnet1"}, {"Ref": "PrivateSubnet2"}]
    led = routes(found, "172.16.0.0/12").values()
    assert len(led) == 4
    assert all(one["DependsOn"] == ["NetworkCoreTransitGatewayAttachment"] for one in led)


def test_the_default_route_changes_in_place_from_nat_to_a_transit_gateway() -> None:
    by_nat = built("nat: single")
    core = "core: {id: tgw-0123456789abcdef0, cidrs: [0.0.0.0/0], tiers: [private]}"
    by_gateway = built(f"nat: none, transit_gateways: {{{core}}}")
    default = [name for name in routes(by_nat, "0.0.0.0/0") if name != "PublicRoute"]
    assert default == [name for name in routes(by_gateway, "0.0.0.0/0") if name != "PublicRoute"]


def test_a_range_that_moves_to_a_transit_gateway_keeps_its_routes() -> None:
    """AWS takes no second route to a range while the first is there."""
    first = built(f"peerings: {{stock: {{{VPC}, cidrs: [10.50.0.0/16]}}}}")
    then = built("transit_gateways: {core: {id: tgw-0123456789abcdef0, cidrs: [10.50.0.0/16]}}")
    assert routes(first, "10.50.0.0/16").keys() == routes(then, "10.50.0.0/16").keys()


def test_flow_logs_go_to_a_bucket_in_place_of_a_group() -> None:
    found = built("flow_logs_to: {bucket: logs, format: parquet, fields: [version, srcaddr]}")
    log = found["NetworkBucketFlowLog"]
    assert log["DependsOn"] == ["LogsBucketPolicy"]
    assert log["Properties"]["LogDestination"] == {"Fn::Sub": "${LogsBucket.Arn}/vpc/"}
    assert log["Properties"]["LogFormat"] == "${version} ${srcaddr}"
    assert not {"NetworkFlowLog", "NetworkFlowLogGroup", "NetworkFlowLogRole"} & found.keys()


@pytest.mark.parametrize(
    ("hive", "account"), [("false", "${AWS::AccountId}"), ("true", "aws-account-id=${AWS::AccountId}")]
)
def test_the_policy_has_the_folder_that_flow_logs_lie_in(hive: str, account: str) -> None:
    found = built(f"flow_logs_to: {{bucket: logs, hive: {hive}}}")
    _, write, check = found["LogsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert write["Resource"] == [{"Fn::Sub": f"${{LogsBucket.Arn}}/vpc/AWSLogs/{account}/*"}]
    assert (check["Action"], check["Resource"]) == (["s3:GetBucketAcl"], [{"Fn::GetAtt": ["LogsBucket", "Arn"]}])


def test_flow_logs_of_a_platform_with_data_stores_close_no_circle_of_stacks() -> None:
    database = "databases: {main: {engine: postgres, version: '16'}}\n"
    found = compiled(f"{HEAD}{database}network: {{flow_logs_to: {{bucket: logs}}}}\n")
    assert "NetworkBucketFlowLog" in resources(found)


def test_the_bucket_of_another_account_gets_no_policy() -> None:
    found = built("flow_logs_to: {bucket: 'arn:aws:s3:::organisation-flow-logs'}")
    assert found["NetworkBucketFlowLog"]["Properties"]["LogDestination"] == "arn:aws:s3:::organisation-flow-logs/vpc/"
    statements = found["LogsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert [one["Sid"] for one in statements] == ["TlsOnly"]


GATEWAY = "id: tgw-0123456789abcdef0"
FAULTS: tuple[tuple[str, str, str], ...] = (
    (f"peerings: {{a: {{{VPC}, cidrs: [10.0.7.0/24]}}}}", "cidr-overlap", "overlaps the VPC's own range"),
    (f"peerings: {{a: {{{VPC}, cidrs: [10.50.0.7/16]}}}}", "bad-cidr", "is not an IPv4 range"),
    (f"peerings: {{a: {{{VPC}, cidrs: [0.0.0.0/0]}}}}", "bad-cidr", "can't be used through a peering"),
    ("peerings: {a: {cidrs: [10.50.0.0/16]}}", "bad-peering", "either 'vpc'"),
    (
        f"peerings: {{a: {{{VPC}, connection: pcx-0123456789abcdef0, cidrs: [10.50.0.0/16]}}}}",
        "bad-peering",
        "either 'vpc'",
    ),
    (
        f"peerings: {{a: {{{VPC}, account: '333333333333', cidrs: [10.50.0.0/16]}}}}",
        "bad-peering",
        "does not accept the connection by itself",
    ),
    (f"peerings: {{a: {{{VPC}, role: '{ROLE}', cidrs: [10.50.0.0/16]}}}}", "bad-peering", "of another account"),
    (
        "peerings: {a: {connection: pcx-0123456789abcdef0, region: eu-west-1, cidrs: [10.50.0.0/16]}}",
        "bad-peering",
        "only for a connection that is made here",
    ),
    (
        f"peerings: {{a: {{{VPC}, cidrs: [10.50.0.0/16]}}, b: {{{VPC}, cidrs: [10.50.0.0/16], tiers: [private]}}}}",
        "duplicate-route",
        "by peerings.a",
    ),
    (
        f"peerings: {{a-b: {{{VPC}, cidrs: [10.50.0.0/16]}}, a_b: {{{VPC}, cidrs: [10.51.0.0/16]}}}}",
        "duplicate-name",
        "the same logical id",
    ),
    (f"transit_gateways: {{a: {{{GATEWAY}, cidrs: [10.0.7.0/24]}}}}", "cidr-overlap", "lies in the VPC itself"),
    (
        f"nat: none, transit_gateways: {{a: {{{GATEWAY}, cidrs: [0.0.0.0/0]}}}}",
        "duplicate-route",
        "leads to the internet gateway",
    ),
    (
        f"nat: single, transit_gateways: {{a: {{{GATEWAY}, cidrs: [0.0.0.0/0], tiers: [private]}}}}",
        "duplicate-route",
        "leads to NAT",
    ),
    (
        "endpoints: [s3, sqs], endpoint_policy: {also: ['arn:aws:sns:us-east-1:333333333333:news']}",
        "unused-policy",
        "no endpoint leads to 'sns'",
    ),
    ("endpoints: [], endpoint_policy: {}", "unused-policy", "there is no endpoint"),
    ("flow_logs_to: {bucket: media}", "not-a-log-bucket", "does not receive logs"),
    ("flow_logs_to: {bucket: lgos}", "unknown-component", "lgos"),
    ("flow_logs: false, flow_logs_to: {bucket: logs}", "flow-logs-off", "'flow_logs' is off"),
)


@pytest.mark.parametrize(("settings", "code", "words"), FAULTS)
def test_faults(settings: str, code: str, words: str) -> None:
    found = faults(f"{HEAD}network: {{{settings}}}\n")
    assert {one.code for one in found} == {code}
    assert words in found[0].message


SOUND = (
    f"transit_gateways: {{a: {{{GATEWAY}, cidrs: [10.0.0.0/8]}}}}",
    f"peerings: {{a: {{{VPC}, account: '111111111111', cidrs: [10.50.0.0/16]}}}}",
    f"peerings: {{a: {{{VPC}, cidrs: [10.1.0.0/16], tiers: [private]}}, "
    f"b: {{{VPC}, cidrs: [10.1.0.0/16], tiers: [public]}}}}",
)


@pytest.mark.parametrize("settings", SOUND)
def test_near_ones_that_aws_takes(settings: str) -> None:
    assert faults(f"{HEAD}network: {{{settings}}}\n") == ()


ORDERS = "queues: {jobs: {}, orders: {existing: 'arn:aws:sqs:us-east-1:333333333333:orders'}}\n"


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        ("endpoints: [sqs], endpoint_policy: {}", ["closed-endpoint"]),
        ("endpoints: [s3], endpoint_policy: {}", []),
        ("endpoints: [sqs], endpoint_policy: {within: o-a1b2c3d4e5}", []),
        ("endpoints: [sqs], endpoint_policy: {also: ['arn:aws:sqs:*:333333333333:*']}", []),
    ],
)
def test_an_existing_resource_that_an_endpoint_leads_to_no_more(settings: str, codes: list[str]) -> None:
    text = HEAD.replace("queues: {jobs: {}}\n", ORDERS)
    assert [one.code for one in faults(f"{text}network: {{{settings}}}\n")] == codes


def test_an_endpoint_that_stays_open_is_told() -> None:
    found = warnings(f"{HEAD}network: {{endpoints: [s3, execute-api], endpoint_policy: {{}}}}\n")
    assert [(one.code, "'execute-api'" in one.message) for one in found] == [("open-endpoint", True)]


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        (
            "nat: none, ipv6: true, transit_gateways: {core: {%s, cidrs: [0.0.0.0/0], tiers: [private]}}",
            ["ipv6-way-out"],
        ),
        ("nat: none, transit_gateways: {core: {%s, cidrs: [0.0.0.0/0], tiers: [private]}}", []),
        ("ipv6: true, transit_gateways: {core: {%s, cidrs: [172.16.0.0/12]}}", []),
    ],
)
def test_ipv6_that_goes_past_a_transit_gateway_is_told(settings: str, codes: list[str]) -> None:
    found = warnings(f"{HEAD}network: {{{settings % 'id: tgw-0123456789abcdef0'}}}\n")
    assert [one.code for one in found if one.code == "ipv6-way-out"] == codes
