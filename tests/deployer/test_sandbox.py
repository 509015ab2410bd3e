"""The sandbox over real HTTP: what a deployment needs of CloudFormation, and of recorded types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from compiler.source.json_value import Json
from deployer.sandbox.process import open_sandbox
from tests.deployer.sandbox_account import QUEUE, Account, changes, failing, nat, outputs

TEMPLATES = Path(__file__).parent / "sandbox_templates"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with open_sandbox(tmp_path_factory.mktemp("sandbox"), "eu-west-1") as sandbox:
        yield Account(sandbox)


def test_a_recorded_type_answers_ref_and_attributes(aws: Account) -> None:
    found = outputs(aws.create("recorded", nat("subnet-1")))
    assert found["Allocation"].startswith("eipalloc-")
    assert found["Address"].startswith("198.51.100.")
    first, second = found["Nat"].split()
    assert first == second and first.startswith("nat-")


def test_a_change_of_a_recorded_type_keeps_it_or_replaces_it_as_its_schema_says(aws: Account) -> None:
    before = outputs(aws.create("replaced", nat("subnet-1")))
    tagged = aws.plan("replaced", nat("subnet-1", "b"))
    assert changes(tagged) == [("Modify", "Nat", "False")]
    assert outputs(aws.apply(tagged)) == before
    moved = aws.plan("replaced", nat("subnet-2", "b"))
    assert changes(moved) == [("Modify", "Nat", "True")]
    after = outputs(aws.apply(moved))
    assert after["Nat"] != before["Nat"] and after["Allocation"] == before["Allocation"]
    again = aws.update("replaced", nat("subnet-2", "c"))
    assert outputs(again) == after


def test_an_inner_create_only_property_replaces_a_recorded_type(aws: Account) -> None:
    def check(kind: str, path: str) -> Json:
        properties = {"HealthCheckConfig": {"Type": kind, "ResourcePath": path}}
        return {"Resources": {"Check": {"Type": "AWS::Route53::HealthCheck", "Properties": properties}}}

    aws.create("check", check("HTTPS", "/"))
    first = aws.physical_ids("check")
    aws.update("check", check("HTTPS", "/health"))
    assert aws.physical_ids("check") == first
    aws.update("check", check("TCP", "/health"))
    assert aws.physical_ids("check") != first


def test_what_ministack_refuses_and_aws_takes_is_recorded(aws: Account) -> None:
    def cache(shards: int) -> Json:
        properties = {"ReplicationGroupDescription": "a cache", "Engine": "valkey", "NumNodeGroups": shards}
        one = {"Type": "AWS::ElastiCache::ReplicationGroup", "Properties": properties}
        return {"Resources": {"Cache": one}, "Outputs": {"Cache": {"Value": {"Ref": "Cache"}}}}

    assert aws.create("shards", cache(2))["StackStatus"] == "CREATE_COMPLETE"
    for shards in (3, 2):
        assert aws.update("shards", cache(shards))["StackStatus"] == "UPDATE_COMPLETE"


def test_there_are_as_many_zones_as_any_region_has(aws: Account) -> None:
    sixth = {"Fn::Select": [5, {"Fn::GetAZs": {"Ref": "AWS::Region"}}]}
    body = {"Resources": {"Queue": QUEUE}, "Outputs": {"Zone": {"Value": sixth}}}
    assert outputs(aws.create("zones", body))["Zone"] == "eu-west-1f"


def test_the_same_template_again_has_no_changes(aws: Account) -> None:
    aws.create("same", nat("subnet-1"))
    again = aws.plan("same", nat("subnet-1"))
    assert (again["Status"], again["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert again["StatusReason"].startswith("The submitted information didn't contain changes.")


def test_a_failed_create_is_rolled_back(aws: Account) -> None:
    stack = aws.create("failed", failing(Queue=QUEUE, Ip={"Type": "AWS::EC2::EIP"}))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert [line.split(":")[0] for line in aws.failures(stack["StackId"])] == ["Wait"]
    assert aws.client("sqs").list_queues(QueueNamePrefix="failed-").get("QueueUrls", []) == []
    assert aws.delete(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert aws.create("failed", nat("subnet-1"))["StackStatus"] == "CREATE_COMPLETE"


def test_a_failed_update_is_rolled_back(aws: Account) -> None:
    before = aws.create("halfway", nat("subnet-1"))
    ids = aws.physical_ids("halfway")
    body = nat("subnet-2")
    body["Resources"] |= failing(Queue=QUEUE, Late={"Type": "AWS::EC2::EIP", "DependsOn": "Nat"})["Resources"]
    after = aws.update("halfway", body)
    assert after["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert outputs(after) == outputs(before)
    assert {name: ids[name] for name in ("Ip", "Nat")} == ids == aws.physical_ids("halfway")


class ShortForms(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, as the templates of this test are written."""


ShortForms.add_constructor("!GetAtt", lambda loader, node: {"Fn::GetAtt": node.value})
ShortForms.add_constructor("!Sub", lambda loader, node: {"Fn::Sub": node.value})
ShortForms.add_constructor("!Ref", lambda loader, node: {"Ref": node.value})


def of_version(path: Path, version: int) -> Json:
    return yaml.load(path.read_text("utf-8").replace("@V", str(version)), Loader=ShortForms)


PLATFORM = sorted(TEMPLATES.glob("*.yaml"))


@pytest.mark.parametrize("path", PLATFORM, ids=lambda path: path.stem)
def test_the_types_of_a_platform_are_created_updated_and_deleted(aws: Account, path: Path) -> None:
    created = aws.create(path.stem, of_version(path, 1))
    assert created["StackStatus"] == "CREATE_COMPLETE", aws.failures(created["StackId"])
    assert [name for name, value in outputs(created).items() if not value] == []
    updated = aws.update(path.stem, of_version(path, 2))
    assert updated["StackStatus"] == "UPDATE_COMPLETE", aws.failures(updated["StackId"])
    assert aws.plan(path.stem, of_version(path, 2))["Status"] == "FAILED"
    deleted = aws.delete(created["StackId"])
    assert deleted["StackStatus"] == "DELETE_COMPLETE", aws.failures(created["StackId"])


def test_each_command_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    with open_sandbox(tmp_path, "eu-west-1") as sandbox:
        created = {path: Account(sandbox).create(path.stem, of_version(path, 1)) for path in PLATFORM}
    with open_sandbox(tmp_path, "eu-west-1") as sandbox:
        aws = Account(sandbox)
        assert [aws.plan(path.stem, of_version(path, 1))["Status"] for path in PLATFORM] == ["FAILED"] * len(PLATFORM)
        updated = {path: aws.update(path.stem, of_version(path, 2)) for path in PLATFORM}
    assert {stack["StackStatus"] for stack in updated.values()} == {"UPDATE_COMPLETE"}
    assert [outputs(stack) for stack in updated.values()] == [outputs(stack) for stack in created.values()]
    with open_sandbox(tmp_path, "eu-west-1") as sandbox:
        deleted = [Account(sandbox).delete(stack["StackId"]) for stack in updated.values()]
    assert {stack["StackStatus"] for stack in deleted} == {"DELETE_COMPLETE"}
