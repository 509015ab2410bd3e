"""What may happen between the operations of one deployment, over real HTTP: other people, and stacks begun anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from deployer.apply import apply_plan
from deployer.bucket import ensure_bucket
from deployer.changeset import ChangeSet, Request, make_change_set
from deployer.errors import DeployError
from deployer.plan import Plan, make_plan
from deployer.publish import store
from deployer.removal.destroy import destroy, plan_removal
from deployer.sandbox.process import open_sandbox
from deployer.session import Aws, connect_to, sandbox_destination
from deployer.watch import Progress
from tests.deployer.conftest import REGION
from tests.reviewer.test_division import of, stack

LIMIT = 40


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An account whose operations touch at most 40 resources."""
    with open_sandbox(tmp_path_factory.mktemp("between"), REGION, operation_limit=LIMIT) as running:
        yield connect_to(sandbox_destination(running, REGION))


def delayed(name: str, seconds: int) -> Template:
    """A nested stack of twenty queues, all of which change with the delay."""
    found = stack(name, 20)
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": seconds}}
    return replace(found, body={**found.body, "Resources": dict.fromkeys(found.body["Resources"], queue)})


def of_queues(name: str, seconds: int) -> Compiled:
    return replace(of(*(delayed(one, seconds) for one in "abc")), stack_name=name)


class SomebodyElse:
    """Updates one queue of the last nested stack as soon as the first operation of the plan has ended."""

    def __init__(self, aws: Aws, name: str) -> None:
        self.aws, self.name, self.done = aws, name, False

    def __call__(self, progress: Progress) -> None:
        if self.done or not (progress.event.of_root and progress.event.status == "UPDATE_COMPLETE"):
            return
        self.done = True
        fixed = delayed("c", 1).body
        queue = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 7}}
        fixed = {**fixed, "Resources": {**fixed["Resources"], "cQueue0": queue}}
        root = self._root()
        url = store(self.aws, ensure_bucket(self.aws, None), "c", fixed)[0]
        root["Resources"]["cStack"]["Properties"]["TemplateURL"] = url
        self.aws.cloudformation.update_stack(StackName=self.name, TemplateBody=json.dumps(root))

    def _root(self) -> Json:
        body = self.aws.cloudformation.get_template(StackName=self.name)["TemplateBody"]
        return json.loads(body if isinstance(body, str) else json.dumps(body))


def delays(aws: Aws, name: str) -> set[str]:
    sqs = aws.client("sqs", aws.region)
    urls = sqs.list_queues(QueueNamePrefix=f"{name}-cStack")["QueueUrls"]
    return {
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["DelaySeconds"] for url in urls
    }


def planned(aws: Aws, compiled: Compiled, tmp_path: Path) -> Plan:
    return make_plan(compiled, tmp_path, aws)


def test_what_somebody_else_deployed_between_the_operations_is_not_overwritten(small: Aws, tmp_path: Path) -> None:
    assert apply_plan(planned(small, of_queues("shared", 1), tmp_path), small).succeeded
    plan = planned(small, of_queues("shared", 2), tmp_path)
    assert len(plan.review.steps) == 3
    with pytest.raises(DeployError, match="somebody has changed stack shared since change set 1") as caught:
        apply_plan(plan, small, SomebodyElse(small, "shared"))
    (told,) = caught.value.diagnostics
    assert (told.code, told.suggestion) == (
        "stale-plan",
        "the one before is executed: plan again, which reviews what is left",
    )
    assert delays(small, "shared") == {"1", "7"}
    again = planned(small, of_queues("shared", 2), tmp_path)
    assert {change.logical_id[0] for change in again.review.changes} == {"b", "c"}
    assert apply_plan(again, small).succeeded
    assert delays(small, "shared") == {"2"}


def test_a_failed_production_stack_of_other_nested_stacks_is_begun_anew_in_steps(small: Aws, tmp_path: Path) -> None:
    """The policies of the stack that was deleted are none of those of the new one."""
    aws = replace(small, operation_limit=100_000)
    former = replace(of(stack("x", 30), stack("y", 30)), stack_name="anew", posture="production")
    assert apply_plan(planned(aws, former, tmp_path), aws).status == "ROLLBACK_COMPLETE"
    wanted = replace(of_queues("anew", 1), posture="production")
    plan = planned(small, wanted, tmp_path)
    assert (plan.review.operation, len(plan.review.steps)) == ("recreate", 3)
    assert apply_plan(plan, small).succeeded
    assert planned(small, wanted, tmp_path).empty


def test_an_interrupted_removal_leaves_no_stack_policy_that_a_development_stack_never_had(
    small: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody lifts it there: a later deployment that removes a nested stack would be refused."""
    assert apply_plan(planned(small, of_queues("loose", 1), tmp_path), small).succeeded
    made: list[str] = []

    def interrupted(aws: Aws, request: Request) -> ChangeSet:
        made.append(request.name)
        if len(made) == 2:
            raise KeyboardInterrupt
        return make_change_set(aws, request)

    monkeypatch.setattr("deployer.removal.shrinking.make_change_set", interrupted)
    with pytest.raises(DeployError, match="interrupted before operation 2"):
        destroy(plan_removal(small, "loose"), small)
    policy = small.cloudformation.get_stack_policy(StackName="loose").get("StackPolicyBody") or "{}"
    assert not [one for one in json.loads(policy).get("Statement", []) if one["Effect"] == "Deny"]
