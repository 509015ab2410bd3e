"""From each state that the sandbox can reach back to one from which a deployment succeeds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.console import nothing
from deployer.deployed import find_stack, nested_stacks
from deployer.errors import INTERRUPTED, OCCUPIED, REFUSED, DeployError
from deployer.outcome import Outcome
from deployer.plan import Plan, make_plan
from deployer.recovery.everywhere import plan_recoveries, recover_all
from deployer.recovery.recover import Recovery, Wish, plan_recovery, recover
from deployer.recovery.view import recovery_lines
from deployer.removal.destroy import destroy, plan_removal
from deployer.sandbox.process import open_sandbox
from deployer.session import Aws, connect_to, sandbox_destination
from deployer.states import Step
from deployer.status import NOT_DEPLOYED, read_status
from deployer.watch import Progress
from deployer.whereabouts import whereabouts
from tests.deployer.conftest import REGION
from tests.deployer.platforms import FAILING, HANDLE, SLEEPY, alerts, messaging, platform, stubborn

Start = Callable[..., Plan]
Deploy = Callable[[Compiled], Outcome]


@pytest.fixture
def deploy(aws: Aws, spec_dir: Path) -> Deploy:
    return lambda compiled: apply_plan(make_plan(compiled, spec_dir, aws), aws)


@pytest.fixture
def start(aws: Aws, spec_dir: Path) -> Start:
    """Execute a plan without waiting for its end."""

    def begin(compiled: Compiled, **more: Json) -> Plan:
        plan = make_plan(compiled, spec_dir, aws)
        aws.cloudformation.execute_change_set(
            ChangeSetName=plan.change_set, ClientRequestToken=plan.request.name, **more
        )
        return plan

    return begin


def settled(aws: Aws, name: str) -> str:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        stack = find_stack(aws, name)
        if stack and not stack.status.endswith("_IN_PROGRESS"):
            return stack.status
        time.sleep(0.05)
    raise AssertionError(f"{name} hangs")


def recovered(aws: Aws, name: str, **wish: Json) -> tuple[Recovery, Outcome]:
    recovery = plan_recovery(aws, name, Wish(**wish))
    return recovery, recover(recovery, aws)


def test_a_plan_that_nobody_executed_is_thrown_away(aws: Aws, spec_dir: Path) -> None:
    plan = make_plan(platform("planned", messaging()), spec_dir, aws)
    recovery, outcome = recovered(aws, "planned")
    assert (recovery.status, recovery.step) == ("REVIEW_IN_PROGRESS", Step.DISCARD)
    assert [(one.id, one.description) for one in recovery.change_sets] == [
        (plan.change_set, f"made by stackwright for {aws.caller} from {whereabouts()}")
    ]
    assert aws.caller.startswith("arn:aws")
    assert outcome.status == "DELETE_COMPLETE"
    assert read_status(aws, "planned").root.status == NOT_DEPLOYED


def test_a_failed_creation_is_removed(aws: Aws, deploy: Deploy) -> None:
    bad = platform("unborn", messaging(), alerts(Handle=HANDLE, Broken=FAILING))
    assert deploy(bad).status == "ROLLBACK_COMPLETE"
    recovery, outcome = recovered(aws, "unborn")
    assert (recovery.step, outcome.status, outcome.succeeded) == (Step.REMOVE, "DELETE_COMPLETE", True)
    assert deploy(platform("unborn", messaging())).succeeded


def test_a_creation_that_failed_without_rollback_is_removed(aws: Aws, deploy: Deploy, start: Start) -> None:
    start(platform("half", messaging(), Handle=HANDLE, Broken=FAILING), DisableRollback=True)
    assert settled(aws, "half") == "CREATE_FAILED"
    recovery, outcome = recovered(aws, "half")
    assert (recovery.step, outcome.status) == (Step.REMOVE, "DELETE_COMPLETE")
    assert deploy(platform("half", messaging())).succeeded


def test_a_creation_whose_rollback_failed_is_removed(aws: Aws, deploy: Deploy) -> None:
    broken = {**FAILING, "DependsOn": "Stubborn"}
    bad = platform("twice-failed", messaging(), Handle=HANDLE, Broken=broken, **stubborn("Delete"))
    assert deploy(bad).status == "ROLLBACK_FAILED"
    recovery, outcome = recovered(aws, "twice-failed")
    assert (recovery.step, outcome.status, outcome.succeeded) == (Step.REMOVE, "DELETE_COMPLETE", True)
    assert deploy(platform("twice-failed", messaging())).succeeded


def test_what_can_not_be_deleted_is_retained_by_its_component(aws: Aws, deploy: Deploy) -> None:
    deploy(platform("held", messaging(), **stubborn("Delete")))
    assert destroy(plan_removal(aws, "held"), aws).status == "DELETE_FAILED"
    recovery, outcome = recovered(aws, "held")
    assert outcome.status == "DELETE_FAILED"  # nothing was named
    (stuck,) = recovery.stuck
    assert (stuck.component, stuck.address) == ("raw.Stubborn", "Stubborn")
    assert "will not Delete" in stuck.reason
    recovery, outcome = recovered(aws, "held", retain=("raw.Stubborn",))
    assert outcome.status == "DELETE_COMPLETE"
    assert outcome.retained == ("raw.Stubborn: Custom::Stubborn Stubborn is retained as stubborn",)
    assert deploy(platform("held", messaging())).succeeded


def test_what_a_nested_stack_can_not_delete_is_retained_too(aws: Aws, deploy: Deploy) -> None:
    deploy(platform("deep", messaging(**stubborn("Delete"))))
    assert destroy(plan_removal(aws, "deep"), aws).status == "DELETE_FAILED"
    child = nested_stacks(aws, "deep")["MessagingStack"]
    recovery, outcome = recovered(aws, "deep", retain=("MessagingStack.Stubborn",))
    assert [one.address for one in recovery.retain] == ["MessagingStack.Stubborn"]
    assert outcome.status == "DELETE_COMPLETE"
    assert outcome.retained == ("queues.jobs: Custom::Stubborn Stubborn is retained as stubborn",)
    left = find_stack(aws, child)
    assert left is not None and left.status == "DELETE_COMPLETE"


def test_what_an_interrupted_run_has_retained_in_a_nested_stack_may_be_named_again(aws: Aws, deploy: Deploy) -> None:
    wish = Wish(retain=("MessagingStack.Stubborn",))
    deploy(platform("between", messaging(**stubborn("Delete"))))
    assert not destroy(plan_removal(aws, "between"), aws).succeeded
    (nested,) = {one.stack_id for one in plan_recovery(aws, "between", wish).retain}
    aws.cloudformation.delete_stack(StackName=nested, RetainResources=["Stubborn"])
    assert settled(aws, nested) == "DELETE_COMPLETE"

    (recovery,) = plan_recoveries("between", (REGION,), lambda _: opened(aws), wish).values()
    assert [one.address for one in recovery.left] == ["MessagingStack.Stubborn"]
    assert recover(recovery, aws).status == "DELETE_COMPLETE"


def test_a_rollback_that_failed_is_continued_without_what_hinders_it(aws: Aws, deploy: Deploy) -> None:
    deploy(platform("wedged", messaging(), **stubborn("Update")))
    assert deploy(platform("wedged", messaging(), **stubborn("Update", "2"))).status == "UPDATE_ROLLBACK_FAILED"
    recovery, outcome = recovered(aws, "wedged")
    assert (recovery.step, outcome.status, outcome.succeeded) == (Step.CONTINUE, "UPDATE_ROLLBACK_FAILED", False)
    assert [one.component for one in recovery.stuck] == ["raw.Stubborn"]
    recovery, outcome = recovered(aws, "wedged", skip=("raw.Stubborn",))
    assert ([one.address for one in recovery.skip], outcome.status) == (["Stubborn"], "UPDATE_ROLLBACK_COMPLETE")
    assert deploy(platform("wedged", messaging(86400), **stubborn("Update"))).succeeded


def test_an_update_that_failed_without_rollback_is_undone(aws: Aws, deploy: Deploy, start: Start) -> None:
    deploy(platform("stopped", messaging()))
    start(platform("stopped", messaging(86400), Handle=HANDLE, Broken=FAILING), DisableRollback=True)
    assert settled(aws, "stopped") == "UPDATE_FAILED"
    recovery, outcome = recovered(aws, "stopped")
    assert (recovery.step, outcome.status) == (Step.ROLL_BACK, "UPDATE_ROLLBACK_COMPLETE")
    assert deploy(platform("stopped", messaging(86400))).succeeded


def test_a_running_update_is_cancelled_only_when_asked(aws: Aws, deploy: Deploy, start: Start) -> None:
    deploy(platform("hurried", messaging()))
    plan = start(platform("hurried", messaging(86400), **SLEEPY))
    with pytest.raises(DeployError, match="UPDATE_IN_PROGRESS, since ") as caught:
        plan_recovery(aws, "hurried", Wish())
    assert caught.value.exit_code == OCCUPIED
    assert plan.request.name in caught.value.message and aws.caller in caught.value.message
    assert "recover --cancel" in caught.value.hint
    recovery, outcome = recovered(aws, "hurried", cancel=True)
    assert (recovery.step, outcome.status) == (Step.CANCEL, "UPDATE_ROLLBACK_COMPLETE")
    assert deploy(platform("hurried", messaging(86400))).succeeded


def test_a_good_state_needs_nothing(aws: Aws, deploy: Deploy) -> None:
    deploy(platform("fine", messaging()))
    assert plan_recovery(aws, "fine", Wish()).step is Step.NONE
    assert plan_recovery(aws, "never-deployed", Wish()).step is Step.NONE


@contextmanager
def opened(aws: Aws) -> Iterator[Aws]:
    yield aws


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(skip=("jobs",)), "--skip is for a stack in state UPDATE_ROLLBACK_FAILED, but options is CREATE_COMPLETE"),
        (Wish(retain=("jobs",)), "--retain is for a stack in state DELETE_FAILED"),
        (Wish(cancel=True), "--cancel is for a stack in state UPDATE_IN_PROGRESS"),
    ],
)
def test_options_that_fit_no_stack_are_refused(aws: Aws, spec_dir: Path, wish: Wish, words: str) -> None:
    if find_stack(aws, "options") is None:
        apply_plan(make_plan(platform("options", messaging()), spec_dir, aws), aws)
    with pytest.raises(DeployError, match=words) as caught:
        plan_recoveries("options", (REGION,), lambda _: opened(aws), wish)
    assert caught.value.exit_code == REFUSED


def test_a_name_that_failed_nowhere_is_refused_with_those_that_did(aws: Aws, deploy: Deploy) -> None:
    deploy(platform("named", messaging(), **stubborn("Delete")))
    destroy(plan_removal(aws, "named"), aws)
    with pytest.raises(DeployError, match="--retain names 'jobs', on which no operation failed") as caught:
        plan_recoveries("named", (REGION,), lambda _: opened(aws), Wish(retain=("jobs",)))
    assert caught.value.hint == "available: Stubborn, raw.Stubborn"
    found = plan_recoveries("named", (REGION,), lambda _: opened(aws), Wish(retain=("Stubborn",)))
    lines = list(recovery_lines(found))
    assert lines[:2] == ["named: DELETE_FAILED, a removal failed; what could be deleted is gone", "  deletes it again"]
    assert lines[2].startswith("  retained: raw.Stubborn: Custom::Stubborn Stubborn (")
    (outcome,) = recover_all(found, lambda _: opened(aws), nothing)
    assert outcome.succeeded


def test_a_stack_that_changed_after_the_question_is_left_alone(aws: Aws, spec_dir: Path) -> None:
    plan = make_plan(platform("raced", messaging()), spec_dir, aws)
    recovery = plan_recovery(aws, "raced", Wish())
    apply_plan(plan, aws)
    with pytest.raises(DeployError, match="was REVIEW_IN_PROGRESS and is CREATE_COMPLETE by now"):
        recover(recovery, aws)


@pytest.mark.parametrize(
    ("before", "status", "step"),
    [(False, "CREATE_FAILED", Step.REMOVE), (True, "UPDATE_FAILED", Step.ROLL_BACK)],
    ids=["create", "update"],
)
def test_after_ctrl_c_the_sandbox_is_recovered(
    tmp_path: Path, spec_dir: Path, before: bool, status: str, step: Step
) -> None:
    """The sandbox ends with the command that started it, and its operation with it."""
    endless = {"Type": FAILING["Type"], "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "600"}}

    def press(_progress: Progress) -> None:
        raise KeyboardInterrupt

    folder = tmp_path / "kept"
    with open_sandbox(folder, REGION) as sandbox:
        aws = connect_to(sandbox_destination(sandbox, REGION))
        if before:
            apply_plan(make_plan(platform("cut", messaging()), spec_dir, aws), aws)
        with pytest.raises(DeployError, match="the sandbox ends with this command") as caught:
            apply_plan(
                make_plan(platform("cut", messaging(86400), Handle=HANDLE, Wait=endless), spec_dir, aws), aws, press
            )
        assert caught.value.exit_code == INTERRUPTED
    with open_sandbox(folder, REGION) as sandbox:
        aws = connect_to(sandbox_destination(sandbox, REGION))
        recovery, outcome = recovered(aws, "cut")
        assert (recovery.status, recovery.step, outcome.succeeded) == (status, step, True)
        assert apply_plan(make_plan(platform("cut", messaging(172800)), spec_dir, aws), aws).succeeded
