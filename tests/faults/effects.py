"""What has happened in an account, as the sandbox tells it: counted without the deployer and without the proxy."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from compiler.source.json_value import Json

Client = Callable[[str, str], Json]
"""A client of a service in a region."""
_NESTED = re.compile(r"Stack-[0-9a-f]{8}-")
_RECORDS = "history/"
"""A run that is broken off begins a record, and the next one ends it: their count is not that of one run."""
_HASH = re.compile(r"-?[0-9a-f]{32,}")


@dataclass(frozen=True, slots=True)
class Effects:
    """Counts of what must not happen twice, and what is there."""

    operations: Counter[str] = field(default_factory=Counter)
    """Root stack and beginning of an operation, as ``us-east-1 demo-dev UPDATE_IN_PROGRESS``."""
    uploads: Counter[str] = field(default_factory=Counter)
    """Key without its hash → versions of its objects."""
    stacks: Counter[str] = field(default_factory=Counter)
    """Root stack and its status, and how many change sets wait for their execution."""

    def since(self, before: Effects) -> Effects:
        """What has happened after `before`, and what is there now."""
        return Effects(self.operations - before.operations, self.uploads - before.uploads, self.stacks)


def effects(client: Client, regions: tuple[str, ...], sets: tuple[tuple[str, str], ...] = ()) -> Effects:
    """All that was done to the account so far; `sets`: to its stack sets, each ``done`` or what is ``there``."""
    found = Effects()
    found.operations.update(text for kind, text in sets if kind == "done")
    found.stacks.update(text for kind, text in sets if kind == "there")
    for region in regions:
        stacks = client("cloudformation", region)
        for summary in _roots(stacks):
            found.operations.update(f"{region} {one}" for one in _begun(stacks, summary))
            found.stacks.update(_there(stacks, summary, region))
    storage = client("s3", regions[0])
    for bucket in storage.list_buckets()["Buckets"]:
        found.stacks.update(_opened(storage, bucket["Name"]) if sets else ())
        for version in storage.list_object_versions(Bucket=bucket["Name"]).get("Versions", []):
            if not version["Key"].startswith(_RECORDS):
                found.uploads[_HASH.sub("", version["Key"])] += 1
    return found


def _opened(storage: Json, bucket: str) -> Iterator[str]:
    """Statements of a bucket's policy, which tell who reads it."""
    try:
        policy = json.loads(storage.get_bucket_policy(Bucket=bucket)["Policy"])
    except storage.exceptions.ClientError:
        return
    place = re.sub(r"\d{12}", "", bucket)
    yield from (f"{place} {one.get('Sid')}" for one in policy["Statement"])


def _roots(stacks: Json) -> list[Json]:
    pages = stacks.get_paginator("list_stacks").paginate()
    every = [summary for page in pages for summary in page["StackSummaries"]]
    return [summary for summary in every if not _NESTED.search(summary["StackName"])]


def _begun(stacks: Json, summary: Json) -> Iterator[str]:
    pages = stacks.get_paginator("describe_stack_events").paginate(StackName=summary["StackId"])
    for event in (event for page in pages for event in page["StackEvents"]):
        status = event["ResourceStatus"]
        begins = status.endswith("_IN_PROGRESS") and "CLEANUP" not in status and "REVIEW" not in status
        if begins and event.get("PhysicalResourceId") == summary["StackId"]:
            yield f"{summary['StackName']} {status}"


def _there(stacks: Json, summary: Json, region: str) -> Iterator[str]:
    if summary["StackStatus"] != "DELETE_COMPLETE":
        name = f"{region} {summary['StackName']}"
        yield f"{name} {summary['StackStatus']}"
        if stacks.describe_stacks(StackName=summary["StackId"])["Stacks"][0].get("EnableTerminationProtection"):
            yield f"{name} protected"
        yield f"{name} policy {stacks.get_stack_policy(StackName=summary['StackId']).get('StackPolicyBody', '')}"
        for one in stacks.list_change_sets(StackName=summary["StackName"])["Summaries"]:
            if one.get("ExecutionStatus") == "AVAILABLE":
                yield f"{region} {summary['StackName']} change set"
