"""What is too large for one operation, over real HTTP: a sandbox that takes 40 resources, and platforms of more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.stacks.compiled import Compiled, Template
from deployer.apply import apply_plan
from deployer.deployed import find_stack, nested_stacks
from deployer.environment import Plans
from deployer.errors import INTERRUPTED, DeployError
from deployer.plan import Plan, make_plan
from deployer.plan_file import read_plan, write_plan
from deployer.sandbox.operations import REFUSED
from deployer.sandbox.process import open_sandbox
from deployer.session import Aws, connect_to, sandbox_destination
from deployer.watch import Progress
from reviewer.view import render
from tests.deployer.conftest import REGION
from tests.deployer.platforms import FAILING, HANDLE
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
