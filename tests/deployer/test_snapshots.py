"""Snapshots before a deployment: of what is deployed and marked, named by the change set, waited for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.stub import ANY, Stubber

from compiler.shared.snapshot_mark import OWNER, SNAPSHOT
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.environment import Plans
from deployer.errors import REFUSED, DeployError
from deployer.plan import Plan, make_plan
from deployer.plan_file import read_plan, write_plan
from deployer.session import Aws
from deployer.snapshots import Snapshot, make
from deployer.watch import Progress, silent
from tests.deployer.platforms import messaging, platform

MARK = {OWNER: {SNAPSHOT: True}}
DATABASE = {
    "Type": "AWS::RDS::DBInstance",
    "Properties": {
        "Engine": "postgres",
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": "20",
        "MasterUsername": "dbowner",
        "MasterUserPassword": "not-a-real-one",
    },
}
CLUSTER = {
    "Type": "AWS::RDS::DBCluster",
    "Properties": {"Engine": "aurora-postgresql", "MasterUsername": "dbowner", "MasterUserPassword": "not-a-real-one"},
}
INSTANCE = Snapshot("demo-main-1", "demo-main", "AWS::RDS::DBInstance", "DataStack", "Main")
OF_CLUSTER = Snapshot("demo-big-1", "demo-big", "AWS::RDS::DBCluster", "DataStack", "Big")


def databases(name: str, retention: int = 345600, mark: Json = MARK) -> Compiled:
    main, big = {**DATABASE, "Metadata": mark}, {**CLUSTER, "Metadata": mark}
    plain = {**DATABASE, "Metadata": {}}
    return platform(name, messaging(retention, Main=main, Big=big, Plain=plain))


def planned(aws: Aws, spec_dir: Path, compiled: Compiled) -> Plan:
    return make_plan(compiled, spec_dir, aws)


def names(aws: Aws, prefix: str) -> list[str]:
    rds = aws.client("rds", aws.region)
    found = [one["DBSnapshotIdentifier"] for one in rds.describe_db_snapshots()["DBSnapshots"]]
    found += [one["DBClusterSnapshotIdentifier"] for one in rds.describe_db_cluster_snapshots()["DBClusterSnapshots"]]
    return sorted(one for one in found if one.startswith(prefix))


def test_what_is_deployed_and_marked_is_copied_first(aws: Aws, spec_dir: Path) -> None:
    first = planned(aws, spec_dir, databases("snaps"))
    assert first.snapshots == ()
    assert apply_plan(first, aws).succeeded
    assert names(aws, "snaps-") == []

    plan = planned(aws, spec_dir, databases("snaps", 86400))
    digest = plan.request.name.removeprefix("stackwright-")
    wanted = [f"snaps-big-{digest}", f"snaps-main-{digest}"]
    assert sorted(one.name for one in plan.snapshots) == wanted
    assert {one.resource_type for one in plan.snapshots} == {"AWS::RDS::DBInstance", "AWS::RDS::DBCluster"}
    assert [f"snapshot {name} of " in " ".join(plan.review.notes) for name in wanted] == [True, True]
    seen: list[Progress] = []
    assert apply_plan(plan, aws, seen.append).succeeded
    assert names(aws, "snaps-") == wanted
    steps = [(one.event.status, one.event.logical_id) for one in seen[:4]]
    assert [status for status, _ in steps] == ["CREATE_IN_PROGRESS"] * 2 + ["CREATE_COMPLETE"] * 2
    assert seen[3].done == seen[3].total == 2

    assert planned(aws, spec_dir, databases("snaps", 86400)).snapshots == ()


def test_a_database_that_loses_its_mark_is_copied_once_more(aws: Aws, spec_dir: Path) -> None:
    apply_plan(planned(aws, spec_dir, databases("marks")), aws)
    plan = planned(aws, spec_dir, databases("marks", 86400, {}))
    assert len(plan.snapshots) == 2
    apply_plan(plan, aws)
    assert planned(aws, spec_dir, databases("marks", 43200, {})).snapshots == ()


def test_a_snapshot_of_a_first_try_is_taken(aws: Aws, spec_dir: Path) -> None:
    apply_plan(planned(aws, spec_dir, databases("again")), aws)
    plan = planned(aws, spec_dir, databases("again", 86400))
    make(aws, plan.snapshots, {}, silent)
    before = names(aws, "again-")
    assert apply_plan(plan, aws).succeeded
    assert names(aws, "again-") == before != []


def test_a_saved_plan_has_its_snapshots(aws: Aws, spec_dir: Path, tmp_path: Path) -> None:
    apply_plan(planned(aws, spec_dir, databases("saved")), aws)
    plan = planned(aws, spec_dir, databases("saved", 86400))
    write_plan(Plans((plan,)), tmp_path / "saved.plan")
    (read,) = read_plan(tmp_path / "saved.plan").plans
    assert read.snapshots == plan.snapshots != ()


@pytest.fixture(name="scripted")
def _scripted() -> Iterator[tuple[Aws, Stubber]]:
    """Scripted: answers that the sandbox never gives, checked against botocore's model of RDS."""
    session = boto3.Session("x", "x", region_name="us-east-1")
    rds = session.client("rds")
    with Stubber(rds) as stubber:
        clients = session.client("cloudformation"), session.client("s3")
        yield Aws(*clients, "000000000000", "us-east-1", "", "https://s3", 0.0, lambda *_: rds), stubber
        stubber.assert_no_pending_responses()


def described(status: str, cluster: bool = False) -> tuple[str, Json, Json]:
    if cluster:
        found = {"DBClusterSnapshots": [{"DBClusterSnapshotIdentifier": "demo-big-1", "Status": status}]}
        return "describe_db_cluster_snapshots", found, {"DBClusterSnapshotIdentifier": "demo-big-1"}
    found = {"DBSnapshots": [{"DBSnapshotIdentifier": "demo-main-1", "Status": status}]}
    return "describe_db_snapshots", found, {"DBSnapshotIdentifier": "demo-main-1"}


def test_it_waits_until_all_are_available_and_tags_them(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    tags = [{"Key": "owner", "Value": "team"}, {"Key": "stackwright:resource", "Value": "Main"}]
    asked: Json = {"DBSnapshotIdentifier": "demo-main-1", "DBInstanceIdentifier": "demo-main", "Tags": tags}
    stubber.add_response("create_db_snapshot", {}, asked)
    asked = {"DBClusterSnapshotIdentifier": "demo-big-1", "DBClusterIdentifier": "demo-big", "Tags": ANY}
    stubber.add_response("create_db_cluster_snapshot", {}, asked)
    for status in ("creating", "creating", "available"):
        stubber.add_response(*described(status))
    for status in ("creating", "available"):
        stubber.add_response(*described(status, cluster=True))
    make(aws, (INSTANCE, OF_CLUSTER), {"owner": "team"}, silent)


@pytest.mark.parametrize(
    ("one", "code"),
    [(INSTANCE, "DBSnapshotAlreadyExists"), (OF_CLUSTER, "DBClusterSnapshotAlreadyExistsFault")],
)
def test_one_that_is_there_already_is_waited_for(scripted: tuple[Aws, Stubber], one: Snapshot, code: str) -> None:
    aws, stubber = scripted
    cluster = one is OF_CLUSTER
    stubber.add_client_error("create_db_cluster_snapshot" if cluster else "create_db_snapshot", code, "is there", 400)
    stubber.add_response(*described("available", cluster))
    make(aws, (one,), {}, silent)


@pytest.mark.parametrize("status", ["failed", "incompatible-restore"])
def test_one_that_fails_ends_the_deployment_before_it(scripted: tuple[Aws, Stubber], status: str) -> None:
    aws, stubber = scripted
    stubber.add_response("create_db_snapshot", {}, None)
    stubber.add_response(*described(status))
    with pytest.raises(DeployError, match=f"snapshot demo-main-1 of Main is {status}: nothing was deployed") as raised:
        make(aws, (INSTANCE,), {}, silent)
    assert raised.value.exit_code == REFUSED
    assert raised.value.diagnostics[0].code == "snapshot-failed"


def test_a_database_that_is_busy_ends_it_too(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    stubber.add_client_error("create_db_snapshot", "InvalidDBInstanceState", "not available", 400)
    with pytest.raises(DeployError, match="InvalidDBInstanceState") as raised:
        make(aws, (INSTANCE,), {}, silent)
    assert raised.value.exit_code == REFUSED
