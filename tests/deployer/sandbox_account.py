"""What the tests of the sandbox are made of: the clients of an open sandbox, their few steps, and small templates."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

import boto3
from botocore.config import Config

from compiler.source.json_value import Json
from deployer.sandbox.process import Sandbox

NUMBERS = itertools.count(1)
"""Change sets of one stack must have different names, executed ones too."""
QUEUE = {"Type": "AWS::SQS::Queue"}
SETTLED = 20.0
"""Seconds after which a stack operation counts as hanging."""


@dataclass(frozen=True)
class Account:
    """The clients of one open sandbox, and the few steps that these tests are made of."""

    sandbox: Sandbox

    def client(self, service: str) -> Json:
        return boto3.client(
            service,
            endpoint_url=self.sandbox.endpoint_url,
            region_name=self.sandbox.region,
            aws_access_key_id=self.sandbox.credentials.access_key_id,
            aws_secret_access_key=self.sandbox.credentials.secret_access_key,
            config=Config(retries={"max_attempts": 1}),
        )

    @property
    def stacks(self) -> Json:
        return self.client("cloudformation")

    def plan(self, stack: str, body: Json, kind: str = "UPDATE") -> Json:
        name = f"plan-{next(NUMBERS)}"
        made = self.stacks.create_change_set(
            StackName=stack, ChangeSetName=name, ChangeSetType=kind, TemplateBody=json.dumps(body)
        )
        return self.stacks.describe_change_set(ChangeSetName=made["Id"])

    def apply(self, change_set: Json) -> Json:
        assert change_set["Status"] == "CREATE_COMPLETE", change_set.get("StatusReason")
        self.stacks.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
        return self.settled(change_set["StackId"])

    def create(self, stack: str, body: Json) -> Json:
        return self.apply(self.plan(stack, body, "CREATE"))

    def update(self, stack: str, body: Json) -> Json:
        return self.apply(self.plan(stack, body))

    def delete(self, stack_id: str) -> Json:
        self.stacks.delete_stack(StackName=stack_id)
        return self.settled(stack_id)

    def settled(self, stack_id: str) -> Json:
        deadline = time.monotonic() + SETTLED
        while time.monotonic() < deadline:
            stack = self.stacks.describe_stacks(StackName=stack_id)["Stacks"][0]
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                return stack
            time.sleep(0.02)
        raise AssertionError(f"{stack_id} is still {stack['StackStatus']}")

    def failures(self, stack_id: str) -> list[str]:
        events = self.stacks.describe_stack_events(StackName=stack_id)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
        return [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in failed]

    def physical_ids(self, stack: str) -> dict[str, str]:
        resources = self.stacks.describe_stack_resources(StackName=stack)["StackResources"]
        return {found["LogicalResourceId"]: found["PhysicalResourceId"] for found in resources}

    def upload(self, key: str, body: Json) -> str:
        """Put a template into a bucket; returns its path-style URL."""
        storage = self.client("s3")
        if "templates" not in [bucket["Name"] for bucket in storage.list_buckets()["Buckets"]]:
            location = {"LocationConstraint": self.sandbox.region}
            storage.create_bucket(Bucket="templates", CreateBucketConfiguration=location)
        storage.put_object(Bucket="templates", Key=key, Body=json.dumps(body).encode())
        return f"{self.sandbox.endpoint_url}/templates/{key}"


def outputs(stack: Json) -> Mapping[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}


def changes(change_set: Json) -> list[tuple[str, str, str | None]]:
    found = [change["ResourceChange"] for change in change_set["Changes"]]
    return [(change["Action"], change["LogicalResourceId"], change.get("Replacement")) for change in found]


def nat(subnet: str, tag: str = "a") -> Json:
    properties = {"AllocationId": {"Fn::GetAtt": ["Ip", "AllocationId"]}, "SubnetId": subnet}
    return {
        "Resources": {
            "Ip": {"Type": "AWS::EC2::EIP"},
            "Nat": {
                "Type": "AWS::EC2::NatGateway",
                "Properties": properties | {"Tags": [{"Key": "tag", "Value": tag}]},
            },
        },
        "Outputs": {
            "Allocation": {"Value": {"Fn::GetAtt": ["Ip", "AllocationId"]}},
            "Address": {"Value": {"Ref": "Ip"}},
            "Nat": {"Value": {"Fn::Sub": "${Nat} ${Nat.NatGatewayId}"}},
        },
    }


def failing(**resources: Json) -> Json:
    wait = {"Handle": {"Ref": "Handle"}, "Timeout": "1", "Count": 1}
    held = {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {"Type": "AWS::CloudFormation::WaitCondition", "DependsOn": sorted(resources), "Properties": wait},
    }
    return {"Resources": resources | held}
