"""What reached the service but whose answer did not come back, or came back cut short, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from compiler.source.json_value import Json
from deployer.apply import apply_plan, continue_rollback
from deployer.plan import make_plan
from deployer.recovery.recover import Wish, plan_recovery, recover
from deployer.session import Aws
from deployer.status import read_outputs
from tests.deployer.platforms import messaging, platform, stubborn

Damage = Callable[[AWSPreparedRequest, AWSResponse], Json]


def lost(request: AWSPreparedRequest, _answer: AWSResponse) -> Json:
    raise ConnectionClosedError(endpoint_url=request.url)


def cut(_request: AWSPreparedRequest, answer: AWSResponse) -> Json:
    half: Json = answer
    half._content = answer.content[: len(answer.content) // 2]
    return half


@contextmanager
def damaged(aws: Aws, operation: str, damage: Damage) -> Iterator[list[str]]:
    """The first request of `operation` is carried out, but its answer is damaged; yields what was sent."""
    sent: list[str] = []

    def send(request: AWSPreparedRequest, **_: object) -> Json:
        sent.append(operation)
        return damage(request, URLLib3Session().send(request)) if len(sent) == 1 else None

    events = aws.cloudformation.meta.events
    events.register(f"before-send.cloudformation.{operation}", send)
    yield sent
    events.unregister(f"before-send.cloudformation.{operation}", send)


@pytest.mark.parametrize("damage", [lost, cut])
def test_a_change_set_whose_answer_was_lost_is_adopted(aws: Aws, spec_dir: Path, damage: Damage) -> None:
    name = f"create-{damage.__name__}"
    with damaged(aws, "CreateChangeSet", damage) as sent:
        plan = make_plan(platform(name, messaging()), spec_dir, aws)
    assert sent
    assert len(aws.cloudformation.list_change_sets(StackName=name)["Summaries"]) == 1
    assert apply_plan(plan, aws).status == "CREATE_COMPLETE"


@pytest.mark.parametrize("damage", [lost, cut])
def test_an_execution_whose_answer_was_lost_is_followed(aws: Aws, spec_dir: Path, damage: Damage) -> None:
    name = f"execute-{damage.__name__}"
    plan = make_plan(platform(name, messaging()), spec_dir, aws)
    with damaged(aws, "ExecuteChangeSet", damage) as sent:
        outcome = apply_plan(plan, aws)
    assert sent
    assert outcome.status == "CREATE_COMPLETE"
    assert outcome.outputs == read_outputs(aws, name)


@pytest.mark.parametrize("operation", ["DescribeStacks", "DescribeChangeSet", "DescribeStackEvents", "GetTemplate"])
@pytest.mark.parametrize("damage", [lost, cut])
def test_a_read_is_repeated(aws: Aws, spec_dir: Path, operation: str, damage: Damage) -> None:
    name = f"read-{operation}-{damage.__name__}"
    apply_plan(make_plan(platform(name, messaging()), spec_dir, aws), aws)
    with damaged(aws, operation, damage) as sent:
        outcome = apply_plan(make_plan(platform(name, messaging(86400)), spec_dir, aws), aws)
    assert len(sent) > 1
    assert outcome.status == "UPDATE_COMPLETE"


@pytest.mark.parametrize("name", ["recovered", "deployed"])
def test_a_rollback_whose_answer_was_lost_is_followed(aws: Aws, spec_dir: Path, name: str) -> None:
    """The SDK's second request is refused: the rollback has been begun by the first."""
    for version in ("1", "2"):
        compiled = platform(f"rollback-{name}", messaging(), **stubborn("Update", version))
        outcome = apply_plan(make_plan(compiled, spec_dir, aws), aws)
    assert outcome.status == "UPDATE_ROLLBACK_FAILED"
    with damaged(aws, "ContinueUpdateRollback", lost) as sent:
        if name == "recovered":
            wish = Wish(skip=("raw.Stubborn",))
            outcome = recover(plan_recovery(aws, outcome.stack, wish), aws)
        else:
            outcome = continue_rollback(aws, outcome.stack)
    assert sent
    assert outcome.status == ("UPDATE_ROLLBACK_COMPLETE" if name == "recovered" else "UPDATE_ROLLBACK_FAILED")
