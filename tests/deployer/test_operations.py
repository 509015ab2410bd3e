"""What is too large for one operation, over real HTTP: a sandbox that takes 40 resources, and platforms of more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.stacks.compiled import Compiled, Template
from deployer.apply import apply_plan
from deployer.changeset import ChangeSet, Request, make_change_set
from deployer.deployed import find_stack, nested_stacks
from deployer.environment import Deployment, Plans, deploy_roots
from deployer.errors import INTERRUPTED, DeployError
from deployer.outcome import Outcome
from deployer.plan import Plan, make_plan
from deployer.plan_file import read_plan, write_plan
from deployer.publish import AS_SPECIFIED
from deployer.removal.destroy import Terms, destroy, plan_removal
from deployer.removal.view import removal_lines
from deployer.sandbox.operations import REFUSED
from deployer.sandbox.process import open_sandbox
from deployer.session import Aws, connect_to, sandbox_destination
from deployer.status import NOT_DEPLOYED, read_status
from deployer.watch import Progress
from reviewer.view import render
from tests.deployer.conftest import REGION
from tests.deployer.platforms import FAILING, HANDLE, stubborn
from tests.reviewer.test_division import of, stack

LIMIT = 40
Make = Callable[[Compiled], Plan]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An account whose operations touch at most 40 resources."""
    folder = tmp_path_factory.mktemp("operations")
    with open_sandbox(folder, REGION, operation_limit=LIMIT) as running:
        yield connect_to(sandbox_destination(running, REGION))


@pytest.fixture
def make(small: Aws, tmp_path: Path) -> Make:
    return lambda compiled: make_plan(compiled, tmp_path, small)


def named(name: str, *children: Template) -> Compiled:
    return replace(of(*children), stack_name=name)


def chain(name: str, **last: object) -> Compiled:
    """Four nested stacks of a dozen queues, each of which reads others."""
    children = stack("a", 12), stack("b", 12, ["a"]), stack("c", 12, ["b"]), stack("d", 12, ["a", "c"], Resources=last)
    return named(name, *children)


def unlimited(aws: Aws) -> Aws:
    """The same account for a deployer that does not know its limit."""
    return replace(aws, operation_limit=100_000)


def children(aws: Aws, name: str) -> set[str]:
    found = find_stack(aws, name)
    return {*nested_stacks(aws, found.id)} if found else set()


class Seen:
    """Records which nested stacks are there whenever a further change set begins; may be interrupted there."""

    def __init__(self, aws: Aws, name: str, stop: str = "") -> None:
        self.aws, self.name, self.stop = aws, name, stop
        self.stacks: list[set[str]] = []

    def __call__(self, progress: Progress) -> None:
        if progress.event.resource_type == "change set":
            self.stacks.append(children(self.aws, self.name))
            if progress.event.status == self.stop:
                raise KeyboardInterrupt


ALL = {"aStack", "bStack", "cStack", "dStack"}


def test_the_sandbox_refuses_what_aws_refuses(small: Aws, tmp_path: Path) -> None:
    aws = unlimited(small)
    outcome = apply_plan(make_plan(chain("refused"), tmp_path, aws), aws)
    assert (outcome.status, outcome.succeeded) == ("ROLLBACK_COMPLETE", False)
    assert {failure.reason for failure in outcome.failures} == {REFUSED}


def test_a_creation_is_reviewed_as_a_whole_and_made_in_steps(small: Aws, make: Make) -> None:
    plan = make(chain("grown"))
    assert [step.lines for step in plan.review.steps] == [
        ("stacks a and b: 25 resources created",),
        ("stacks c and d: 27 resources created",),
    ]
    assert (len(plan.review.changes), plan.review.disagreements) == (52, ())
    assert [plan.request.kind, *(one.kind for one in plan.later)] == ["CREATE", "UPDATE"]
    text = render(plan.review)
    assert "2 change sets, executed one after the other" in text
    assert "at most 40 resources in one operation" in text
    seen = Seen(small, "grown")
    outcome = apply_plan(plan, small, seen)
    assert (outcome.status, outcome.succeeded) == ("UPDATE_COMPLETE", True)
    assert {*outcome.outputs} == {"aName", "bName", "cName", "dName"}
    assert seen.stacks == [{"aStack", "bStack"}]
    assert children(small, "grown") == ALL
    assert make(chain("grown")).empty


def test_a_deployment_asks_once_for_all_of_its_operations(small: Aws, tmp_path: Path) -> None:
    asked: list[Plan] = []
    deployment = Deployment((chain("asked"),), tmp_path, AS_SPECIFIED)
    (outcome,) = deploy_roots(deployment, lambda _: nullcontext(small), asked.append)
    assert outcome.succeeded
    assert [len(plan.review.steps) for plan in asked] == [2]


def test_a_saved_plan_goes_on_after_an_interruption(small: Aws, make: Make, tmp_path: Path) -> None:
    write_plan(Plans((make(chain("paused")),)), tmp_path / "paused.plan")
    (plan,) = read_plan(tmp_path / "paused.plan").plans
    with pytest.raises(DeployError, match="before change set 2 of 2 of stack paused: 1 is executed") as caught:
        apply_plan(plan, small, Seen(small, "paused", stop="2 OF 2"))
    assert caught.value.exit_code == INTERRUPTED
    assert children(small, "paused") == {"aStack", "bStack"}
    assert apply_plan(plan, small).succeeded
    assert children(small, "paused") == ALL


def test_another_plan_has_what_is_left_of_an_interrupted_one(small: Aws, make: Make) -> None:
    with pytest.raises(DeployError, match="interrupted"):
        apply_plan(make(chain("resumed")), small, Seen(small, "resumed", stop="2 OF 2"))
    plan = make(chain("resumed"))
    assert (plan.review.operation, plan.review.steps, len(plan.review.changes)) == ("update", (), 27)
    assert {(one.component, one.effect) for one in plan.review.components} == {
        ("queues.c", "create"),
        ("queues.d", "create"),
    }
    assert apply_plan(plan, small).succeeded
    assert children(small, "resumed") == ALL


def test_a_failed_step_takes_back_itself_alone_and_says_what_there_is(small: Aws, make: Make) -> None:
    outcome = apply_plan(make(chain("halted", Handle=HANDLE, Wait=FAILING)), small)
    assert (outcome.status, outcome.succeeded) == ("UPDATE_ROLLBACK_COMPLETE", False)
    assert [failure.logical_id for failure in outcome.failures] == ["Wait"]
    assert "change set 2 of 2 failed, the stack is as change set 1 left it" in outcome.notes[-1]
    assert children(small, "halted") == {"aStack", "bStack"}
    assert apply_plan(make(chain("halted")), small).succeeded
    assert children(small, "halted") == ALL


def test_a_failed_creation_is_begun_anew_in_steps(small: Aws, tmp_path: Path, make: Make) -> None:
    aws = unlimited(small)
    assert not apply_plan(make_plan(chain("anew"), tmp_path, aws), aws).succeeded
    plan = make(chain("anew"))
    assert (plan.review.operation, len(plan.review.steps)) == ("recreate", 2)
    assert apply_plan(plan, small).succeeded
    assert children(small, "anew") == ALL


def test_an_update_is_made_in_steps_and_refused_in_one(small: Aws, make: Make, tmp_path: Path) -> None:
    """Twenty topics of each stack get another name by one parameter of the root, and `b` and `c` a queue more."""

    def topics(name: str, queues: int) -> Template:
        found = {
            f"{name}{number}": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Tag"}}}
            for number in range(20)
        }
        return stack(name, queues, (), Resources=found, Parameters={"Tag": {"Type": "String"}})

    def wanted(tag: str, queues: int) -> Compiled:
        compiled = replace(of(topics("a", 1), topics("b", queues), topics("c", queues), Tag=1), stack_name="changed")
        parameters = {"Tag": {"Type": "String", "Default": tag}}
        return replace(compiled, root=replace(compiled.root, body={**compiled.root.body, "Parameters": parameters}))

    assert apply_plan(make(wanted("one", 1)), small).succeeded
    aws = unlimited(small)
    outcome = apply_plan(make_plan(wanted("two", 2), tmp_path, aws), aws)
    assert (outcome.status, {failure.reason for failure in outcome.failures}) == ("UPDATE_ROLLBACK_COMPLETE", {REFUSED})
    plan = make(wanted("two", 2))
    assert [step.lines for step in plan.review.steps] == [
        ("stack a: 20 resources changed",),
        ("stack b: 1 resource created, 20 changed",),
        ("stack c: 1 resource created, 20 changed",),
    ]
    assert plan.review.disagreements == ()
    assert apply_plan(plan, small).succeeded
    assert names_of_topics(small) == {"two"}
    assert make(wanted("two", 2)).empty


def names_of_topics(aws: Aws) -> set[str]:
    sns = aws.client("sns", aws.region)
    arns = [one["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for one in page["Topics"]]
    mine = [arn for arn in arns if ":changed-" in arn]
    assert len(mine) == 60
    return {sns.get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"] for arn in mine}


# ---- removal


def production(compiled: Compiled) -> Compiled:
    return replace(compiled, posture="production")


def test_a_removal_is_told_and_made_in_steps(small: Aws, make: Make) -> None:
    retained = {"Type": "AWS::SQS::Queue", "DeletionPolicy": "Retain"}
    assert apply_plan(make(chain("gone", dKept=retained)), small).succeeded
    removal = plan_removal(small, "gone")
    assert [(part.stacks, part.resources) for part in removal.parts] == [(("dStack", "cStack"), 28)]
    told = [line.strip() for line in removal_lines({"us-east-1": removal}, False)]
    where = told.index("in 2 operations, since CloudFormation deletes at most 40 resources in one:")
    assert told[where + 1 : where + 3] == [
        "1. dStack and cStack: 28 resources",
        "2. the stack itself, with what is left",
    ]
    seen: list[set[str]] = []

    def watching(progress: Progress) -> None:
        if progress.event.of_root and progress.event.status == "UPDATE_COMPLETE":
            seen.append(children(small, "gone"))

    outcome = destroy(removal, small, watching)
    assert (outcome.status, outcome.succeeded, outcome.failures) == ("DELETE_COMPLETE", True, ())
    assert seen == [{"aStack", "bStack"}]
    (kept,) = outcome.retained
    assert kept.startswith("queues.d: AWS::SQS::Queue dKept is retained as ")
    assert read_status(small, "gone").root.status == NOT_DEPLOYED


def test_the_sandbox_refuses_a_removal_that_is_too_large(small: Aws, make: Make) -> None:
    assert apply_plan(make(chain("stays")), small).succeeded
    outcome = destroy(plan_removal(unlimited(small), "stays"), unlimited(small))
    assert (outcome.status, outcome.succeeded) == ("DELETE_FAILED", False)
    assert {failure.reason.rpartition(": ")[2] for failure in outcome.failures} == {REFUSED}


def test_a_removal_goes_on_where_it_was_interrupted(small: Aws, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protected by termination protection and stack policies, as in production."""
    three = [stack(name, 30, reads) for name, reads in (("a", []), ("b", ["a"]), ("c", ["b"]))]
    compiled = production(named("cut", *three))
    assert apply_plan(make(compiled), small).succeeded
    calls: list[str] = []

    def interrupted(aws: Aws, request: Request) -> ChangeSet:
        calls.append(request.name)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return make_change_set(aws, request)

    monkeypatch.setattr("deployer.removal.shrinking.make_change_set", interrupted)
    removal = plan_removal(small, "cut")
    assert [part.stacks for part in removal.parts] == [("cStack",), ("bStack",)]
    terms = Terms(disable_protection=True)
    with pytest.raises(DeployError, match="interrupted before operation 2 of 3 of the removal") as caught:
        destroy(removal, small, terms=terms)
    assert caught.value.exit_code == INTERRUPTED
    assert children(small, "cut") == {"aStack", "bStack"}
    again = plan_removal(small, "cut")
    assert [part.stacks for part in again.parts] == [("bStack",)]
    assert destroy(again, small, terms=terms).status == "DELETE_COMPLETE"


def test_a_half_removed_platform_can_be_deployed_again(small: Aws, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    assert apply_plan(make(chain("back")), small).succeeded
    monkeypatch.setattr("deployer.removal.destroy.remove_stack", lambda *_: Outcome("back", "STOPPED", False))
    assert not destroy(plan_removal(small, "back"), small).succeeded
    plan = make(chain("back"))
    assert {(one.component, one.effect) for one in plan.review.components} == {
        ("queues.c", "create"),
        ("queues.d", "create"),
    }
    assert apply_plan(plan, small).succeeded
    assert children(small, "back") == ALL


def test_what_an_update_cannot_delete_ends_the_removal_and_is_named(small: Aws, make: Make) -> None:
    assert apply_plan(make(chain("clings", **stubborn("Delete"))), small).succeeded
    outcome = destroy(plan_removal(small, "clings"), small)
    assert (outcome.status, outcome.succeeded) == ("UPDATE_COMPLETE", False)
    assert any("Stubborn" in one and "could not be deleted" in one for one in outcome.retained)
    (note,) = outcome.notes
    assert note.startswith("operation 1 of 2 of the removal could not delete everything: remove what is left behind")
    assert children(small, "clings") >= {"aStack", "bStack"}


def test_a_removal_that_fits_into_one_operation_stays_one(small: Aws, make: Make) -> None:
    assert apply_plan(make(named("little", stack("a", 12), stack("b", 12, ["a"]))), small).succeeded
    removal = plan_removal(small, "little")
    assert removal.parts == ()
    assert "parts" not in removal.to_json()
    assert destroy(removal, small).succeeded
