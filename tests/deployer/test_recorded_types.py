"""What recorded types answer, for a few by value and for all by shape."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from deployer.sandbox import recorded_types as recorded

ROOT = Path(__file__).parents[2]


def identity(resource_type: str, name: str = "st-Thing-0A1B2C") -> recorded.Identity:
    return recorded.Identity(resource_type, name, "eu-west-1", "111122223333")


SCALED = {"ResourceId": "service/a/b", "ScalableDimension": "ecs:service:DesiredCount", "ServiceNamespace": "ecs"}


@pytest.mark.parametrize(
    ("resource_type", "properties", "begins"),
    [
        ("AWS::EC2::EIP", {}, "198.51.100."),
        ("AWS::EC2::NatGateway", {}, "nat-"),
        ("AWS::EC2::EgressOnlyInternetGateway", {}, "eigw-"),
        ("AWS::EC2::TransitGatewayAttachment", {}, "tgw-attach-"),
        ("AWS::EC2::VPCCidrBlock", {"VpcId": "vpc-0123"}, "vpc-cidr-assoc-"),
        ("AWS::EC2::VPCPeeringConnection", {}, "pcx-"),
        ("AWS::Route53Resolver::FirewallRuleGroup", {}, "rslvr-frg-"),
        ("AWS::EC2::SecurityGroupIngress", {}, "sgr-"),
        ("AWS::Logs::DeliverySource", {"Name": "site"}, "site"),
        ("AWS::Logs::DeliverySource", {}, "st-Thing-0A1B2C"),
        ("AWS::ApplicationAutoScaling::ScalableTarget", SCALED, "service/a/b|ecs:service:DesiredCount|ecs"),
        ("AWS::ApplicationAutoScaling::ScalingPolicy", {}, "arn:aws:application-autoscaling:eu-west-1:111122223333:"),
        ("AWS::S3::StorageLens", {"StorageLensConfiguration": {"Id": "lens"}}, "lens"),
    ],
)
def test_ref(resource_type: str, properties: Mapping[str, Json], begins: str) -> None:
    assert recorded.reference(identity(resource_type), properties).startswith(begins)


@pytest.mark.parametrize(
    ("resource_type", "attribute", "begins"),
    [
        ("AWS::EC2::EIP", "AllocationId", "eipalloc-"),
        ("AWS::Logs::Delivery", "Arn", "arn:aws:logs:eu-west-1:111122223333:delivery/st-Thing-0A1B2C"),
        ("AWS::RDS::DBProxy", "Endpoint", "dbproxy-"),
        ("AWS::RDS::DBProxy", "DBProxyArn", "arn:aws:rds:eu-west-1:111122223333:db-proxy:prx-"),
        ("AWS::ElastiCache::ReplicationGroup", "ConfigurationEndPoint.Address", "replication-group-"),
        ("AWS::ElastiCache::ReplicationGroup", "ConfigurationEndPoint.Port", "443"),
        ("AWS::ElastiCache::ReplicationGroup", "ReadEndPoint.PortsList", ["443"]),
    ],
)
def test_attributes(resource_type: str, attribute: str, begins: Json) -> None:
    value = recorded.attributes(identity(resource_type), {})[attribute]
    assert value[: len(begins)] == begins


@pytest.mark.parametrize(
    ("resource_type", "name"),
    [
        ("AWS::SageMaker::Model", "ModelName"),
        ("AWS::SageMaker::EndpointConfig", "EndpointConfigName"),
        ("AWS::SageMaker::Endpoint", "EndpointName"),
    ],
)
def test_names_that_are_attributes_though_their_schemas_do_not_say_so(resource_type: str, name: str) -> None:
    assert recorded.attributes(identity(resource_type), {})[name] == "st-Thing-0A1B2C"
    assert recorded.attributes(identity(resource_type), {name: "own"})[name] == "own"


@pytest.mark.parametrize(("managed", "answered"), [(True, True), ("true", True), (False, False), (None, False)])
def test_the_managed_master_secret_is_there_only_when_rds_manages_it(managed: Json, answered: bool) -> None:
    found = recorded.attributes(identity("AWS::RDS::DBInstance"), {"ManageMasterUserPassword": managed})
    assert ("MasterUserSecret.SecretArn" in found) is answered


def test_answers_depend_on_the_resource_and_on_nothing_else() -> None:
    first, same = (recorded.attributes(identity("AWS::EC2::EIP"), {}) for _ in range(2))
    other = recorded.attributes(identity("AWS::EC2::EIP", "st-Other-0A1B2C"), {})
    assert first == same
    assert first["AllocationId"] != other["AllocationId"]


@pytest.mark.parametrize(
    ("resource_type", "old", "new", "replaced"),
    [
        ("AWS::EC2::NatGateway", {"SubnetId": "a"}, {"SubnetId": "b"}, True),
        ("AWS::EC2::NatGateway", {"Tags": ["a"]}, {"Tags": ["b"]}, False),
        ("AWS::EC2::NatGateway", {}, {"SubnetId": "b"}, True),
        ("AWS::Budgets::Budget", {"Budget": {"BudgetName": "a"}}, {"Budget": {"BudgetName": "b"}}, True),
        ("AWS::Budgets::Budget", {"Budget": {"BudgetLimit": "a"}}, {"Budget": {"BudgetLimit": "b"}}, False),
        ("AWS::MPA::ApprovalTeam", {"Policies": [{"PolicyArn": "a"}]}, {"Policies": [{"PolicyArn": "b"}]}, True),
    ],
)
def test_replacement(resource_type: str, old: Json, new: Json, replaced: bool) -> None:
    assert recorded.replaces(resource_type, old, new) is replaced


def test_replacing_properties_are_told_apart() -> None:
    always, depending = recorded.replacing("AWS::EC2::VPCEndpoint")
    assert "ServiceName" in always and depending == ("DnsOptions",)


def test_a_type_that_aws_does_not_have_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        recorded.schema_of("AWS::No::Such")


def test_every_type_answers_strings_and_lists() -> None:
    wrong = [
        (resource_type, name, value)
        for resource_type in recorded.schema_files()
        for name, value in recorded.attributes(identity(resource_type), {}).items()
        if type(value) not in (str, list) or "{" in str(value)[:1] or value == ""
    ]
    assert wrong == []
    assert all(recorded.reference(identity(name), {}) for name in recorded.schema_files())


def test_the_schemas_are_read_without_importing_cfn_lint() -> None:
    code = (
        "import sys; from deployer.sandbox.process import support\n"
        "support(['AWS::EC2::EIP']); print(sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert not {"'cfnlint'", "'ministack'", "'boto3'", "'yaml'"} & set(done.stdout.strip("[]\n").split(", "))
