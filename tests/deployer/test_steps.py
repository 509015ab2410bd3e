"""Plans of several change sets over real HTTP: their order, saved, interrupted, failed in the middle, and changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from deployer.apply import apply_plan
from deployer.deployed import BETWEEN, find_stack, read_template, settings_of
from deployer.environment import Plans
from deployer.errors import FAILED, INTERRUPTED, REFUSED, DeployError
from deployer.events import operation_started
from deployer.plan import Plan, make_plan
from deployer.plan_file import read_plan, write_plan
from deployer.protection import policy_text
from deployer.session import Aws
from deployer.watch import Progress
from tests.deployer.platforms import FAILING, HANDLE, QUEUE, platform
from tests.deployer.test_history import records

Make = Callable[[Compiled], Plan]
DAY, SHOP, AGE = "by-day", "by-shop", "by-age"


def orders(*indexes: str, **more: Json) -> Template:
    """A nested stack with a table that has these indexes, each by an attribute of its name."""
    keys = {"id": "id"} | {name: name for name in indexes}
    found = [
        {
            "IndexName": name,
            "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
        for name in indexes
    ]
    properties = {
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in keys],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": found} if found else {}),
    }
    table = {"Type": "AWS::DynamoDB::Table", "Properties": properties}
    body = {"Resources": {"OrdersTable": table, **more}, "Outputs": {"Name": {"Value": {"Ref": "OrdersTable"}}}}
    return Template("data", "DataStack", body, dict.fromkeys(("OrdersTable", *more), "tables.orders"))


@pytest.fixture
def make(aws: Aws, spec_dir: Path) -> Make:
    return lambda compiled: make_plan(compiled, spec_dir, aws)


@pytest.fixture
def planned(aws: Aws, make: Make) -> Callable[..., Plan]:
    """The plan from a table with some indexes to one with others, the former of which is deployed."""

    def run(name: str, before: Sequence[str], after: Sequence[str], **more: Json) -> Plan:
        assert apply_plan(make(platform(name, orders(*before))), aws).succeeded
        return make(platform(name, orders(*after), **more))

    return run


def indexes(aws: Aws, name: str) -> set[str]:
    """The indexes that the table has by what DynamoDB says."""
    stack = find_stack(aws, name)
    assert stack
    described = aws.client("dynamodb", aws.region).describe_table(TableName=stack.outputs["Name"])["Table"]
    return {one["IndexName"] for one in described.get("GlobalSecondaryIndexes", ())}


class Seen:
    """Records what the table has whenever a further change set begins; may be interrupted there."""

    def __init__(self, aws: Aws, name: str, stop: str = "") -> None:
        self.aws, self.name, self.stop = aws, name, stop
        self.indexes: list[set[str]] = []

    def __call__(self, progress: Progress) -> None:
        if progress.event.resource_type == "change set":
            self.indexes.append(indexes(self.aws, self.name))
            if progress.event.status == self.stop:
                raise KeyboardInterrupt


def test_two_indexes_are_created_one_after_the_other(aws: Aws, make: Make, planned: Callable[..., Plan]) -> None:
    plan = planned("twins", (), (DAY, SHOP))
    assert [step.lines for step in plan.review.steps] == [
        (f"tables.orders: index `{name}` is created",) for name in (DAY, SHOP)
    ]
    assert (len(plan.later), plan.review.disagreements) == (1, ())
    seen = Seen(aws, "twins")
    assert apply_plan(plan, aws, seen).succeeded
    assert [*seen.indexes, indexes(aws, "twins")] == [{DAY}, {DAY, SHOP}]
    assert make(platform("twins", orders(DAY, SHOP))).empty


def test_what_is_created_comes_first_and_what_is_deleted_last(aws: Aws, planned: Callable[..., Plan]) -> None:
    plan = planned("moved", (AGE,), (DAY,), Queue=QUEUE)
    assert [step.lines[0] for step in plan.review.steps] == [
        "tables.orders: index `by-day` is created",
        "everything else",
        "tables.orders: index `by-age` is deleted",
    ]
    seen = Seen(aws, "moved")
    assert apply_plan(plan, aws, seen).succeeded
    assert [*seen.indexes, indexes(aws, "moved")] == [{AGE, DAY}, {AGE, DAY}, {DAY}]


def test_a_saved_plan_has_all_of_its_change_sets(aws: Aws, planned: Callable[..., Plan], tmp_path: Path) -> None:
    plan = planned("saved", (), (DAY, SHOP), Queue=QUEUE)
    write_plan(Plans((plan,)), tmp_path / "saved.plan")
    (read,) = read_plan(tmp_path / "saved.plan").plans
    assert read == plan
    assert apply_plan(read, aws).succeeded
    assert indexes(aws, "saved") == {DAY, SHOP}


def test_an_interrupted_plan_goes_on_where_it_was(aws: Aws, planned: Callable[..., Plan]) -> None:
    plan = planned("paused", (), (DAY, SHOP), Queue=QUEUE)
    with pytest.raises(DeployError, match=r"before change set 2 of 3 of stack paused: 1 is executed") as caught:
        apply_plan(plan, aws, Seen(aws, "paused", stop="2 OF 3"))
    assert caught.value.exit_code == INTERRUPTED
    assert indexes(aws, "paused") == {DAY}
    again = Seen(aws, "paused")
    assert apply_plan(plan, aws, again).succeeded
    assert [*again.indexes, indexes(aws, "paused")] == [{DAY}, {DAY, SHOP}, {DAY, SHOP}]
    before = find_stack(aws, "paused")
    assert apply_plan(plan, aws).notes[0].startswith("an earlier run has executed this plan")
    assert find_stack(aws, "paused") == before


def test_a_step_that_is_tried_again_has_an_end_of_its_own(aws: Aws, planned: Callable[..., Plan]) -> None:
    """Both change sets have the same name, and so their operations the same client request token."""
    plan = planned("tried-again", (), (DAY, SHOP), Handle=HANDLE, Wait=FAILING)
    assert not apply_plan(plan, aws).succeeded
    assert not apply_plan(plan, aws).succeeded
    first, second = (one.ended for one in records(aws, "tried-again")[-2:])
    assert first is not None and second is not None
    assert first.started < first.ended < second.started < second.ended
    assert (first.result, second.result) == ("failed", "failed")


def test_a_new_plan_has_what_is_left_of_an_interrupted_one(aws: Aws, make: Make, planned: Callable[..., Plan]) -> None:
    plan = planned("resumed", (), (DAY, SHOP), Queue=QUEUE)
    with pytest.raises(DeployError, match="interrupted"):
        apply_plan(plan, aws, Seen(aws, "resumed", stop="2 OF 3"))
    rest = make(platform("resumed", orders(DAY, SHOP), Queue=QUEUE))
    assert (rest.review.steps, rest.later) == ((), ())
    assert apply_plan(rest, aws).succeeded
    assert indexes(aws, "resumed") == {DAY, SHOP}


@pytest.mark.parametrize(("stop", "step"), [("2 OF 3", "before"), ("3 OF 3", "after")])
def test_what_is_half_done_is_told_by_settings_both_ways(aws: Aws, make: Make, stop: str, step: str) -> None:
    """The stack is neither as before nor as wanted; the review names the setting on the way on and on the way back."""
    name = f"half-{step}"

    def shop(index: str, **more: Json) -> Compiled:
        compiled = platform(name, orders(index), **more)
        return replace(compiled, settings={"tables.orders": {"indexes": {index: {}}}, "queues.jobs": {}})

    def settings_told(compiled: Compiled) -> list[tuple[str, list[str]]]:
        rows = make(compiled).review.components
        return [(row.component, [one.path for one in row.settings]) for row in rows if row.component == "tables.orders"]

    assert apply_plan(make(shop(AGE)), aws).succeeded
    with pytest.raises(DeployError, match="interrupted"):
        apply_plan(make(shop(DAY, Queue=QUEUE)), aws, Seen(aws, name, stop=stop))
    expected = [("tables.orders", ["indexes.by-age", "indexes.by-day"])]
    assert settings_told(shop(DAY, Queue=QUEUE)) == expected
    assert settings_told(shop(AGE)) == expected
    assert apply_plan(make(shop(DAY, Queue=QUEUE)), aws).succeeded
    assert settings_of(read_template(aws, name), BETWEEN) == {}


def test_a_failure_in_the_middle_leaves_what_the_step_before_made(aws: Aws, planned: Callable[..., Plan]) -> None:
    plan = planned("halted", (AGE,), (DAY,), Handle=HANDLE, Broken=FAILING)
    outcome = apply_plan(plan, aws)
    assert (outcome.status, outcome.succeeded) == ("UPDATE_ROLLBACK_COMPLETE", False)
    assert outcome.notes == (
        "change set 2 of 3 failed, the stack is as change set 1 left it; the same command goes on from there",
    )
    assert [failure.logical_id for failure in outcome.failures] == ["Broken"]
    assert indexes(aws, "halted") == {AGE, DAY}
    again = apply_plan(plan, aws)
    assert (again.notes, indexes(aws, "halted")) == (outcome.notes, {AGE, DAY})


def test_a_plan_is_stale_when_somebody_else_changes_the_stack_between(
    aws: Aws, make: Make, planned: Callable[..., Plan]
) -> None:
    plan = planned("overtaken", (), (DAY, SHOP), Queue=QUEUE)
    with pytest.raises(DeployError, match="interrupted"):
        apply_plan(plan, aws, Seen(aws, "overtaken", stop="2 OF 3"))
    assert apply_plan(make(platform("overtaken", orders(DAY, Other=QUEUE))), aws).succeeded
    with pytest.raises(DeployError, match="was changed at") as caught:
        apply_plan(plan, aws)
    assert caught.value.exit_code == REFUSED


def test_a_step_that_goes_further_than_the_review_is_not_executed(aws: Aws, planned: Callable[..., Plan]) -> None:
    plan = planned("further", (), (DAY, SHOP), Queue=QUEUE)
    *steps, last = plan.review.steps
    untold = replace(last, rows=tuple(row for row in last.rows if row.logical_id != "Queue"))
    with pytest.raises(DeployError, match=r"change set 3 of 3 .* what the review did not say: Add Queue") as caught:
        apply_plan(replace(plan, review=replace(plan.review, steps=(*steps, untold))), aws)
    assert (caught.value.exit_code, caught.value.diagnostics[0].code) == (FAILED, "step-not-reviewed")
    assert indexes(aws, "further") == {DAY, SHOP}
    assert apply_plan(plan, aws).succeeded


def test_a_name_is_freed_before_its_resource_is_made_anew(aws: Aws, make: Make) -> None:
    def with_role(path: str) -> Compiled:
        trust = {"Version": "2012-10-17", "Statement": []}
        role = {
            "Type": "AWS::IAM::Role",
            "Properties": {"RoleName": "web", "Path": path, "AssumeRolePolicyDocument": trust},
        }
        return platform("freed-by-steps", orders(), Role=role)

    assert apply_plan(make(with_role("/a/")), aws).succeeded
    plan = make(with_role("/b/"))
    assert [risk for risk in plan.review.risks if risk.kind == "refused"] == []
    assert len(plan.later) == 1
    assert apply_plan(plan, aws).succeeded
    roles = aws.client("iam", aws.region).list_roles()["Roles"]
    assert [role["Path"] for role in roles if role["RoleName"] == "web"] == ["/b/"]
    assert not [role for role in roles if role["RoleName"].startswith("freed-")]


def test_what_goes_is_removed_before_another_one_gets_its_name(aws: Aws, make: Make) -> None:
    def with_parameter(name: str, value: str) -> Compiled:
        properties = {"Name": "/taken/over", "Type": "String", "Value": value}
        parameter = {"Type": "AWS::SSM::Parameter", "Properties": properties}
        return platform("over", orders(), **{name: parameter})

    assert apply_plan(make(with_parameter("Old", "1")), aws).succeeded
    plan = make(with_parameter("New", "2"))
    assert [step.lines[0].partition(":")[0] for step in plan.review.steps] == ["raw.Old", "everything else"]
    assert apply_plan(plan, aws).succeeded
    assert aws.client("ssm", aws.region).get_parameter(Name="/taken/over")["Parameter"]["Value"] == "2"


def test_a_step_may_make_a_nested_stack(aws: Aws, make: Make) -> None:
    assert apply_plan(make(platform("nested", orders())), aws).succeeded
    more = replace(orders(Other=QUEUE), name="more", logical_id="MoreStack")
    more = replace(
        more, body={**more.body, "Resources": {"Other": QUEUE}, "Outputs": {}}, origins={"Other": "queues.other"}
    )
    assert apply_plan(make(platform("nested", orders(DAY, SHOP), more)), aws).succeeded
    assert indexes(aws, "nested") == {DAY, SHOP}


def test_data_is_held_again_after_each_change_set(aws: Aws, make: Make) -> None:
    def guarded(*indexes: str, **more: Json) -> Compiled:
        return replace(platform("held-by-steps", orders(*indexes), **more), posture="production")

    assert apply_plan(make(guarded(Jobs=QUEUE)), aws).succeeded
    plan = make(guarded(DAY, SHOP))
    policies: list[str] = []

    def look(progress: Progress) -> None:
        if progress.event.resource_type == "change set":
            policies.append(aws.cloudformation.get_stack_policy(StackName=plan.stack_id)["StackPolicyBody"])

    assert apply_plan(plan, aws, look).succeeded
    policies.append(aws.cloudformation.get_stack_policy(StackName=plan.stack_id)["StackPolicyBody"])
    assert policies == [policy_text()] * 3


def test_each_change_set_is_an_operation_of_its_own(aws: Aws, planned: Callable[..., Plan]) -> None:
    plan = planned("tokens", (), (DAY, SHOP))
    apply_plan(plan, aws)
    began = operation_started(aws, plan.stack_id)
    assert began
    assert began.token == plan.later[-1].name != plan.request.name
