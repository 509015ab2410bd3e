"""Removal over real HTTP: what stays is told first, what cannot be deleted is told afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployer.apply import apply_plan
from deployer.errors import DeployError
from deployer.plan import make_plan
from deployer.removal.destroy import destroy, plan_removal
from deployer.session import Aws
from deployer.status import NOT_DEPLOYED, read_outputs, read_status
from tests.deployer.platforms import QUEUE, alerts, messaging, platform, stubborn

RETAINED = {**QUEUE, "DeletionPolicy": "Retain"}


def test_retained_resources_are_named_before_and_still_there_after(aws: Aws, spec_dir: Path) -> None:
    compiled = platform("keep", messaging(), alerts(Nested=RETAINED), Kept=RETAINED)
    apply_plan(make_plan(compiled, spec_dir, aws), aws)
    url = aws.cloudformation.describe_stack_resource(StackName="keep", LogicalResourceId="Kept")
    removal = plan_removal(aws, "keep")

    assert {(one.component, one.stack, one.logical_id, one.policy) for one in removal.kept} == {
        ("raw.Kept", "", "Kept", "Retain"),
        ("topics.alerts", "AlertsStack", "Nested", "Retain"),
    }
    assert removal.resources == {"JobsQueue", "AlertsTopic", "Nested", "Kept"}
    seen: list[str] = []
    outcome = destroy(removal, aws, lambda progress: seen.append(progress.event.status))
    assert (outcome.status, outcome.failures, len(outcome.retained)) == ("DELETE_COMPLETE", (), 2)
    assert "DELETE_SKIPPED" in seen
    assert url["StackResourceDetail"]["PhysicalResourceId"]
    assert read_status(aws, "keep").root.status == NOT_DEPLOYED


def test_what_cannot_be_deleted_is_told_by_component(aws: Aws, spec_dir: Path) -> None:
    apply_plan(make_plan(platform("clinging", messaging(), **stubborn("Delete")), spec_dir, aws), aws)
    outcome = destroy(plan_removal(aws, "clinging"), aws)

    assert (outcome.status, outcome.succeeded) == ("DELETE_FAILED", False)
    (failure,) = outcome.failures
    assert (failure.component, failure.logical_id, failure.status) == ("raw.Stubborn", "Stubborn", "DELETE_FAILED")
    assert "will not Delete" in failure.reason
    with pytest.raises(DeployError, match="stack clinging is in state DELETE_FAILED"):
        make_plan(platform("clinging", messaging()), spec_dir, aws)


def test_nothing_deployed_is_said_so(aws: Aws) -> None:
    assert not read_status(aws, "nothing-here").deployed
    for ask in (plan_removal, read_outputs):
        with pytest.raises(DeployError, match="nothing-here is not deployed"):
            ask(aws, "nothing-here")


def test_an_abandoned_review_can_be_destroyed(aws: Aws, spec_dir: Path) -> None:
    make_plan(platform("reviewed", messaging()), spec_dir, aws)
    removal = plan_removal(aws, "reviewed")
    assert (removal.kept, removal.resources) == ((), frozenset())
    assert destroy(removal, aws).status == "DELETE_COMPLETE"


def test_status_counts_the_resources_of_each_stack(aws: Aws, spec_dir: Path) -> None:
    apply_plan(make_plan(platform("counted", messaging(), alerts()), spec_dir, aws), aws)
    status = read_status(aws, "counted")
    assert [(stack.name, stack.status, stack.resources) for stack in status.nested] == [
        ("AlertsStack", "CREATE_COMPLETE", 1),
        ("MessagingStack", "CREATE_COMPLETE", 1),
    ]
    assert status.resources == 2
    assert status.to_json()["root"]["status"] == "CREATE_COMPLETE"
