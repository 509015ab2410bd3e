"""Nested stacks in the sandbox: path-style template URLs, outputs of siblings, failures and what is retained."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from compiler.source.json_value import Json
from deployer.sandbox.process import open_sandbox
from tests.deployer.sandbox_account import QUEUE, Account, changes, failing, nat, outputs


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with open_sandbox(tmp_path_factory.mktemp("sandbox"), "eu-west-1") as sandbox:
        yield Account(sandbox)


def family(aws: Account, folder: str, delay: int, tag: str) -> Json:
    """A root whose second child takes outputs of the first: of a recorded type and of an emulated one."""
    base = nat("subnet-1", tag)
    base["Resources"]["Queue"] = QUEUE | {"Properties": {"DelaySeconds": delay}}
    base["Outputs"]["QueueArn"] = {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}}
    taken = {name: {"Fn::GetAtt": ["Base", f"Outputs.{name}"]} for name in ("Allocation", "QueueArn")}
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Allocation"}}}
    user = {
        "Parameters": {name: {"Type": "String"} for name in taken},
        "Resources": {"Topic": topic},
        "Outputs": {"Seen": {"Value": {"Fn::Sub": "${Allocation} ${QueueArn}"}}},
    }
    base_url = aws.upload(f"{folder}/base-{delay}-{tag}.json", base)
    user_url = aws.upload(f"{folder}/user.json", user)
    return {
        "Resources": {
            "Base": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": base_url}},
            "User": {
                "Type": "AWS::CloudFormation::Stack",
                "Properties": {"TemplateURL": user_url, "Parameters": taken},
            },
        },
        "Outputs": {"Seen": {"Value": {"Fn::GetAtt": ["User", "Outputs.Seen"]}}},
    }


def test_nested_stacks_feed_each_other(aws: Account) -> None:
    created = aws.create("family", family(aws, "family", 1, "a"))
    below = [one for one in aws.stacks.describe_stacks()["Stacks"] if one["StackName"].startswith("family-")]
    assert {(one["ParentId"], one["RootId"]) for one in below} == {(created["StackId"], created["StackId"])}
    assert "ParentId" not in created
    allocation, queue = outputs(created)["Seen"].split()
    assert allocation.startswith("eipalloc-") and queue.startswith("arn:aws:sqs:eu-west-1:000000000000:family-Base-")
    assert aws.plan("family", family(aws, "family", 1, "a"))["Status"] == "FAILED"


@pytest.mark.parametrize(("delay", "tag"), [(2, "a"), (1, "b"), (2, "b")])
def test_an_update_of_a_nested_stack_keeps_what_it_does_not_touch(aws: Account, delay: int, tag: str) -> None:
    name = f"kin-{delay}{tag}"
    before = aws.create(name, family(aws, name, 1, "a"))
    change = aws.plan(name, family(aws, name, delay, tag))
    assert ("Modify", "Base") in [(action, logical_id) for action, logical_id, _ in changes(change)]
    after = aws.apply(change)
    assert after["StackStatus"] == "UPDATE_COMPLETE", aws.failures(after["StackId"])
    assert outputs(after) == outputs(before)
    child = aws.physical_ids(name)["Base"]
    attributes = aws.client("sqs").get_queue_attributes(
        QueueUrl=aws.physical_ids(child)["Queue"], AttributeNames=["DelaySeconds"]
    )
    assert attributes["Attributes"] == {"DelaySeconds": str(delay)}


def test_a_child_that_fails_rolls_the_whole_family_back(aws: Account) -> None:
    url = aws.upload("failing/child.json", failing(Queue=QUEUE, Ip={"Type": "AWS::EC2::EIP"}))
    child = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    created = aws.create("failing", {"Resources": {"Child": child, "Before": QUEUE}})
    assert created["StackStatus"] == "ROLLBACK_COMPLETE"
    assert aws.client("sqs").list_queues(QueueNamePrefix="failing-").get("QueueUrls", []) == []
    assert aws.delete(created["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_a_failed_create_that_is_to_stay_keeps_its_child(aws: Account) -> None:
    url = aws.upload("staying/child.json", failing(Queue=QUEUE))
    child = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    body = json.dumps({"Resources": {"Child": child}})
    made = aws.stacks.create_stack(StackName="staying", TemplateBody=body, DisableRollback=True)
    assert aws.settled(made["StackId"])["StackStatus"] == "CREATE_FAILED"
    assert len(aws.client("sqs").list_queues(QueueNamePrefix="staying-")["QueueUrls"]) == 1


def test_the_events_of_a_failed_create_lead_to_the_child_that_failed(aws: Account) -> None:
    url = aws.upload("told/child.json", failing(Queue=QUEUE))
    child = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    created = aws.create("told", {"Resources": {"Child": child}})
    events = aws.stacks.describe_stack_events(StackName=created["StackId"])["StackEvents"]
    children = {event["PhysicalResourceId"] for event in events if event["LogicalResourceId"] == "Child"} - {""}
    assert [aws.failures(child) for child in children] == [
        ["Wait: WaitCondition timed out. Received 0 conditions when expecting 1"]
    ]


def test_a_nested_stack_keeps_what_it_retains_and_tells_what_cannot_be_deleted(aws: Account) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "full-bucket"}}
    kept = QUEUE | {"DeletionPolicy": "Retain", "Properties": {"QueueName": "kept-queue"}}
    url = aws.upload("kept/child.json", {"Resources": {"Full": bucket, "Kept": kept, "Gone": QUEUE}})
    child = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    created = aws.create("kept", {"Resources": {"Child": child}})
    aws.client("s3").put_object(Bucket="full-bucket", Key="key", Body=b"content")
    assert aws.delete(created["StackId"])["StackStatus"] == "DELETE_FAILED"
    assert "failed to delete: [Full]" in "".join(aws.failures(created["StackId"]))
    aws.client("s3").delete_object(Bucket="full-bucket", Key="key")
    assert aws.delete(created["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    names = [url.rpartition("/")[2] for url in aws.client("sqs").list_queues(QueueNamePrefix="kept-")["QueueUrls"]]
    assert names == ["kept-queue"]


def test_a_child_whose_update_fails_goes_back_to_what_it_was(aws: Account) -> None:
    before = aws.create("back", family(aws, "back", 1, "a"))
    body = family(aws, "back", 2, "b")
    body["Resources"] |= failing()["Resources"]
    body["Resources"]["Wait"]["DependsOn"] = ["Base", "User"]
    after = aws.update("back", body)
    assert after["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE", aws.failures(after["StackId"])
    assert outputs(after) == outputs(before)
    assert aws.plan("back", family(aws, "back", 1, "a"))["Status"] == "FAILED"
    again = aws.update("back", family(aws, "back", 2, "b"))
    assert (again["StackStatus"], outputs(again)) == ("UPDATE_COMPLETE", outputs(before))


def test_deleting_the_root_deletes_its_children(aws: Account) -> None:
    created = aws.create("orphans", family(aws, "orphans", 1, "a"))
    assert aws.delete(created["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert aws.client("sqs").list_queues(QueueNamePrefix="orphans-").get("QueueUrls", []) == []


def test_a_child_that_fails_in_its_own_update_goes_back_to_what_it_was(aws: Account) -> None:
    def root(name: str, child: Json) -> Json:
        url = aws.upload(f"midway/{name}.json", child)
        return {"Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}}}

    first = nat("subnet-1")
    created = aws.create("midway", root("first", first))
    child = aws.physical_ids("midway")["Child"]
    before = aws.physical_ids(child)
    second = nat("subnet-2")
    second["Resources"] |= failing(Queue=QUEUE | {"DependsOn": "Nat"})["Resources"]
    assert aws.update("midway", root("second", second))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.physical_ids(child)["Ip"] == before["Ip"]
    assert sorted(aws.physical_ids(child)) == sorted(before)
    assert aws.client("sqs").list_queues(QueueNamePrefix="midway-").get("QueueUrls", []) == []
    again = aws.update("midway", root("third", nat("subnet-3")))
    assert again["StackStatus"] == "UPDATE_COMPLETE", aws.failures(created["StackId"])
