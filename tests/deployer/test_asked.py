"""What a plan asks AWS about what goes: over real HTTP, and scripted where the sandbox does not have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber

from compiler.source.json_value import Json
from compiler.stacks.compiled import Template
from deployer.apply import apply_plan
from deployer.asked import with_answers
from deployer.deployed import Stack, find_stack, nested_stacks, stack_resources
from deployer.events import StackEvent
from deployer.outcome import Names, left_over
from deployer.plan import make_plan
from deployer.session import Aws
from reviewer.sides import Before, sides_of
from reviewer.template_set import STACK_TYPE
from tests.deployer.platforms import QUEUE, platform, stubborn
from tests.deployer.test_history import records

STACK = "arn:aws:cloudformation:us-east-1:000000000000:stack/demo/1"


def media(**resources: Json) -> Template:
    body = {"Resources": {"Keeper": QUEUE, **resources}, "Outputs": {}}
    return Template("media", "MediaStack", body, dict.fromkeys(body["Resources"], "buckets.media"))


BUCKET = {"Type": "AWS::S3::Bucket"}
REPOSITORY = {"Type": "AWS::ECR::Repository"}


def leftovers(aws: Aws, spec_dir: Path, name: str) -> list[str]:
    plan = make_plan(platform(name, media()), spec_dir, aws)
    return [risk.text for risk in plan.review.risks if risk.kind == "leftover"]


def bucket_of(aws: Aws, name: str) -> str:
    stack = find_stack(aws, name)
    assert stack
    resources = stack_resources(aws, nested_stacks(aws, stack.id)["MediaStack"])
    return next(one.physical_id for one in resources if one.logical_id == "Media")


def test_only_what_is_not_empty_is_told(aws: Aws, spec_dir: Path) -> None:
    full = platform("emptied", media(Media=BUCKET, Images=REPOSITORY))
    assert apply_plan(make_plan(full, spec_dir, aws), aws).succeeded
    assert leftovers(aws, spec_dir, "emptied") == []
    aws.s3.put_object(Bucket=bucket_of(aws, "emptied"), Key="a", Body=b"a")
    assert leftovers(aws, spec_dir, "emptied") == [
        "CloudFormation deletes the bucket, with all its versions, only if it is empty, and something is in it: "
        "the update succeeds and leaves it behind, outside of the stack. Empty it before"
    ]


def test_what_an_update_could_not_delete_is_told_at_its_end(aws: Aws, spec_dir: Path) -> None:
    """The update succeeds, and what it was to delete is in no stack any more."""
    assert apply_plan(make_plan(platform("clung", media(), **stubborn("Delete")), spec_dir, aws), aws).succeeded
    outcome = apply_plan(make_plan(platform("clung", media()), spec_dir, aws), aws)
    assert (outcome.status, outcome.succeeded, outcome.failures) == ("UPDATE_COMPLETE", True, ())
    (left,) = outcome.retained
    assert left.startswith("raw.Stubborn: Custom::Stubborn Stubborn could not be deleted: ")
    assert "will not Delete" in left
    assert left.endswith("; it is left behind as stubborn, in no stack, and costs what it cost")
    ended = records(aws, "clung")[-1].ended
    assert ended is not None and ended.notes == (left,)


def test_what_is_left_behind_is_told_with_its_command() -> None:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    first = StackEvent("1", "MediaStack", STACK, "Media", "m", "AWS::S3::Bucket", "DELETE_FAILED", "not empty", when)
    stack = replace(first, id="2", stack="", logical_id="MediaStack", physical_id=STACK, resource_type=STACK_TYPE)
    told = (
        "buckets.media: AWS::S3::Bucket Media could not be deleted: not empty; it is left behind as m, in no stack, "
        "and costs what it cost; remove what hinders that, then delete it with: aws cloudcontrol delete-resource "
        "--type-name AWS::S3::Bucket --identifier m"
    )
    names = Names({"MediaStack": {"Media": "buckets.media"}})
    assert left_over([first, replace(first, id="3"), replace(stack, stack_id="root")], names) == (
        told,
        f"AWS::CloudFormation::Stack MediaStack could not be deleted: not empty; it is left behind as {STACK}, in no "
        f"stack, and costs what it cost; delete it with: aws cloudformation delete-stack --stack-name {STACK}",
    )
    assert left_over([first, replace(first, id="3", status="DELETE_COMPLETE")], names) == ()


@pytest.fixture
def scripted() -> Iterator[tuple[Aws, Stubber]]:
    session = boto3.Session("x", "x", region_name="us-east-1")
    client = session.client("cloudformation")
    with Stubber(client) as stubber:
        yield (
            Aws(client, session.client("s3"), "000000000000", "us-east-1", "", "https://s3", 0.0, session.client),
            stubber,
        )
        stubber.assert_no_pending_responses()


def exporting(name: Json) -> Before:
    outputs = {"Arn": {"Value": "a", "Export": {"Name": name}}}
    return Before({"": {"Resources": {"Keeper": QUEUE}, "Outputs": outputs}})


def deployed_stack() -> Stack:
    return Stack(STACK, "demo", "UPDATE_COMPLETE", "", {}, {}, {}, False, "")


@pytest.mark.parametrize("name", ["demo-arn", {"Fn::Sub": "${AWS::StackName}-arn"}])
def test_who_imports_what_goes(scripted: tuple[Aws, Stubber], name: Json) -> None:
    aws, stubber = scripted
    stubber.add_response("list_stack_resources", {"StackResourceSummaries": []}, {"StackName": STACK})
    stubber.add_response("list_imports", {"Imports": ["web"], "NextToken": "more"}, {"ExportName": "demo-arn"})
    stubber.add_response("list_imports", {"Imports": ["api"]}, {"ExportName": "demo-arn", "NextToken": "more"})
    sides = sides_of(exporting(name), platform("demo"), {})
    assert with_answers(aws, deployed_stack(), sides).importers == {"/Arn": ("api", "web")}


def test_an_export_that_nobody_imports_or_nobody_may_ask_for(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    stubber.add_response("list_stack_resources", {"StackResourceSummaries": []}, {"StackName": STACK})
    stubber.add_client_error("list_imports", "ValidationError", "Export 'arn' is not imported by any stack.")
    sides = sides_of(exporting("arn"), platform("demo"), {})
    assert with_answers(aws, deployed_stack(), sides).importers == {"/Arn": ()}


def test_where_nothing_goes_nothing_is_asked(scripted: tuple[Aws, Stubber]) -> None:
    sides = sides_of(Before({"": {"Resources": {"Keeper": QUEUE}}}), platform("demo"), {})
    assert with_answers(scripted[0], deployed_stack(), sides) == sides.before
