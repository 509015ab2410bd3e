"""Snapshots that a deployment makes of databases before it changes anything, as their templates say.

CloudFormation makes one only of what it deletes or replaces. The name follows from the change set, so that a deployment
that is tried again finds its own snapshot.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from botocore.exceptions import ClientError

from compiler.shared.snapshot_mark import OWNER, SNAPSHOT
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.deployed import Stack, nested_stacks, stack_resources
from deployer.errors import refused
from deployer.events import StackEvent
from deployer.faults import error_code, explained, read
from deployer.session import Aws
from deployer.watch import Progress, Report
from reviewer.template_set import ROOT

_BAD = frozenset({"failed", "incompatible-restore", "incompatible-parameters"})
_TAKEN = frozenset({"DBSnapshotAlreadyExists", "DBClusterSnapshotAlreadyExistsFault"})


@frozen(eq=True)
class Snapshot:
    """One snapshot that is to be made."""

    name: str
    """``shop-prod-maindatabase-<digest of the change set>``."""
    source: str
    """Identifier of the instance or cluster."""
    resource_type: str
    stack: str
    """Key of the template that has it."""
    logical_id: str

    def __str__(self) -> str:
        return f"before anything is changed, snapshot {self.name} of {self.logical_id} is made"


def wanted(
    aws: Aws, stack: Stack, templates: Iterable[Mapping[str, Mapping[str, Json]]], change_set: str
) -> Iterator[Snapshot]:
    """The snapshots that a change set of `stack` needs: of what is deployed, and marked there or in the new templates.

    Each of `templates` is key of the template → template.
    """
    marked = {(key, logical_id) for one in templates for key, body in one.items() for logical_id in _marked(body)}
    stacks = nested_stacks(aws, stack.id) if marked else {}
    for key in sorted({key for key, _ in marked} & {ROOT, *stacks}):
        for resource in stack_resources(aws, stacks.get(key, stack.id)):
            if (key, resource.logical_id) in marked and resource.physical_id:
                digest = change_set.rpartition("-")[2]
                name = f"{stack.name}-{resource.logical_id}-{digest}".lower()
                yield Snapshot(name, resource.physical_id, resource.resource_type, key, resource.logical_id)


def _marked(body: Mapping[str, Json]) -> Iterator[str]:
    """Logical id of each resource whose template asks for a snapshot."""
    for logical_id, resource in body.get("Resources", {}).items():
        if resource.get("Metadata", {}).get(OWNER, {}).get(SNAPSHOT):
            yield logical_id


@explained("making a snapshot before the deployment (nothing else was changed)")
def make(aws: Aws, snapshots: Sequence[Snapshot], tags: Mapping[str, str], report: Report) -> None:
    """Make the snapshots and wait until all of them are available. Raises `DeployError` when one can't be made."""
    for one in snapshots:
        _create(aws, one, tags)
        report(_progress(one, "CREATE_IN_PROGRESS", snapshots))
    for one in snapshots:
        while _status(aws, one) != "available":
            time.sleep(aws.poll_seconds)
        report(_progress(one, "CREATE_COMPLETE", snapshots))


def _create(aws: Aws, one: Snapshot, tags: Mapping[str, str]) -> None:
    rds = aws.client("rds", aws.region)
    listed = [{"Key": key, "Value": value} for key, value in {**tags, "stackwright:resource": one.logical_id}.items()]
    try:
        if _of_cluster(one):
            rds.create_db_cluster_snapshot(
                DBClusterSnapshotIdentifier=one.name, DBClusterIdentifier=one.source, Tags=listed
            )
        else:
            rds.create_db_snapshot(DBSnapshotIdentifier=one.name, DBInstanceIdentifier=one.source, Tags=listed)
    except ClientError as fault:
        if error_code(fault) not in _TAKEN:
            raise


def _status(aws: Aws, one: Snapshot) -> str:
    rds = aws.client("rds", aws.region)
    if _of_cluster(one):
        found = read(lambda: rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=one.name))
        (snapshot,) = found["DBClusterSnapshots"]
    else:
        (snapshot,) = read(lambda: rds.describe_db_snapshots(DBSnapshotIdentifier=one.name))["DBSnapshots"]
    status = str(snapshot["Status"])
    if status in _BAD:
        message = f"snapshot {one.name} of {one.logical_id} is {status}: nothing was deployed"
        raise refused(message, "look at the database, delete the snapshot, and deploy again", "snapshot-failed")
    return status


def _of_cluster(one: Snapshot) -> bool:
    return one.resource_type.endswith("::DBCluster")


def _progress(one: Snapshot, status: str, every: Sequence[Snapshot]) -> Progress:
    event = StackEvent("", "", "", one.name, one.name, "snapshot", status, "", datetime.now(UTC))
    done = every.index(one) + (status == "CREATE_COMPLETE")
    return Progress(event, "", done, len(every))
