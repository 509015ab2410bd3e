"""Plan and apply over real HTTP: create, update, no change, failures and their rollback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan, continue_rollback
from deployer.deployed import find_stack
from deployer.errors import REFUSED, DeployError
from deployer.outcome import Outcome
from deployer.plan import Plan, make_plan
from deployer.removal.destroy import Terms, destroy, plan_removal
from deployer.session import Aws
from deployer.status import read_outputs, read_status
from deployer.watch import Progress, Report, silent
from reviewer.change import Change
from tests.deployer.platforms import FAILING, HANDLE, QUEUE, alerts, messaging, platform, stubborn, with_code

Deploy = Callable[..., tuple[Plan, Outcome]]


@pytest.fixture
def deploy(aws: Aws, spec_dir: Path) -> Deploy:
    def run(compiled: Compiled, report: Report = silent) -> tuple[Plan, Outcome]:
        plan = make_plan(compiled, spec_dir, aws)
        return plan, apply_plan(plan, aws, report)

    return run


def rows(plan: Plan) -> list[tuple[str, str, str]]:
    return [_row(change) for change in plan.review.changes]


def _row(change: Change) -> tuple[str, str, str]:
    return change.action, change.component, change.logical_id


def test_create_deploys_nested_stacks_that_feed_each_other(aws: Aws, deploy: Deploy) -> None:
    seen: list[Progress] = []
    plan, outcome = deploy(platform("create", messaging(), alerts()), seen.append)

    assert rows(plan) == [("Add", "queues.jobs", "JobsQueue"), ("Add", "topics.alerts", "AlertsTopic")]
    assert plan.review.operation == "create"
    assert (outcome.status, outcome.succeeded, outcome.failures) == ("CREATE_COMPLETE", True, ())
    assert outcome.outputs["JobsQueueArn"].startswith("arn:aws:sqs:")
    assert read_outputs(aws, "create") == outcome.outputs
    assert (seen[-1].done, seen[-1].total) == (2, 2)
    assert {item.component for item in seen} >= {"queues.jobs", "topics.alerts"}


def test_a_second_deployment_of_the_same_says_no_changes(aws: Aws, deploy: Deploy) -> None:
    compiled = with_code(platform("same", messaging(), alerts()))
    deploy(compiled)
    plan, outcome = deploy(compiled)

    assert plan.empty
    assert (plan.change_set, plan.review.changes, plan.review.notes) == ("", (), ())
    assert outcome.status == "NO_CHANGES"
    assert outcome.outputs == read_outputs(aws, "same")
    assert aws.cloudformation.list_change_sets(StackName="same")["Summaries"][:1] != [{"ChangeSetId": plan.change_set}]


def test_an_update_shows_exactly_the_modified_resource(deploy: Deploy) -> None:
    deploy(platform("update", messaging(), alerts()))
    plan, outcome = deploy(platform("update", messaging(retention=86400), alerts()))

    (change,) = plan.review.changes
    assert _row(change) == ("Modify", "queues.jobs", "JobsQueue")
    assert change.replacement == "False"
    assert [(item.path, item.before, item.after) for item in change.details] == [
        ("MessageRetentionPeriod", 345600, 86400)
    ]
    assert plan.review.notes == ()
    assert outcome.status == "UPDATE_COMPLETE"


def test_new_code_changes_what_takes_its_key_because_of_the_parameter(deploy: Deploy, spec_dir: Path) -> None:
    compiled = with_code(platform("code", messaging()))
    deploy(compiled)
    (spec_dir / "functions" / "api" / "app.py").write_text("CHANGED = True\n")
    plan, outcome = deploy(compiled)

    (change,) = plan.review.changes
    assert _row(change) == ("Modify", "functions.api", "CodeTopic")
    assert [detail.cause for detail in change.details] == ["parameter ApiCodeKey"]
    assert outcome.succeeded


def test_a_stack_that_goes_away_removes_each_of_its_resources_by_component(deploy: Deploy) -> None:
    kept = {**QUEUE, "DeletionPolicy": "Retain"}
    deploy(platform("remove", messaging(), alerts(KeptQueue=kept)))
    plan, outcome = deploy(platform("remove", messaging()))

    assert rows(plan) == [("Remove", "topics.alerts", "AlertsTopic"), ("Remove", "topics.alerts", "KeptQueue")]
    assert [change.retained for change in plan.review.changes] == [False, True]
    assert outcome.status == "UPDATE_COMPLETE"


def test_a_failed_create_tells_the_deepest_cause_and_the_next_deployment_works(aws: Aws, deploy: Deploy) -> None:
    bad = platform("phoenix", messaging(), alerts(Handle=HANDLE, Broken=FAILING))
    _, outcome = deploy(bad)

    assert (outcome.status, outcome.succeeded) == ("ROLLBACK_COMPLETE", False)
    (failure,) = outcome.failures
    assert (failure.component, failure.stack, failure.logical_id) == ("topics.alerts", "AlertsStack", "Broken")
    assert failure.place == "spec/demo.yaml:3:5"
    assert "timed out" in failure.reason

    plan, outcome = deploy(platform("phoenix", messaging(), alerts()))
    assert plan.review.operation == "recreate"
    assert plan.change_set == ""  # AWS makes no change set for a stack in ROLLBACK_COMPLETE
    assert "deletes the failed, empty stack" in plan.review.notes[0]
    assert outcome.status == "CREATE_COMPLETE"
    assert read_status(aws, "phoenix").root.status == "CREATE_COMPLETE"


def test_a_failed_update_is_rolled_back_to_what_was(aws: Aws, deploy: Deploy) -> None:
    deploy(platform("back", messaging(), alerts()))
    before = read_outputs(aws, "back")
    _, outcome = deploy(platform("back", messaging(86400), alerts(), Handle=HANDLE, Broken=FAILING))

    assert (outcome.status, outcome.succeeded) == ("UPDATE_ROLLBACK_COMPLETE", False)
    assert [(failure.component, failure.logical_id) for failure in outcome.failures] == [("raw.Broken", "Broken")]
    assert read_outputs(aws, "back") == before
    plan, outcome = deploy(platform("back", messaging(86400), alerts()))
    assert rows(plan) == [("Modify", "queues.jobs", "JobsQueue")]
    assert outcome.succeeded


def test_an_abandoned_plan_does_not_hinder_the_next(aws: Aws, spec_dir: Path) -> None:
    make_plan(platform("abandoned", messaging()), spec_dir, aws)
    assert read_status(aws, "abandoned").root.status == "REVIEW_IN_PROGRESS"
    plan = make_plan(platform("abandoned", messaging(86400)), spec_dir, aws)
    assert apply_plan(plan, aws).status == "CREATE_COMPLETE"


def test_planning_twice_gives_the_same_change_set(aws: Aws, spec_dir: Path) -> None:
    compiled = platform("twice", messaging())
    first, second = (make_plan(compiled, spec_dir, aws) for _ in range(2))
    assert (first.request, first.change_set) == (second.request, second.change_set)


def test_a_plan_is_refused_after_the_stack_changed(aws: Aws, spec_dir: Path, deploy: Deploy) -> None:
    deploy(platform("stale", messaging()))
    stale = make_plan(platform("stale", messaging(86400)), spec_dir, aws)
    deploy(platform("stale", messaging(172800)))
    with pytest.raises(DeployError, match=r"was changed at .* after the plan was made") as caught:
        apply_plan(stale, aws)
    assert caught.value.exit_code == REFUSED


def test_a_plan_is_executed_once_and_refused_when_deleted(aws: Aws, spec_dir: Path) -> None:
    plan = make_plan(platform("once", messaging()), spec_dir, aws)
    first = apply_plan(plan, aws)
    again = apply_plan(plan, aws)
    assert (again.status, again.outputs) == ("CREATE_COMPLETE", first.outputs)
    assert again.notes == (
        "an earlier run has executed this plan; it was watched to its end, and nothing was executed again",
    )
    events = aws.cloudformation.describe_stack_events(StackName="once")["StackEvents"]
    assert [event["ResourceStatus"] for event in events if event["LogicalResourceId"] == "once"].count(
        "CREATE_IN_PROGRESS"
    ) == 1
    update = make_plan(platform("once", messaging(86400)), spec_dir, aws)
    aws.cloudformation.delete_change_set(ChangeSetName=update.change_set)
    with pytest.raises(DeployError, match="change set of stack once is gone"):
        apply_plan(update, aws)


@pytest.mark.parametrize("what", ["account", "region", "endpoint"])
def test_a_plan_is_refused_elsewhere(aws: Aws, spec_dir: Path, what: str) -> None:
    plan = make_plan(platform("elsewhere", messaging()), spec_dir, aws)
    changed: dict[str, Json] = {what: "another"}
    with pytest.raises(DeployError, match=f"the plan is for {what} ") as caught:
        apply_plan(plan, replace(aws, **changed))
    assert caught.value.exit_code == REFUSED


def test_a_missing_artefact_is_told_before_anything_is_made(aws: Aws, tmp_path: Path) -> None:
    with pytest.raises(DeployError, match=r"functions\.api: there is no file or folder 'functions/api'"):
        make_plan(with_code(platform("nothing", messaging())), tmp_path, aws)
    assert find_stack(aws, "nothing") is None


def test_a_template_that_is_refused_leaves_no_stack_behind(aws: Aws, spec_dir: Path) -> None:
    broken = platform("refused", messaging(), Bad={"Type": "AWS::No::SuchType"})
    with pytest.raises(DeployError, match="SuchType") as caught:
        make_plan(broken, spec_dir, aws)
    assert caught.value.exit_code == REFUSED
    assert find_stack(aws, "refused") is None


def test_production_is_protected_from_termination(aws: Aws, deploy: Deploy) -> None:
    deploy(replace(platform("guarded", messaging()), posture="production"))
    removal = plan_removal(aws, "guarded")
    assert removal.stack.protected
    with pytest.raises(DeployError, match="protected from termination") as caught:
        destroy(removal, aws)
    assert caught.value.exit_code == REFUSED
    assert destroy(removal, aws, terms=Terms(disable_protection=True)).status == "DELETE_COMPLETE"


def test_a_rollback_that_fails_is_told_and_can_be_continued(aws: Aws, spec_dir: Path, deploy: Deploy) -> None:
    deploy(platform("stuck", messaging(), **stubborn("Update")))
    _, outcome = deploy(platform("stuck", messaging(), **stubborn("Update", "2")))
    assert outcome.status == "UPDATE_ROLLBACK_FAILED"
    assert outcome.failures[0].component == "raw.Stubborn"
    with pytest.raises(DeployError, match="UPDATE_ROLLBACK_FAILED") as caught:
        make_plan(platform("stuck", messaging()), spec_dir, aws)
    assert "--continue-rollback" in caught.value.hint
    outcome = continue_rollback(aws, "stuck")
    assert (outcome.status, outcome.failures[0].logical_id) == ("UPDATE_ROLLBACK_FAILED", "Stubborn")


def test_continuing_a_rollback_needs_a_failed_one(aws: Aws, deploy: Deploy) -> None:
    deploy(platform("sound", messaging()))
    for name, state in (("sound", "CREATE_COMPLETE"), ("never-was", "not deployed")):
        with pytest.raises(DeployError, match=f"no failed rollback to continue: it is {state}"):
            continue_rollback(aws, name)
