"""A removal says what goes and what hinders it, wants names for data, empties and turns protections off when told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.approval import Approvals
from deployer.console import nothing
from deployer.deployed import Stack, find_stack
from deployer.environment import Removing, remove_all
from deployer.errors import REFUSED, UNAPPROVED, DeployError
from deployer.outcome import Outcome
from deployer.plan import make_plan
from deployer.removal.contents import Full, empty, full_stores
from deployer.removal.destroy import Removal, Terms, plan_removal
from deployer.removal.removing import approve_losses, check_terms, stores_of, unguarding_plans
from deployer.removal.view import removal_lines
from deployer.session import Aws
from tests.deployer.platforms import FAILING, HANDLE, QUEUE, alerts, messaging, platform
from tests.deployer.test_bootstrap import opened
from tests.deployer.test_history import results
from tests.deployer.test_protection import TABLE
from tests.deployer.test_scripted import no_other

BUCKET = {"Type": "AWS::S3::Bucket"}
REPOSITORY = {"Type": "AWS::ECR::Repository"}
PROPERTIES: Json = TABLE["Properties"]
GUARDED = {**TABLE, "Properties": {**PROPERTIES, "DeletionProtectionEnabled": True}}
HERE = "us-east-1"


def deployed(aws: Aws, spec_dir: Path, compiled: Compiled) -> Removal:
    assert apply_plan(make_plan(compiled, spec_dir, aws), aws).succeeded
    return plan_removal(aws, compiled.stack_name)


def removed(aws: Aws, removal: Removal, terms: Terms, now: Compiled | None = None) -> list[Outcome]:
    """What the command does, after its questions."""
    removals = {HERE: removal}
    check_terms(removals, terms)
    plans = unguarding_plans(removals, now or platform(removal.stack.name), opened(aws), terms)
    return [*remove_all(Removing(removals, terms, plans), opened(aws), nothing)]


def codes(removal: Removal, terms: Terms) -> list[tuple[str, str]]:
    with pytest.raises(DeployError) as caught:
        check_terms({HERE: removal}, terms)
    assert caught.value.exit_code == REFUSED
    return [(one.code, one.component) for one in caught.value.diagnostics]


def test_what_goes_what_stays_and_why_is_listed(aws: Aws, spec_dir: Path) -> None:
    kept = {**TABLE, "DeletionPolicy": "Retain"}
    size = {"AvailabilityZone": "us-east-1a", "Size": 1}
    last = {"Type": "AWS::EC2::Volume", "DeletionPolicy": "Snapshot", "Properties": size}
    compiled = platform("listed", messaging(Orders=kept), alerts(), Media=BUCKET, Safe=GUARDED, Disk=last)
    removal = deployed(aws, spec_dir, compiled)
    put(aws, removal, "one")
    removal = plan_removal(aws, "listed")
    name = removal.full[0].name
    assert [*removal_lines({HERE: removal}, name_region=False)] == [
        "listed: 6 resources, 2 of them are retained",
        "  goes: queues.jobs (1), raw.Disk (1), raw.Media (1), raw.Safe (1), topics.alerts (1)",
        "  goes: queues.jobs: removed: the queue JobsQueue and its data are DELETED",
        "  goes: raw.Disk: removed: the volume Disk is deleted, a last snapshot is kept",
        "  goes: raw.Media: removed: the bucket Media is DELETED",
        "  goes: raw.Safe: removed: the table Safe and its data are DELETED",
        "  stays: queues.jobs: AWS::DynamoDB::Table Orders is retained",
        "  protected: raw.Safe: AWS::DynamoDB::Table Safe is protected from deletion",
        f"  full: raw.Media: bucket {name} is not empty",
    ]
    told = [*removal_lines({HERE: removal}, False, Terms(disable_protection=True, empty=("all",)))][-2:]
    assert [line.rpartition(": ")[2] for line in told] == [
        "that is turned off first",
        "it is emptied first, with all versions",
    ]
    assert removal.to_json()["full"][0]["name"] == name


def put(aws: Aws, removal: Removal, key: str, logical_id: str = "Media") -> str:
    """Put an object into a bucket of the stack: the bucket's name."""
    found = aws.cloudformation.describe_stack_resource(StackName=removal.stack.name, LogicalResourceId=logical_id)
    name: str = found["StackResourceDetail"]["PhysicalResourceId"]
    aws.s3.put_object(Bucket=name, Key=key, Body=b"x")
    return name


def test_data_goes_by_its_name_only(aws: Aws, spec_dir: Path) -> None:
    kept = {**QUEUE, "DeletionPolicy": "Retain"}
    removal = deployed(aws, spec_dir, platform("by-name", messaging(), alerts(), Kept=kept, Orders=TABLE))
    with pytest.raises(DeployError) as caught:
        approve_losses({HERE: removal}, Terms(), Approvals(["raw.Orders"]))
    (missing,) = caught.value.diagnostics
    assert (caught.value.exit_code, missing.component) == (UNAPPROVED, "queues.jobs")
    assert missing.suggestion == "if that is meant, give --approve queues.jobs"
    approve_losses({HERE: removal}, Terms(), Approvals(["raw.Orders", "queues.jobs"]))
    approve_losses({HERE: removal}, Terms(), Approvals((), lambda _name, _risks: True))


def test_of_a_failed_creation_nothing_is_lost(aws: Aws, spec_dir: Path) -> None:
    failing = platform("failed-creation", messaging(Handle=HANDLE, Wait=FAILING, Safe=GUARDED), Media=BUCKET)
    assert apply_plan(make_plan(failing, spec_dir, aws), aws).status == "ROLLBACK_COMPLETE"
    removal = plan_removal(aws, "failed-creation")
    assert (removal.lost, removal.guarded, removal.full) == ((), (), ())
    assert [one.status for one in removed(aws, removal, Terms())] == ["DELETE_COMPLETE"]


def test_a_full_bucket_stops_it_before_it_begins(aws: Aws, spec_dir: Path) -> None:
    removal = deployed(aws, spec_dir, platform("full", messaging(), Media=BUCKET, Other=BUCKET))
    assert removal.full == ()
    name = put(aws, removal, "one")
    removal = plan_removal(aws, "full")
    assert codes(removal, Terms()) == [("not-empty", "raw.Media")]
    assert codes(removal, Terms(empty=("raw.Other",))) == [("unknown-resource", ""), ("not-empty", "raw.Media")]
    with pytest.raises(DeployError) as caught:
        approve_losses({HERE: removal}, Terms(empty=("all",)), Approvals(["queues.jobs", "raw.Other"]))
    assert [one.component for one in caught.value.diagnostics] == ["raw.Media"]
    approve_losses({HERE: removal}, Terms(empty=("raw.Media",)), Approvals(["queues.jobs", "raw.Other"]))
    assert aws.s3.list_objects_v2(Bucket=name)["KeyCount"] == 1


def test_the_same_command_goes_on_once_a_bucket_is_empty_or_gone(aws: Aws, spec_dir: Path) -> None:
    spec = platform("again", messaging(), Media=BUCKET)
    removal = deployed(aws, spec_dir, spec)
    assert removal.full == ()
    for named in ("raw.Media", "Media"):
        terms = Terms(empty=(named,), stores=stores_of([spec]))
        for removals in ({HERE: removal}, {HERE: replace(removal, lost=())}):
            check_terms(removals, terms)
            approve_losses(removals, terms, Approvals(["queues.jobs"]))
    with pytest.raises(DeployError, match="which is no bucket or repository"):
        check_terms({HERE: removal}, replace(terms, empty=("queues.jobs",)))


@pytest.mark.parametrize("named", ["all", "raw.Media", "Media"])
def test_a_bucket_is_emptied_of_versions_markers_and_uploads(aws: Aws, spec_dir: Path, named: str) -> None:
    stack = f"emptied-{named.replace('.', '-').lower()}"
    versioned = {**BUCKET, "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}}
    removal = deployed(aws, spec_dir, platform(stack, messaging(), Media=versioned))
    for key in ("one", "one", "two"):
        name = put(aws, removal, key)
    aws.s3.delete_object(Bucket=name, Key="two")
    aws.s3.create_multipart_upload(Bucket=name, Key="three")
    removal = plan_removal(aws, stack)
    (store,) = removal.full
    assert store.name == name
    (outcome,) = removed(aws, removal, Terms(empty=(named,)))
    assert outcome.status == "DELETE_COMPLETE"
    assert name not in [one["Name"] for one in aws.s3.list_buckets()["Buckets"]]


def test_more_than_a_page_is_emptied(aws: Aws) -> None:
    aws.s3.create_bucket(Bucket="many-objects")
    for number in range(1005):
        aws.s3.put_object(Bucket="many-objects", Key=f"{number:04d}", Body=b"")
    assert empty(aws, Full("buckets.many", "Many", "AWS::S3::Bucket", "many-objects")) == 1005
    assert not aws.s3.list_object_versions(Bucket="many-objects").get("Versions")


def test_a_repository_is_emptied(aws: Aws, spec_dir: Path) -> None:
    removal = deployed(aws, spec_dir, platform("images", messaging(), Images=REPOSITORY))
    found = aws.cloudformation.describe_stack_resource(StackName="images", LogicalResourceId="Images")
    name = found["StackResourceDetail"]["PhysicalResourceId"]
    for tag in ("a", "b"):
        manifest = json.dumps({"schemaVersion": 2, "tag": tag})
        aws.client("ecr", HERE).put_image(repositoryName=name, imageManifest=manifest, imageTag=tag)
    removal = plan_removal(aws, "images")
    assert [one.name for one in removal.full] == [name]
    assert codes(removal, Terms()) == [("not-empty", "raw.Images")]
    (outcome,) = removed(aws, removal, Terms(empty=("raw.Images",)))
    assert outcome.status == "DELETE_COMPLETE"


def test_what_protects_itself_stops_it_before_it_begins(aws: Aws, spec_dir: Path) -> None:
    compiled = platform("held-in-place", messaging(Safe=GUARDED), alerts(), Free=TABLE)
    removal = deployed(aws, spec_dir, compiled)
    assert codes(removal, Terms()) == [("protected-resource", "queues.jobs")]
    terms = Terms(disable_protection=True)
    plans = unguarding_plans({HERE: removal}, compiled, opened(aws), terms)
    review = plans[HERE].review
    assert [(row.logical_id, [detail.path for detail in row.details]) for row in review.changes] == [
        ("Safe", ["DeletionProtectionEnabled"])
    ]
    assert [(risk.kind, risk.text, risk.approval) for risk in review.risks] == [
        ("data", "deletion protection is turned off", True)
    ]
    assert plans[HERE].request.parameters == {}
    outcomes = [*remove_all(Removing({HERE: removal}, terms, plans), opened(aws), nothing)]
    assert [one.status for one in outcomes] == ["DELETE_COMPLETE"]
    assert [row[1:3] for row in results(aws, "held-in-place")] == [
        ("create", "succeeded"),
        ("update", "succeeded"),
        ("destroy", "succeeded"),
    ]


def test_parameters_keep_their_values_when_protection_is_turned_off(aws: Aws, spec_dir: Path) -> None:
    compiled = platform("held-parameters", messaging(), Safe=GUARDED)
    hidden = {"Hidden": {"Type": "String", "NoEcho": True, "Default": "correct-horse"}}
    body = {**compiled.root.body, "Parameters": hidden}
    compiled = compiled_with(compiled, body)
    removal = deployed(aws, spec_dir, compiled)
    plans = unguarding_plans({HERE: removal}, compiled, opened(aws), Terms(disable_protection=True))
    assert (dict(plans[HERE].request.parameters), plans[HERE].request.unchanged) == ({}, ("Hidden",))
    assert apply_plan(plans[HERE], aws).succeeded
    assert plan_removal(aws, "held-parameters").guarded == ()


def compiled_with(compiled: Compiled, body: Mapping[str, Json]) -> Compiled:
    return replace(compiled, root=replace(compiled.root, body=body))


def test_protection_that_can_not_be_turned_off_ends_it(
    aws: Aws, spec_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = platform("held-on", messaging(), Safe=GUARDED)
    removal = deployed(aws, spec_dir, compiled)
    failed = Outcome("held-on", "UPDATE_ROLLBACK_COMPLETE", False)
    monkeypatch.setattr("deployer.environment.apply_plan", lambda *_: failed)
    (outcome,) = removed(aws, removal, Terms(disable_protection=True), compiled)
    assert outcome.status == "UPDATE_ROLLBACK_COMPLETE"
    stack = find_stack(aws, "held-on")
    assert stack is not None and stack.status == "CREATE_COMPLETE"


# --- scripted: what the stand-in does not refuse ---------------------------------------------------------------------


def scripted(service: str) -> tuple[Json, Stubber]:
    client = boto3.client(service, region_name=HERE, aws_access_key_id="x", aws_secret_access_key="x")
    return client, Stubber(client)


def account(s3: Json, ecr: Json = None) -> Aws:
    return Aws(None, s3, "000000000000", HERE, "", "", 0.0, (lambda *_: ecr) if ecr else no_other)  # type: ignore[arg-type]


MEDIA = Full("buckets.media", "MediaBucket", "AWS::S3::Bucket", "media")
IMAGES = Full("repositories.web", "WebRepository", "AWS::ECR::Repository", "web")


def test_an_object_that_can_not_be_deleted_is_named() -> None:
    s3, stubber = scripted("s3")
    where = {"Bucket": "media", "ExpectedBucketOwner": "000000000000"}
    held = {"Key": "held", "VersionId": "1"}
    stubber.add_response("list_object_versions", {"Versions": [held]}, where)
    failure = {"Errors": [{"Key": "held", "Code": "AccessDenied", "Message": "Object Lock"}]}
    stubber.add_response("delete_objects", failure, {**where, "Delete": {"Objects": [held], "Quiet": True}})
    with stubber, pytest.raises(DeployError, match="emptying what is to be removed: held Object Lock"):
        empty(account(s3), MEDIA)


def test_images_in_a_list_go_after_it() -> None:
    ecr, stubber = scripted("ecr")
    images = [{"imageDigest": f"sha256:{name}"} for name in ("list", "part")]
    part = {"imageId": images[1], "failureCode": "ImageReferencedByManifestList", "failureReason": "in a list"}
    for found, deleted, failures in ((images, images[:1], [part]), (images[1:], images[1:], [])):
        stubber.add_response("list_images", {"imageIds": found}, {"repositoryName": "web"})
        answer = {"imageIds": deleted, "failures": failures}
        stubber.add_response("batch_delete_image", answer, {"repositoryName": "web", "imageIds": found})
    stubber.add_response("list_images", {}, {"repositoryName": "web"})
    with stubber:
        assert empty(account(None, ecr), IMAGES) == 2
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize(("code", "told"), [("AccessDenied", [False]), ("NoSuchBucket", [])])
def test_a_bucket_into_which_nobody_may_look_stops_nothing(code: str, told: list[bool]) -> None:
    s3, stubber = scripted("s3")
    stubber.add_client_error("list_object_versions", code)
    with stubber:
        found = full_stores(account(s3), {("", "Media"): "AWS::S3::Bucket"}, {("", "Media"): "media"}, {})
    assert [one.seen for one in found] == told
    for one in found:
        assert str(one) == "bucket media may not be empty: looking is not allowed"


@pytest.mark.parametrize("points", [[], [{"RecoveryPointArn": "arn:aws:ec2:us-east-1::snapshot/snap-1"}]])
def test_a_backup_vault_with_backups_stops_the_removal(points: list[Json]) -> None:
    backup, stubber = scripted("backup")
    asked = {"BackupVaultName": "Shop-Vault", "MaxResults": 1}
    stubber.add_response("list_recovery_points_by_backup_vault", {"RecoveryPoints": points}, asked)
    going, names = {("", "Vault"): "AWS::Backup::BackupVault"}, {("", "Vault"): "Shop-Vault"}
    with stubber:
        found = full_stores(account(None, backup), going, names, {"": {"Vault": "backup"}})
    assert [str(one) for one in found] == ["backup vault Shop-Vault is not empty"] * len(points)


def test_a_backup_vault_is_never_emptied() -> None:
    vault = Full("backup", "Vault", "AWS::Backup::BackupVault", "shop-vault")
    stack = Stack("id", "shop-dev", "UPDATE_COMPLETE", "", {}, {}, {}, False, "")
    removal = Removal(stack, frozenset({"Vault"}), (), {}, (), full=(vault,))
    for terms in (Terms(), Terms(empty=("all",)), Terms(empty=("backup",))):
        with pytest.raises(DeployError) as caught:
            check_terms({HERE: removal}, terms)
        (fault,) = caught.value.diagnostics
        assert (fault.code, fault.component) == ("not-empty", "backup")
        assert "recovery points" in fault.suggestion
    (*_, told) = removal_lines({HERE: removal}, False, Terms(empty=("all",)))
    assert told == "  full: backup: backup vault shop-vault is not empty"
