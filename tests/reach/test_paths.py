"""Small networks, each with one thing changed: what it opens, and what it closes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from compiler.reach.paths import (
    from_internet,
    from_internet_by_ipv6,
    from_prefix_lists,
    leads_out_to,
    opened,
    reaches_service,
    to_internet,
    to_internet_by_ipv6,
)
from compiler.reach.ports import EVERY, HTTPS, NONE, Ports, both, ports, shown, union, without
from compiler.reach.read import topology
from compiler.reach.topology import Topology
from compiler.source.json_value import Json

VPC = {"VpcId": {"Ref": "Vpc"}}


def resource(kind: str, **properties: Json) -> Mapping[str, Json]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def rule(group: str, port: int, **more: Json) -> Mapping[str, Json]:
    return {"GroupId": {"Ref": group}, "IpProtocol": "tcp", "FromPort": port, "ToPort": port, **more}


NETWORK: Mapping[str, Mapping[str, Json]] = {
    "Vpc": resource("EC2::VPC", CidrBlock="10.0.0.0/16", EnableDnsSupport=True, EnableDnsHostnames=True),
    "Gateway": resource("EC2::InternetGateway"),
    "Attachment": resource("EC2::VPCGatewayAttachment", InternetGatewayId={"Ref": "Gateway"}, **VPC),
    "Outer": resource("EC2::Subnet", CidrBlock="10.0.0.0/24", **VPC),
    "Inner": resource("EC2::Subnet", CidrBlock="10.0.1.0/24", **VPC),
    "OuterTable": resource("EC2::RouteTable", **VPC),
    "InnerTable": resource("EC2::RouteTable", **VPC),
    "OuterUses": resource(
        "EC2::SubnetRouteTableAssociation", SubnetId={"Ref": "Outer"}, RouteTableId={"Ref": "OuterTable"}
    ),
    "InnerUses": resource(
        "EC2::SubnetRouteTableAssociation", SubnetId={"Ref": "Inner"}, RouteTableId={"Ref": "InnerTable"}
    ),
    "OuterRoute": resource(
        "EC2::Route",
        RouteTableId={"Ref": "OuterTable"},
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId={"Ref": "Gateway"},
    ),
    "Nat": resource("EC2::NatGateway", SubnetId={"Ref": "Outer"}),
    "InnerRoute": resource(
        "EC2::Route", RouteTableId={"Ref": "InnerTable"}, DestinationCidrBlock="0.0.0.0/0", NatGatewayId={"Ref": "Nat"}
    ),
    "AppGroup": resource(
        "EC2::SecurityGroup",
        SecurityGroupEgress=[{"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}],
        **VPC,
    ),
    "DataGroup": resource(
        "EC2::SecurityGroup",
        SecurityGroupEgress=[{"CidrIp": "127.0.0.1/32", "IpProtocol": "icmp", "FromPort": 252, "ToPort": 86}],
        **VPC,
    ),
    "Out": resource(
        "EC2::SecurityGroupEgress", **rule("AppGroup", 5432, DestinationSecurityGroupId={"Ref": "DataGroup"})
    ),
    "In": resource("EC2::SecurityGroupIngress", **rule("DataGroup", 5432, SourceSecurityGroupId={"Ref": "AppGroup"})),
    "App": resource(
        "Lambda::Function",
        VpcConfig={"SubnetIds": [{"Ref": "Inner"}], "SecurityGroupIds": [{"Fn::GetAtt": ["AppGroup", "GroupId"]}]},
    ),
    "DataSubnets": resource("RDS::DBSubnetGroup", SubnetIds=[{"Ref": "Inner"}, {"Ref": "Outer"}]),
    "Data": resource(
        "RDS::DBInstance",
        DBSubnetGroupName={"Ref": "DataSubnets"},
        VPCSecurityGroups=[{"Ref": "DataGroup"}],
        Port="5432",
    ),
}


def network(change: Mapping[str, Mapping[str, Json] | None]) -> Topology:
    """The network with some resources replaced, added or (None) taken out."""
    resources = {name: body for name, body in {**NETWORK, **change}.items() if body is not None}
    return topology(resources, {"App": "app", "Data": "data"})


def acl(number: int, action: str, egress: bool = False, cidr: str = "0.0.0.0/0", **span: int) -> Json:
    """`port` and `last` make a range of ports; without them it is for all traffic."""
    port, last = span.get("port"), span.get("last", span.get("port"))
    limits = {"PortRange": {"From": port, "To": last}} if port else {}
    about = {"RuleNumber": number, "RuleAction": action, "Egress": egress, "CidrBlock": cidr, **limits}
    return resource("EC2::NetworkAclEntry", NetworkAclId={"Ref": "Acl"}, Protocol=6 if port else -1, **about)


INNER_ACL = {
    "Acl": resource("EC2::NetworkAcl", **VPC),
    "AclOfInner": resource("EC2::SubnetNetworkAclAssociation", SubnetId={"Ref": "Inner"}, NetworkAclId={"Ref": "Acl"}),
}
EVERYTHING = {"EntryIn": acl(100, "allow"), "EntryOut": acl(100, "allow", egress=True)}
POSTGRES = ports(5432)
OPENINGS: tuple[tuple[str, Mapping[str, Mapping[str, Json] | None], Ports, Ports], ...] = (
    ("as it is", {}, POSTGRES, POSTGRES),
    ("no way out of the one", {"Out": None}, NONE, NONE),
    ("no way into the other", {"In": None}, NONE, NONE),
    (
        "UDP is not asked for",
        {"In": resource("EC2::SecurityGroupIngress", **{**rule("DataGroup", 5432), "IpProtocol": "udp"})},
        NONE,
        NONE,
    ),
    (
        "a range that has the sender",
        {"In": resource("EC2::SecurityGroupIngress", **rule("DataGroup", 5432, CidrIp="10.0.1.0/24"))},
        POSTGRES,
        POSTGRES,
    ),
    (
        "another range",
        {"In": resource("EC2::SecurityGroupIngress", **rule("DataGroup", 5432, CidrIp="10.0.9.0/24"))},
        NONE,
        NONE,
    ),
    ("an empty ACL of the sender", INNER_ACL, NONE, POSTGRES),
    ("an ACL that allows everything", {**INNER_ACL, **EVERYTHING}, POSTGRES, POSTGRES),
    (
        "an ACL that denies the port first",
        {**INNER_ACL, **EVERYTHING, "First": acl(90, "deny", egress=True, port=5432)},
        NONE,
        POSTGRES,
    ),
    (
        "an ACL that denies it to another range",
        {**INNER_ACL, **EVERYTHING, "First": acl(90, "deny", egress=True, port=5432, cidr="192.168.0.0/16")},
        POSTGRES,
        POSTGRES,
    ),
    (
        "an ACL that denies a part of the other subnet",
        {**INNER_ACL, **EVERYTHING, "First": acl(90, "deny", egress=True, cidr="10.0.0.128/25")},
        POSTGRES,
        POSTGRES,
    ),
    (
        "an ACL that denies a part of the other subnet where that is all",
        {
            **INNER_ACL,
            **EVERYTHING,
            "First": acl(90, "deny", egress=True, cidr="10.0.0.128/25"),
            "DataSubnets": resource("RDS::DBSubnetGroup", SubnetIds=[{"Ref": "Outer"}]),
        },
        POSTGRES,
        POSTGRES,
    ),
    ("an ACL that lets no answer back", {**INNER_ACL, "EntryOut": acl(100, "allow", egress=True)}, NONE, POSTGRES),
    (
        "a group without rules lets everything out",
        {"AppGroup": resource("EC2::SecurityGroup", **VPC), "Out": None},
        POSTGRES,
        POSTGRES,
    ),
)


@pytest.mark.parametrize(("about", "change", "surely", "ever"), OPENINGS, ids=[row[0] for row in OPENINGS])
def test_what_is_open_between_two(
    about: str, change: Mapping[str, Mapping[str, Json] | None], surely: Ports, ever: Ports
) -> None:
    """The database lies in the subnet of the function and in another one: an ACL does nothing inside of a subnet."""
    found = network(change)
    assert opened(found, found.at("App"), found.at("Data")) == surely
    assert opened(found, found.at("App"), found.at("Data"), surely=False) == ever
    assert opened(found, found.at("Data"), found.at("App"), surely=False) == NONE


WAYS_OUT: tuple[tuple[str, Mapping[str, Mapping[str, Json] | None], Ports], ...] = (
    ("by NAT", {}, HTTPS),
    ("no NAT gateway", {"Nat": None}, NONE),
    ("no route to it", {"InnerRoute": None}, NONE),
    ("no table", {"InnerUses": None}, NONE),
    ("NAT in a subnet without a gateway", {"OuterRoute": None}, NONE),
    ("a gateway that is not attached", {"Attachment": None}, NONE),
    ("NAT in the private subnet", {"Nat": resource("EC2::NatGateway", SubnetId={"Ref": "Inner"})}, NONE),
    ("a public subnet without a public address", {"InnerUses": NETWORK["OuterUses"], "OuterUses": None}, NONE),
    ("an ACL that is empty", INNER_ACL, NONE),
)


@pytest.mark.parametrize(("about", "change", "wanted"), WAYS_OUT, ids=[row[0] for row in WAYS_OUT])
def test_the_way_to_the_internet(about: str, change: Mapping[str, Mapping[str, Json] | None], wanted: Ports) -> None:
    found = network(change)
    assert to_internet(found, found.at("App")) == wanted
    assert to_internet(found, found.at("Data"), surely=False) == NONE
    assert reaches_service(found, found.at("App"), "sqs") == bool(wanted)


def endpoint(private_names: bool = True) -> Mapping[str, Mapping[str, Json]]:
    made = resource(
        "EC2::VPCEndpoint",
        ServiceName={"Fn::Sub": "com.amazonaws.${AWS::Region}.sqs"},
        VpcEndpointType="Interface",
        PrivateDnsEnabled=private_names,
        SubnetIds=[{"Ref": "Inner"}],
        SecurityGroupIds=[{"Ref": "EndpointGroup"}],
        **VPC,
    )
    ingress = [{"CidrIp": "10.0.0.0/16", "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}]
    return {"Endpoint": made, "EndpointGroup": resource("EC2::SecurityGroup", SecurityGroupIngress=ingress, **VPC)}


CLOSED = {"EndpointGroup": resource("EC2::SecurityGroup", **VPC)}
NO_NAMES = {"Vpc": resource("EC2::VPC", CidrBlock="10.0.0.0/16", EnableDnsSupport=True)}
SERVICES: tuple[tuple[str, Mapping[str, Mapping[str, Json] | None], bool], ...] = (
    ("by the endpoint", {"Nat": None, **endpoint()}, True),
    ("an endpoint without its name", {"Nat": None, **endpoint(False)}, False),
    ("a VPC that resolves no names", {"Nat": None, **endpoint(), **NO_NAMES}, False),
    ("an endpoint that lets nobody in, though there is NAT", {**endpoint(), **CLOSED}, False),
    ("an endpoint of no use, and NAT", {**endpoint(False), **CLOSED}, True),
)


@pytest.mark.parametrize(("about", "change", "wanted"), SERVICES, ids=[row[0] for row in SERVICES])
def test_the_way_to_a_service(about: str, change: Mapping[str, Mapping[str, Json] | None], wanted: bool) -> None:
    found = network(change)
    assert reaches_service(found, found.at("App"), "sqs") == wanted


def test_a_gateway_endpoint_is_for_the_tables_that_know_it() -> None:
    made = {"ServiceName": {"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"}, **VPC}
    for table, wanted in (("InnerTable", True), ("OuterTable", False)):
        found = network({"Nat": None, "S3": resource("EC2::VPCEndpoint", RouteTableIds=[{"Ref": table}], **made)})
        assert reaches_service(found, found.at("App"), "s3") == wanted


PUBLIC = {
    "Data": resource(
        "RDS::DBInstance",
        DBSubnetGroupName={"Ref": "DataSubnets"},
        VPCSecurityGroups=[{"Ref": "DataGroup"}],
        PubliclyAccessible=True,
    ),
    "DataSubnets": resource("RDS::DBSubnetGroup", SubnetIds=[{"Ref": "Outer"}]),
    "World": resource("EC2::SecurityGroupIngress", **rule("DataGroup", 5432, CidrIp="203.0.113.0/24")),
}


def test_the_internet_needs_a_rule_an_address_and_a_way() -> None:
    world = {"203.0.113.0/24": POSTGRES}
    private = resource("RDS::DBSubnetGroup", SubnetIds=[{"Ref": "Inner"}])
    assert from_internet(network(PUBLIC), network(PUBLIC).at("Data")) == world
    for change in ({"Data": NETWORK["Data"]}, {"DataSubnets": private}, {"World": None}, {"Attachment": None}):
        found = network({**PUBLIC, **change})
        assert from_internet(found, found.at("Data"), surely=False) == {}


def test_prefix_lists_are_told_by_name() -> None:
    more = {"List": resource("EC2::SecurityGroupIngress", **rule("DataGroup", 80, SourcePrefixListId="pl-3b927c52"))}
    found = network(more)
    assert from_prefix_lists(found, found.at("Data")) == {"pl-3b927c52": ports(80)}


def test_raw_resources_of_any_form_are_read_without_a_fault() -> None:
    odd = {
        "In": resource("EC2::SecurityGroupIngress", GroupId={"Fn::ImportValue": "x"}, FromPort={"Ref": "P"}),
        "Acl": resource("EC2::NetworkAclEntry", RuleNumber={"Ref": "N"}, PortRange={"Ref": "R"}),
        "Listener": resource("ElasticLoadBalancingV2::Listener", Port={"Ref": "P"}, DefaultActions={"Ref": "A"}),
        "Service": resource("ECS::Service", LoadBalancers=[{"Ref": "L"}, "x"], NetworkConfiguration="odd"),
        "Empty": {"Type": "AWS::EC2::Subnet"},
        "Text": {"Type": "AWS::EC2::SecurityGroup", "Properties": "odd"},
        "Role": resource("IAM::Role", Policies=[{"PolicyDocument": {"Statement": ["odd"]}}, 3]),
    }
    assert network(odd).subnets["Empty"].vpc == ""


def test_sets_of_ports() -> None:
    assert union([ports(1, 5), ports(6, 9), ports(20)]) == ((1, 9), (20, 20))
    assert both(((1, 9), (20, 20)), ports(5, 20)) == ((5, 9), (20, 20))
    assert without(ports(1, 9), ports(3, 4)) == ((1, 2), (5, 9))
    assert (shown(EVERY), shown(((80, 80), (1, 5)))) == ("every port", "80, 1 to 5")


IPV6 = {
    "OuterIpv6": resource(
        "EC2::Route",
        RouteTableId={"Ref": "OuterTable"},
        DestinationIpv6CidrBlock="::/0",
        GatewayId={"Ref": "Gateway"},
    ),
    "OnlyOut": resource("EC2::EgressOnlyInternetGateway", **VPC),
    "InnerIpv6": resource(
        "EC2::Route",
        RouteTableId={"Ref": "InnerTable"},
        DestinationIpv6CidrBlock="::/0",
        EgressOnlyInternetGatewayId={"Ref": "OnlyOut"},
    ),
    "IntoData": resource("EC2::SecurityGroupIngress", **rule("DataGroup", 5432, CidrIpv6="::/0")),
    "IntoApp": resource("EC2::SecurityGroupIngress", **rule("AppGroup", 443, CidrIpv6="::/0")),
    "OutOfApp": resource("EC2::SecurityGroupEgress", **rule("AppGroup", 443, CidrIpv6="::/0")),
}
IPV6_ROWS: tuple[tuple[str, Mapping[str, Mapping[str, Json] | None], Ports, Ports, Ports], ...] = (
    ("of none", {}, NONE, NONE, NONE),
    ("an egress-only gateway lets out and nobody in", IPV6, HTTPS, NONE, POSTGRES),
    ("without routes", {**IPV6, "OuterIpv6": None, "InnerIpv6": None}, NONE, NONE, NONE),
    ("without rules", {"OuterIpv6": IPV6["OuterIpv6"], "InnerIpv6": IPV6["InnerIpv6"]}, NONE, NONE, NONE),
    ("without the attachment", {**IPV6, "Attachment": None}, HTTPS, NONE, NONE),
    (
        "an internet gateway lets in",
        {
            **IPV6,
            "InnerIpv6": {
                **IPV6["InnerIpv6"],
                "Properties": {**IPV6["OuterIpv6"]["Properties"], "RouteTableId": {"Ref": "InnerTable"}},
            },
        },
        HTTPS,
        HTTPS,
        POSTGRES,
    ),
)


@pytest.mark.parametrize("row", IPV6_ROWS, ids=[row[0] for row in IPV6_ROWS])
def test_ipv6(row: tuple[str, Mapping[str, Mapping[str, Json] | None], Ports, Ports, Ports]) -> None:
    """Ways out of the function, into it, and into the database, which lies in the public subnet too."""
    _, change, out, into_app, into_data = row
    there = network(change)
    app, data = there.of("app")[0], there.of("data")[0]
    found = to_internet_by_ipv6(there, app), from_internet_by_ipv6(there, app), from_internet_by_ipv6(there, data)
    assert found == (out, into_app, into_data)


LED_OUT: tuple[tuple[str, Mapping[str, Json], str], ...] = (
    ("to everywhere", {"CidrIp": "0.0.0.0/0"}, "anywhere"),
    ("to a prefix list", {"DestinationPrefixListId": "pl-63a5400a"}, "somewhere"),
    ("to a public range", {"CidrIp": "203.0.113.0/24"}, "somewhere"),
    ("to a peered network", {"CidrIp": "10.50.0.0/16"}, ""),
    ("to a group", {"DestinationSecurityGroupId": {"Ref": "DataGroup"}}, ""),
)


@pytest.mark.parametrize("row", LED_OUT, ids=[row[0] for row in LED_OUT])
def test_where_groups_let_https_go(row: tuple[str, Mapping[str, Json], str]) -> None:
    rules = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **row[1]}]
    there = network({"AppGroup": resource("EC2::SecurityGroup", SecurityGroupEgress=rules, **VPC)})
    assert leads_out_to(there, there.of("app")[0]) == row[2]


def test_a_peering_opens_no_way_to_the_internet() -> None:
    peer = resource(
        "EC2::Route",
        RouteTableId={"Ref": "InnerTable"},
        DestinationCidrBlock="10.50.0.0/16",
        VpcPeeringConnectionId="pcx-0123456789abcdef0",
    )
    there = network({"InnerRoute": peer})
    assert to_internet(there, there.of("app")[0], surely=False) == NONE


def test_the_default_route_to_a_transit_gateway_is_a_way_out() -> None:
    way = {"RouteTableId": {"Ref": "InnerTable"}, "DestinationCidrBlock": "0.0.0.0/0"}
    there = network({"InnerRoute": resource("EC2::Route", TransitGatewayId="tgw-0123456789abcdef0", **way)})
    assert to_internet(there, there.of("app")[0]) == HTTPS
