"""What planning and executing really call, held against the roles that a pipeline gives the two builds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.plan import Plan, make_plan
from deployer.publish import Choice
from deployer.sandbox.process import Sandbox
from deployer.session import Aws, connect_to, sandbox_destination
from tests.kinds.building import compiled, resources

ROLE = "arn:aws:iam::000000000000:role/deployer"
BUCKET = "pipeline-calls"
SHOP = """platform: called
environments: {prod: {posture: development}}
queues: {jobs: {visibility_seconds: %d}}
functions: {api: {runtime: python3.13, code: code, handler: app.handler, uses: {jobs: send}}}
"""
PIPELINE = f"""platform: tools
environments: {{dev: {{posture: development}}}}
repositories: {{code: {{content: code}}}}
pipelines:
  infra:
    source: {{repository: "${{code.name}}"}}
    stages:
      - name: prod
        deploy:
          platform: {{stack: called-prod, spec: spec.yaml, environment: prod, bucket: {BUCKET}, role: "{ROLE}"}}
"""
ALSO = {"s3:HeadBucket": "s3:ListBucket", "s3:HeadObject": "s3:GetObject", "s3:ListObjectsV2": "s3:ListBucket"}
"""Calls whose action has another name."""


def allowed(role: str) -> set[str]:
    (policy,) = resources(compiled(PIPELINE))[role]["Properties"]["Policies"]
    return {action for one in policy["PolicyDocument"]["Statement"] for action in one["Action"]}


def recorded(aws: Aws) -> list[str]:
    """The actions of all calls from now on."""
    calls: list[str] = []

    def noting(service: str) -> Callable[..., None]:
        def note(model: Json, **_: Json) -> None:
            action = f"{service}:{model.name}"
            calls.append(ALSO.get(action, action))

        return note

    for client, service in ((aws.cloudformation, "cloudformation"), (aws.s3, "s3")):
        client.meta.events.register("before-call", noting(service))
    return calls


@pytest.fixture(params=["creation", "update"])
def change(request: pytest.FixtureRequest, sandbox: Sandbox, spec_dir: Path) -> tuple[Aws, Callable[[], Plan]]:
    """A platform that is to be deployed, for the first time or again, in a bucket that is there."""
    aws = connect_to(sandbox_destination(sandbox, "us-east-1"))
    if BUCKET not in [one["Name"] for one in aws.s3.list_buckets()["Buckets"]]:
        aws.s3.create_bucket(Bucket=BUCKET)
    (spec_dir / "code").mkdir()
    (spec_dir / "code" / "app.py").write_text("def handler(event, context):\n    return {}\n")

    def plan(seconds: int) -> Plan:
        return make_plan(written(spec_dir, seconds), spec_dir, aws, Choice(bucket=BUCKET, role=ROLE))

    if request.param == "update":
        assert apply_plan(plan(30), aws).succeeded
    return aws, lambda: plan(90)


def written(folder: Path, seconds: int) -> Compiled:
    (folder / "spec.yaml").write_text(SHOP % seconds)
    (found,) = compile_spec(str(folder / "spec.yaml"))
    return found


def test_each_build_may_do_what_it_calls(change: tuple[Aws, Callable[[], Plan]]) -> None:
    aws, plan = change
    planning = recorded(aws)
    planned = plan()
    executing = recorded(aws)
    assert apply_plan(planned, aws).succeeded
    called = set(planning[: len(planning) - len(executing)])
    assert {"cloudformation:CreateChangeSet", "s3:GetObject"} <= called
    assert called <= allowed("InfraPipelineProdPlanRole")
    assert "cloudformation:ExecuteChangeSet" in executing
    assert {*executing} <= allowed("InfraPipelineProdExecutionRole")
