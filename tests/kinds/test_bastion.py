"""The bastion: nothing comes in, sessions only, and what it uses."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
databases: {main: {engine: postgres, version: '17'}}
"""
SMALLEST = "bastion: {uses: {main: connect}}"


def built(text: str) -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}")))


def test_nothing_comes_in() -> None:
    found = built(SMALLEST)
    assert "SecurityGroupIngress" not in found["BastionSecurityGroup"]["Properties"]
    rules = [one["Properties"] for one in found.values() if one["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert not any("BastionSecurityGroup" in str(rule["GroupId"]) for rule in rules)
    properties = found["BastionInstance"]["Properties"]
    assert properties["SubnetId"] == {"Ref": "PrivateSubnet1"}
    assert "KeyName" not in properties


def test_the_instance_is_encrypted_and_keeps_its_credentials() -> None:
    properties = built(SMALLEST)["BastionInstance"]["Properties"]
    assert properties["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    (volume,) = properties["BlockDeviceMappings"]
    assert (volume["Ebs"]["Encrypted"], volume["Ebs"]["KmsKeyId"]) == (True, {"Ref": "PlatformKeyArn"})
    assert properties["ImageId"].startswith("{{resolve:ssm:/aws/service/ami-amazon-linux-latest/")


def test_its_role_is_for_sessions_only() -> None:
    role = built(SMALLEST)["BastionRole"]["Properties"]
    (statement,) = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert {action.split(":")[0] for action in statement["Action"]} == {"ssm", "ssmmessages"}
    assert not any("*" in action for action in statement["Action"])
    assert "ManagedPolicyArns" not in role


def test_what_it_uses_lets_it_in() -> None:
    found = built(SMALLEST)
    rule = found["MainDatabase5432FromBastion"]["Properties"]
    assert rule["SourceSecurityGroupId"] == {"Ref": "BastionSecurityGroup"}
    assert found["BastionInstance"]["DependsOn"] == ["BastionAccess"]
    read, _ = found["BastionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert read["Resource"] == [{"Ref": "MainDatabaseMasterUserSecretSecretArn"}]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{SMALLEST}\nnetwork: {{nat: none}}", "no-egress"),
        ("bastion: {instance: m5.large, uses: {main: connect}}", "bad-value"),
        ("bastion: {}", "missing-property"),
        ("bastion: {uses: {}}", "out-of-range"),
        ("bastion: {uses: {nobody: connect}}", "unknown-component"),
    ],
)
def test_what_a_bastion_can_not_be(text: str, code: str) -> None:
    assert {one.code for one in faults(HEAD + text)} == {code}


def test_endpoints_are_a_way_to_systems_manager() -> None:
    assert not faults(f"{HEAD}{SMALLEST}\nnetwork: {{nat: none, endpoints: [ssm, ssmmessages]}}")
