"""The root cause among failed events: the deepest, the first, and not the echoes."""

from __future__ import annotations

from datetime import UTC, datetime

from deployer.events import StackEvent
from deployer.outcome import Names, Outcome, failures

STACK_TYPE = "AWS::CloudFormation::Stack"


def event(stack: str, logical_id: str, reason: str, resource_type: str = "AWS::SQS::Queue") -> StackEvent:
    own = logical_id == "demo"
    return StackEvent(
        id=f"{stack}/{logical_id}/{reason}",
        stack=stack,
        stack_id=f"id-{stack}",
        logical_id=logical_id,
        physical_id=f"id-{stack}" if own else "",
        resource_type=STACK_TYPE if own else resource_type,
        status="CREATE_FAILED",
        reason=reason,
        time=datetime(2026, 1, 1, tzinfo=UTC),
    )


NAMES = Names({"Messaging": {"Jobs": "queues.jobs"}}, {"queues.jobs": "spec/demo.yaml:3:5"})


def test_echoes_and_cancellations_are_left_out() -> None:
    events = [
        event("Messaging", "Jobs", "Queue name is taken"),
        event("Messaging", "Other", "Resource creation cancelled"),
        event("", "Messaging", "Embedded stack was not successfully created", STACK_TYPE),
        event("", "Alerts", "Resource creation cancelled", STACK_TYPE),
        event("", "demo", "The following resource(s) failed to create: [Messaging]."),
    ]
    (failure,) = failures(events, NAMES)
    assert str(failure.diagnostic()) == (
        "spec/demo.yaml:3:5: error[resource-failed]: queues.jobs: CREATE_FAILED: Queue name is taken\n"
        "  resource: AWS::SQS::Queue Messaging/Jobs"
    )


def test_a_nested_stack_that_failed_as_a_whole_is_its_own_cause() -> None:
    (failure,) = failures([event("", "Messaging", "Template format error", STACK_TYPE)], NAMES)
    assert (failure.logical_id, failure.reason) == ("Messaging", "Template format error")


def test_a_stack_that_failed_before_any_resource_says_why() -> None:
    (failure,) = failures([event("", "demo", "Output X cannot be resolved")], NAMES)
    assert (failure.component, failure.reason) == ("", "Output X cannot be resolved")


def test_the_outcome_reads_as_text() -> None:
    outcome = Outcome("demo", "ROLLBACK_COMPLETE", False, {}, failures([event("Messaging", "Jobs", "no")], NAMES))
    assert str(outcome).splitlines()[0] == "stack demo: ROLLBACK_COMPLETE"
    assert str(outcome).splitlines()[1].startswith("spec/demo.yaml:3:5: error[resource-failed]: queues.jobs: ")
    assert outcome.to_json()["failures"][0]["component"] == "queues.jobs"
