"""What AWS refuses because of another resource: names, ranges, attachments and limits that it has until the end."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.reviewer.pairs import starts, texts
from tests.reviewer.programs import resource


def named(kind: str, **properties: Json) -> Json:
    return resource(kind, properties)


RECORD = "Route53::RecordSet"
RULE = "ElasticLoadBalancingV2::ListenerRule"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            {"Old": named("IAM::Role", RoleName="web")},
            {"New": named("IAM::Role", RoleName="web")},
            "RoleName `web` is taken by kind.Old",
        ),
        ({"Old": named("IAM::Role", RoleName="web")}, {"New": named("IAM::Role", RoleName="api")}, ""),
        (
            {"Old": named("SQS::Queue", QueueName="a")},
            {"New": named("SQS::Queue", QueueName="a")},
            "QueueName `a` is taken by kind.Old",
        ),
        ({"Old": named("SQS::Queue", QueueName="a")}, {"New": named("SNS::Topic", TopicName="a")}, ""),
        (
            {"Old": {**named(RECORD, HostedZoneId="z", Name="a.b", Type="A"), "DeletionPolicy": "Retain"}},
            {"New": named(RECORD, HostedZoneId="z", Name="a.b", Type="A")},
            "Name `a.b` Type `A`",
        ),
        (
            {"Old": named(RECORD, HostedZoneId="z", Name="a.b", Type="A")},
            {"New": named(RECORD, HostedZoneId="z", Name="a.b", Type="AAAA")},
            "",
        ),
        (
            {"Old": named("CloudFront::Distribution", DistributionConfig={"Aliases": ["a.b"]})},
            {"New": named("CloudFront::Distribution", DistributionConfig={"Aliases": ["c.d", "a.b"]})},
            "alias `a.b` is taken by kind.Old",
        ),
        (
            {"Old": {**named(RULE, ListenerArn="l", Priority=10), "DeletionPolicy": "Retain"}},
            {"New": named(RULE, ListenerArn="l", Priority=10)},
            "ListenerArn `l` Priority `10` is taken by kind.Old",
        ),
        (
            {"Old": named(RULE, ListenerArn="l", Priority=10)},
            {"Old": named(RULE, ListenerArn="l", Priority=10), "New": named(RULE, ListenerArn="m", Priority=10)},
            "",
        ),
    ],
)
def test_what_another_resource_has_until_the_end(before: dict[str, Json], after: dict[str, Json], told: str) -> None:
    found = texts(before, after, "refused")
    assert all(told in text and text.startswith("!New: ") for text in found)
    assert len(found) == bool(told)


def test_a_name_below_something_that_is_made_anew_is_free() -> None:
    def policy(name: str, bucket: str) -> dict[str, Json]:
        return {
            "Bucket": named("S3::Bucket", BucketName=bucket),
            name: named("S3::BucketPolicy", Bucket={"Ref": "Bucket"}),
        }

    told = texts(policy("Old", "a"), policy("New", "a"), "refused")
    assert starts(told, ["!New: the BucketPolicy of its Bucket is taken by kind.Old until this is made"])
    told = texts(policy("Old", "a"), policy("New", "b"), "refused")
    assert [text for text in told if "is taken" in text] == []


def filters(*names: str, group: Json = "/a") -> dict[str, Json]:
    return {name: named("Logs::SubscriptionFilter", LogGroupName=group, FilterName=name) for name in names}


def domains(**prefixes: str) -> dict[str, Json]:
    return {name: named("Cognito::UserPoolDomain", UserPoolId="p", Domain=one) for name, one in prefixes.items()}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (filters("A", "B"), filters("A", "C"), ["!C: a log group has two subscriptions at once"]),
        (filters("A"), filters("A", "C"), []),
        (filters("A"), filters("C"), []),
        (filters("A", "B"), {**filters("A"), **filters("C", group="/b")}, []),
        (domains(It="a"), domains(It="b"), ["!It: a user pool has one domain of a kind at once"]),
        (domains(It="a"), domains(It="a"), []),
    ],
)
def test_limits_count_what_goes(before: dict[str, Json], after: dict[str, Json], told: list[str]) -> None:
    assert starts(texts(before, after, "refused"), told)


def subnet(cidr: str, zone: str = "a", vpc: Json = "vpc-1") -> Json:
    return resource("EC2::Subnet", {"VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": zone})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            {"It": subnet("10.0.0.0/24")},
            {"It": subnet("10.0.0.0/24", "b")},
            ["!It: the range 10.0.0.0/24 overlaps with"],
        ),
        ({"It": subnet("10.0.0.0/24")}, {"It": subnet("10.0.1.0/24", "b")}, []),
        (
            {"A": subnet("10.0.0.0/24")},
            {"It": subnet("10.0.0.0/16")},
            ["!It: the range 10.0.0.0/16 overlaps with 10.0.0.0/24"],
        ),
        ({"A": subnet("10.0.0.0/24", vpc="vpc-2")}, {"It": subnet("10.0.0.0/16")}, []),
        ({"A": subnet("10.0.0.0/24", vpc={"Ref": "P"})}, {"It": resource("EC2::Subnet", {"VpcId": "vpc-1"})}, []),
    ],
)
def test_ranges_of_subnets(before: dict[str, Json], after: dict[str, Json], told: list[str]) -> None:
    assert starts(texts(before, after, "refused"), told)


def attached(cidr: str, zone: str) -> dict[str, Json]:
    return {
        "Vpc": resource("EC2::VPC", {"CidrBlock": cidr}),
        "Gateway": resource("EC2::InternetGateway"),
        "Attachment": resource(
            "EC2::VPCGatewayAttachment", {"VpcId": {"Ref": "Vpc"}, "InternetGatewayId": {"Ref": "Gateway"}}
        ),
        "Subnet": resource("EC2::Subnet", {"VpcId": "vpc-1", "AvailabilityZone": zone}),
        "Address": resource("EC2::EIP"),
        "Nat": resource(
            "EC2::NatGateway",
            {"SubnetId": {"Ref": "Subnet"}, "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]}},
        ),
    }


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (attached("10.0.0.0/16", "a"), []),
        (attached("10.9.0.0/16", "a"), ["!Attachment: an internet gateway is still attached to the old one when"]),
        (attached("10.0.0.0/16", "b"), ["!Nat: the address of a NAT gateway is still attached to the old one when"]),
        (
            {**attached("10.0.0.0/16", "b"), "Address": resource("EC2::EIP", {"Domain": "vpc"})},
            [],
        ),
    ],
)
def test_what_is_attached_to_one_thing_at_a_time(after: dict[str, Json], told: list[str]) -> None:
    assert starts(texts(attached("10.0.0.0/16", "a"), after, "refused"), told)
