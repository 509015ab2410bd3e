"""Ways out of small networks that are easily taken for none: rules for parts, routes elsewhere, names of services."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from compiler.reach.paths import reaches_service, to_internet
from compiler.reach.ports import HTTPS, NONE, Ports, ports
from compiler.source.json_value import Json
from tests.reach.test_paths import EVERYTHING, INNER_ACL, VPC, acl, endpoint, network, resource


def elsewhere(gateway: Json) -> Json:
    """The private subnet's default route to a transit gateway."""
    about = {"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": gateway}
    return resource("EC2::Route", RouteTableId={"Ref": "InnerTable"}, **about)


WAYS: tuple[tuple[str, Mapping[str, Mapping[str, Json] | None], Ports], ...] = (
    (
        "an ACL that denies a range of the internet",
        {**INNER_ACL, **EVERYTHING, "First": acl(90, "deny", egress=True, cidr="203.0.113.0/24")},
        HTTPS,
    ),
    (
        "an ACL that allows the VPC alone",
        {**INNER_ACL, "EntryIn": acl(100, "allow"), "EntryOut": acl(100, "allow", egress=True, cidr="10.0.0.0/8")},
        NONE,
    ),
    (
        "an ACL that lets answers back to Linux",
        {**INNER_ACL, "EntryIn": acl(100, "allow", port=32_768, last=65_535), "EntryOut": EVERYTHING["EntryOut"]},
        HTTPS,
    ),
    (
        "a regional NAT gateway, which is in no subnet",
        {"Nat": resource("EC2::NatGateway", AvailabilityMode="regional", **VPC), "OuterRoute": None},
        HTTPS,
    ),
    (
        "a route to a core network",
        {
            "InnerRoute": resource(
                "EC2::Route",
                RouteTableId={"Ref": "InnerTable"},
                DestinationCidrBlock="0.0.0.0/0",
                CoreNetworkArn={"Fn::GetAtt": ["Core", "CoreNetworkArn"]},
            )
        },
        HTTPS,
    ),
    (
        "a task in a public subnet with an address of its own",
        {
            "App": resource(
                "ECS::Service",
                NetworkConfiguration={
                    "AwsvpcConfiguration": {
                        "AssignPublicIp": "ENABLED",
                        "Subnets": [{"Ref": "Outer"}],
                        "SecurityGroups": [{"Ref": "AppGroup"}],
                    }
                },
            )
        },
        HTTPS,
    ),
    ("a route to what another stack has", {"Nat": None, "InnerRoute": elsewhere({"Fn::ImportValue": "hub"})}, HTTPS),
)


@pytest.mark.parametrize(("about", "change", "wanted"), WAYS, ids=[row[0] for row in WAYS])
def test_ways_that_lead_out(about: str, change: Mapping[str, Mapping[str, Json] | None], wanted: Ports) -> None:
    found = network(change)
    assert to_internet(found, found.at("App")) == wanted


def test_a_group_that_lets_out_to_the_prefix_list_of_a_gateway_reaches_it() -> None:
    """The list of the service's addresses, which the route of a gateway endpoint is for."""
    listed = [{"DestinationPrefixListId": "pl-6ea54007", "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}]
    group = resource("EC2::SecurityGroup", SecurityGroupEgress=listed, **VPC)
    made = resource(
        "EC2::VPCEndpoint",
        ServiceName={"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"},
        RouteTableIds=[{"Ref": "InnerTable"}],
        **VPC,
    )
    found = network({"AppGroup": group, "S3": made})
    assert reaches_service(found, found.at("App"), "s3")
    assert not reaches_service(found, found.at("App"), "sqs")


NAMES = (
    ("com.amazonaws.eu-central-1.ecr.api", "ecr.api"),
    ({"Fn::Sub": "com.amazonaws.${AWS::Region}.sagemaker.runtime"}, "sagemaker.runtime"),
    ({"Fn::Join": [".", ["com.amazonaws", {"Ref": "AWS::Region"}, "sqs"]]}, "sqs"),
    ({"Fn::Join": ["", ["com.amazonaws.", {"Ref": "AWS::Region"}, ".sqs"]]}, "sqs"),
    ("cn.com.amazonaws.cn-north-1.sqs", "sqs"),
    ("com.amazonaws.iam", "iam"),
    ("com.amazonaws.s3-global.accesspoint", "s3-global.accesspoint"),
    ("aws.sagemaker.eu-west-1.studio", "studio"),
)


@pytest.mark.parametrize(("service", "wanted"), NAMES, ids=[row[1] for row in NAMES])
def test_short_names_of_endpoints(service: Json, wanted: str) -> None:
    """A global service has no region in its name, and is no way to the internet."""
    made = endpoint()
    made["Endpoint"]["Properties"]["ServiceName"] = service
    found = network({"Nat": None, **made})
    assert [one.service for one in found.endpoints] == [wanted]
    assert not reaches_service(found, found.at("App"), "")


def test_an_elastic_cluster_of_documents_listens_on_its_port() -> None:
    """Its template has no port: it is that of DocumentDB."""
    cluster = resource(
        "DocDBElastic::Cluster", SubnetIds=[{"Ref": "Inner"}], VpcSecurityGroupIds=[{"Ref": "DataGroup"}]
    )
    found = network({"Data": cluster})
    assert (found.at("Data").listens, found.at("Data").groups) == (ports(27017), ("DataGroup",))
