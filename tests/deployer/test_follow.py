"""Two at once on one stack: the second is told who is at it, waits or stops; whoever left can attach again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.stacks.compiled import Compiled, Template
from deployer.apply import apply_plan
from deployer.console import nothing
from deployer.deployed import find_stack, nested_stacks
from deployer.environment import Open
from deployer.errors import INTERRUPTED, OCCUPIED, REFUSED, DeployError, refused
from deployer.follow import follow_all, read_events
from deployer.plan import Plan, make_plan
from deployer.removal.destroy import destroy, plan_removal
from deployer.running import beaten, running_operation
from deployer.session import Aws
from deployer.turn import in_turn
from deployer.watch import Progress, Report
from deployer.whereabouts import whereabouts
from tests.deployer.conftest import REGION
from tests.deployer.imports import BUCKET, TABLE, data, demo, deploy, hand_made_table, imported
from tests.deployer.platforms import FAILING, HANDLE, SLEEPY, messaging, platform

Start = Callable[[Compiled], Plan]
SLOW = {
    "Type": "AWS::CloudFormation::WaitCondition",
    "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "3", "Count": 1},
}


@pytest.fixture
def start(aws: Aws, spec_dir: Path) -> Start:
    """Execute a plan as `apply` does, without waiting for its end."""

    def begin(compiled: Compiled) -> Plan:
        plan = make_plan(compiled, spec_dir, aws)
        aws.cloudformation.execute_change_set(ChangeSetName=plan.change_set, ClientRequestToken=plan.request.name)
        return plan

    return begin


def opening(aws: Aws) -> Open:
    @contextmanager
    def opened(_region: str) -> Iterator[Aws]:
        yield aws

    return opened


def press(seen: list[Progress]) -> Report:
    """Ctrl-C at the first event."""

    def report(progress: Progress) -> None:
        seen.append(progress)
        raise KeyboardInterrupt

    return report


def test_the_second_is_told_who_is_at_it_and_stops(aws: Aws, spec_dir: Path, start: Start) -> None:
    apply_plan(make_plan(platform("both", messaging()), spec_dir, aws), aws)
    waiting = make_plan(platform("both", messaging(86400)), spec_dir, aws)
    first = start(platform("both", messaging(), Handle=HANDLE, Slow=SLOW))
    stack = find_stack(aws, "both")
    assert stack is not None
    operation = running_operation(aws, stack)
    assert (operation.change_set, operation.token) == (first.request.name, first.request.name)
    assert operation.description == f"made by stackwright for {aws.caller} from {whereabouts()}"
    for second in (
        lambda: make_plan(platform("both", messaging()), spec_dir, aws),
        lambda: apply_plan(waiting, aws),
        lambda: plan_removal(aws, "both"),
    ):
        with pytest.raises(DeployError, match="another operation runs on stack both: UPDATE_IN_PROGRESS") as caught:
            second()
        assert caught.value.exit_code == OCCUPIED
        assert str(operation) in caught.value.message


def test_the_second_at_a_removal_is_told_who_began_it(aws: Aws, spec_dir: Path) -> None:
    apply_plan(make_plan(platform("leaving-it", messaging(), **SLEEPY), spec_dir, aws), aws)
    with pytest.raises(DeployError, match="interrupted"):
        destroy(plan_removal(aws, "leaving-it"), aws, press([]))
    with pytest.raises(DeployError, match="DELETE_IN_PROGRESS") as caught:
        plan_removal(aws, "leaving-it")
    assert re.search(r"since 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC, begun by arn:aws", caught.value.message)
    with in_turn(opening(aws), "leaving-it", True)(REGION) as mine:
        assert find_stack(mine, "leaving-it") is None


def test_who_is_beaten_between_reading_and_acting_is_told_so(aws: Aws, spec_dir: Path, start: Start) -> None:
    apply_plan(make_plan(platform("beaten", messaging()), spec_dir, aws), aws)
    with pytest.raises(DeployError, match="nothing else") as caught, beaten(aws, "beaten"):
        raise refused("nothing else")
    assert caught.value.exit_code == REFUSED
    first = start(platform("beaten", messaging(), Handle=HANDLE, Slow=SLOW))
    with pytest.raises(DeployError, match=first.request.name) as caught, beaten(aws, "beaten"):
        aws.cloudformation.rollback_stack(StackName="beaten")  # any call that is refused now
    assert caught.value.exit_code == OCCUPIED


def test_the_second_waits_for_its_turn(
    aws: Aws, spec_dir: Path, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    start(platform("queued", messaging(), Handle=HANDLE, Slow=SLOW))
    with in_turn(opening(aws), "queued", False)(REGION) as mine:
        stack = find_stack(mine, "queued")
        assert stack is not None and stack.status == "ROLLBACK_COMPLETE"
    shown = capsys.readouterr().err
    assert shown.startswith("waiting: CREATE_IN_PROGRESS runs, since ")
    assert "CREATE_FAILED raw.Slow: Slow" in shown
    with in_turn(opening(aws), "queued", False)(REGION) as mine:
        assert apply_plan(make_plan(platform("queued", messaging()), spec_dir, mine), mine).succeeded
    assert capsys.readouterr().err == ""


def nested_update(aws: Aws, name: str, template: Template) -> str:
    """An operation on a nested stack alone, as an import is; its id. The root's status does not show it."""
    stack_id = nested_stacks(aws, name)[template.logical_id]
    aws.cloudformation.update_stack(StackName=stack_id, TemplateBody=json.dumps(template.body))
    return stack_id


def test_who_waits_waits_for_a_nested_stack_too(aws: Aws, spec_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compiled = platform("inside", messaging())
    apply_plan(make_plan(compiled, spec_dir, aws), aws)
    stack_id = nested_update(aws, "inside", messaging(**SLEEPY))
    with in_turn(opening(aws), "inside", False)(REGION) as mine:
        stack = find_stack(mine, stack_id)
        assert stack is not None and stack.status == "UPDATE_COMPLETE"
    shown = capsys.readouterr().err
    assert shown.startswith("waiting: UPDATE_IN_PROGRESS runs, since ")
    assert "_COMPLETE Last AWS::SQS::Queue" in shown


def test_events_are_of_the_nested_stack_that_is_worked_on(aws: Aws, spec_dir: Path) -> None:
    compiled = platform("within", messaging(**SLEEPY))
    apply_plan(make_plan(platform("within", messaging()), spec_dir, aws), aws)
    stack_id = nested_update(aws, "within", messaging(**SLEEPY))
    (outcome,) = follow_all((compiled,), opening(aws), nothing)
    assert (outcome.stack, outcome.status, outcome.outputs) == (stack_id.split("/")[1], "UPDATE_COMPLETE", {})


def test_events_of_an_import_are_by_component(aws: Aws, spec_dir: Path) -> None:
    deploy(demo("told-left", data(OldTable=TABLE)), spec_dir, aws)
    hand_made_table(aws, "told-orders")
    wanted = demo("told-left", data(OldTable=TABLE, OrdersTable=TABLE))
    (outcome,) = imported(wanted, aws, tables__orders="told-orders")
    events = read_events((wanted,), opening(aws))
    assert {one.component for one in events if one.event.logical_id == "OrdersTable"} == {"tables.orders"}
    assert events[-1].event.status == "IMPORT_COMPLETE"
    (followed,) = follow_all((wanted,), opening(aws), nothing)
    assert (followed.stack, followed.status) == (outcome.stack, "IMPORT_COMPLETE")
    deploy(demo("told-left", data(OldTable=TABLE, OrdersTable=TABLE, MediaBucket=BUCKET)), spec_dir, aws)
    assert read_events((wanted,), opening(aws))[-1].event.of_root


def test_who_left_attaches_again_from_the_first_event_on(aws: Aws, start: Start) -> None:
    compiled = platform("left", messaging(), Handle=HANDLE, Slow=FAILING)
    start(compiled)
    seen: list[Progress] = []

    @contextmanager
    def reporting() -> Iterator[Callable[[Progress], None]]:
        yield seen.append

    (outcome,) = follow_all((compiled,), opening(aws), reporting)
    assert (outcome.status, outcome.succeeded) == ("ROLLBACK_COMPLETE", False)
    assert [failure.component for failure in outcome.failures] == ["raw.Slow"]
    assert str(seen[0]) == "CREATE_IN_PROGRESS left AWS::CloudFormation::Stack", "nobody knows of how many it is"
    assert "queues.jobs" in {one.component for one in seen}


def test_events_are_those_of_the_last_operation_alone(aws: Aws, spec_dir: Path) -> None:
    for retention in (345600, 86400):
        compiled = platform("history", messaging(retention))
        apply_plan(make_plan(compiled, spec_dir, aws), aws)
    events = read_events((compiled,), opening(aws))
    of_root = [one.event.status for one in events if one.event.of_root]
    assert (of_root[0], of_root[-1]) == ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
    assert not [status for status in of_root if status.startswith("CREATE")]
    (queue,) = {one.component for one in events if one.event.logical_id == "JobsQueue"}
    assert queue == "queues.jobs"
    assert str(events[0]).endswith("UPDATE_IN_PROGRESS history AWS::CloudFormation::Stack")
    assert events[0].to_json()["status"] == "UPDATE_IN_PROGRESS"
    (outcome,) = follow_all((compiled,), opening(aws), nothing)
    assert outcome.status == "UPDATE_COMPLETE"


def test_nothing_deployed_has_no_events(aws: Aws) -> None:
    with pytest.raises(DeployError, match="stack unknown is not deployed in us-east-1"):
        read_events((platform("unknown", messaging()),), opening(aws))


def test_after_ctrl_c_the_same_command_goes_on(aws: Aws, spec_dir: Path) -> None:
    compiled, elsewhere = platform("interrupted", messaging(), **SLEEPY), replace(aws, endpoint="http://127.0.0.1")
    seen: list[Progress] = []
    with pytest.raises(DeployError, match="the operation on stack interrupted goes on without this command") as caught:
        apply_plan(make_plan(compiled, spec_dir, elsewhere), elsewhere, press(seen))
    assert (caught.value.exit_code, len(seen)) == (INTERRUPTED, 1)
    with pytest.raises(DeployError, match="CREATE_IN_PROGRESS"):
        make_plan(compiled, spec_dir, aws)
    with in_turn(opening(aws), "interrupted", True)(REGION) as mine:
        outcome = apply_plan(make_plan(compiled, spec_dir, mine), mine)
    assert (outcome.status, set(outcome.outputs)) == ("NO_CHANGES", {"JobsQueueArn"})
