"""Which resources are meant, and what identifies them."""

from __future__ import annotations

from dataclasses import replace

import boto3
import pytest
from botocore.stub import Stubber

from compiler.source.json_value import Json
from deployer.errors import DeployError
from deployer.identifier import identifier, named_types
from deployer.importing.targets import Target, Wanted, targets, wanted
from deployer.session import Aws
from tests.deployer.platforms import QUEUE, alerts, messaging, platform

MAINS = {"queues.jobs": "JobsQueue", "topics.alerts": "AlertsTopic"}
ROOT = replace(platform("meant", messaging(Letters=QUEUE), alerts()), mains=MAINS)
ELSEWHERE = replace(ROOT, region="eu-west-1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("buckets.media=my-media", Wanted("buckets.media", "", "my-media")),
        ("network=vpc-1", Wanted("network", "", "vpc-1")),
        ("databases.main/MainDatabaseSubnets=a", Wanted("databases.main", "MainDatabaseSubnets", "a")),
        ("auth.people/Web=pool|client", Wanted("auth.people", "Web", "pool|client")),
        ("secrets.token=arn:aws:x:::secret:a/b=c", Wanted("secrets.token", "", "arn:aws:x:::secret:a/b=c")),
        ("buckets.media", None),
        ("buckets.media=", None),
        ("=my-media", None),
        ("buckets.media/=my-media", None),
    ],
)
def test_a_wish_is_a_component_and_what_it_is(text: str, expected: Wanted | None) -> None:
    assert wanted(text) == expected


def test_a_component_stands_for_its_main_resource() -> None:
    wishes = [Wanted("queues.jobs", "", "a"), Wanted("queues.jobs", "Letters", "b"), Wanted("topics.alerts", "", "c")]
    found = targets([ROOT], wishes)
    assert [(one.stack, one.logical_id, one.resource_type, one.value) for one in found] == [
        ("MessagingStack", "JobsQueue", "AWS::SQS::Queue", "a"),
        ("MessagingStack", "Letters", "AWS::SQS::Queue", "b"),
        ("AlertsStack", "AlertsTopic", "AWS::SNS::Topic", "c"),
    ]
    (abroad,) = targets([ROOT, ELSEWHERE], wishes[:1], "eu-west-1")
    assert isinstance(abroad, Target) and abroad.region == "eu-west-1"


@pytest.mark.parametrize(
    ("wishes", "message", "hint"),
    [
        ([Wanted("queues.job", "", "a")], "no component 'queues.job'", "did you mean 'queues.jobs'?"),
        ([Wanted("x", "", "a")], "no component 'x'", "available: queues.jobs, topics.alerts"),
        ([Wanted("queues.jobs", "Letter", "a")], "no resource 'Letter'", "did you mean 'Letters'?"),
        ([Wanted("queues.jobs", "X", "a")], "no resource 'X'", "available: JobsQueue, Letters"),
        (
            [Wanted("queues.jobs", "", "a"), Wanted("queues.jobs", "JobsQueue", "b")],
            "JobsQueue is given twice",
            "leave one of them out",
        ),
    ],
)
def test_what_is_no_resource_is_refused(wishes: list[Wanted], message: str, hint: str) -> None:
    with pytest.raises(DeployError) as caught:
        targets([ROOT], wishes)
    assert message in caught.value.message and hint in caught.value.hint
    assert caught.value.diagnostics[0].code == "unknown-resource"


def test_all_faults_are_told_at_once_with_their_places() -> None:
    mainless = replace(ROOT, mains={})
    with pytest.raises(DeployError) as caught:
        targets([mainless, ELSEWHERE], [Wanted("queues.jobs", "Letters", "a"), Wanted("nothing", "", "b")])
    first, second = caught.value.diagnostics
    assert first.message == "Letters is in us-east-1 and eu-west-1"
    assert (str(first.place), first.suggestion) == ("spec/demo.yaml:3:5", "choose one with --region")
    assert second.message == "no component 'nothing'"
    with pytest.raises(DeployError, match="no main resource"):
        targets([mainless], [Wanted("queues.jobs", "", "a")])


SCRIPTED: dict[str, tuple[str, str, Json, str]] = {
    "AWS::EC2::SecurityGroup": (
        "ec2",
        "describe_security_groups",
        {"SecurityGroups": [{"GroupId": "sg-1"}]},
        "sg-1",
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        "elbv2",
        "describe_load_balancers",
        {"LoadBalancers": [{"LoadBalancerArn": "arn:aws:elasticloadbalancing:x"}]},
        "arn:aws:elasticloadbalancing:x",
    ),
    "AWS::Route53::HostedZone": (
        "route53",
        "list_hosted_zones_by_name",
        {
            "HostedZones": [
                {"Id": "/hostedzone/Z1234567", "Name": "jobs.", "CallerReference": "1"},
                {"Id": "/hostedzone/Z7654321", "Name": "other.", "CallerReference": "2"},
            ],
            "IsTruncated": False,
            "MaxItems": "100",
        },
        "Z1234567",
    ),
    "AWS::Cognito::UserPool": (
        "cognito-idp",
        "list_user_pools",
        {"UserPools": [{"Id": "us-east-1_AAA", "Name": "jobs"}, {"Id": "us-east-1_BBB", "Name": "others"}]},
        "us-east-1_AAA",
    ),
    "AWS::SecretsManager::Secret": (
        "secretsmanager",
        "describe_secret",
        {"ARN": "arn:aws:secretsmanager:us-east-1:1:secret:jobs-AbCdEf"},
        "arn:aws:secretsmanager:us-east-1:1:secret:jobs-AbCdEf",
    ),
    "AWS::SQS::Queue": ("sqs", "get_queue_url", {"QueueUrl": "https://sqs/1/jobs"}, "https://sqs/1/jobs"),
}


def asking(service: str, operation: str, answer: Json) -> Aws:
    """Clients of which one gives one scripted answer, checked against botocore's model of the service."""
    session = boto3.Session("x", "x", region_name="us-east-1")
    client = session.client(service)
    stubber = Stubber(client)
    stubber.add_response(operation, answer)
    stubber.activate()
    cloudformation, s3 = session.client("cloudformation"), session.client("s3")
    return Aws(cloudformation, s3, "1", "us-east-1", "", "https://s3", 0.0, lambda *_: client)


@pytest.mark.parametrize("resource_type", SCRIPTED)
def test_scripted_a_generated_identifier_is_read_by_name(resource_type: str) -> None:
    service, operation, answer, expected = SCRIPTED[resource_type]
    aws = asking(service, operation, answer)
    assert identifier(aws, resource_type, ["Id"], "jobs") == {"Id": expected}
    assert identifier(aws, resource_type, ["Id"], expected) == {"Id": expected}, "is one already: nobody is asked"


def test_scripted_several_resources_of_a_name_are_refused() -> None:
    several = {"SecurityGroups": [{"GroupId": "sg-1"}, {"GroupId": "sg-2"}]}
    with pytest.raises(DeployError) as caught:
        identifier(asking("ec2", "describe_security_groups", several), "AWS::EC2::SecurityGroup", ["Id"], "default")
    assert caught.value.message.endswith("has the name 'default', or several have it")
    assert caught.value.hint == "give its Id"


def test_identifiers_of_several_parts_are_joined_as_the_registry_does() -> None:
    aws = asking("sqs", "get_queue_url", {"QueueUrl": "https://sqs/1/jobs"})
    client = "AWS::Cognito::UserPoolClient"
    parts = ["UserPoolId", "ClientId"]
    assert identifier(aws, client, parts, "us-east-1_A|b") == {"UserPoolId": "us-east-1_A", "ClientId": "b"}
    for wrong in ("us-east-1_A", "us-east-1_A|", "a|b|c"):
        with pytest.raises(DeployError) as caught:
            identifier(aws, client, parts, wrong)
        assert caught.value.hint == "it is identified by UserPoolId|ClientId: quote it for the shell"
    assert identifier(aws, "AWS::SNS::Topic", ["TopicArn"], "jobs") == {"TopicArn": "arn:aws:sns:us-east-1:1:jobs"}


def test_each_named_type_is_tested() -> None:
    assert {*SCRIPTED, "AWS::SNS::Topic", "AWS::KMS::Key"} == {*named_types()}
