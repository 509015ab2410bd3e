"""A pipeline is run: its builds in a shell, its change sets in the sandbox, from the source to the executed stack."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from deployer.sandbox.process import Sandbox
from tests.deployer.codepipeline import LOG, REVISION, Approval, Execution
from tests.deployer.deploy_actions import Failed
from tests.deployer.sandbox_account import Account
from tests.kinds.building import compiled, resources

pytestmark = pytest.mark.slow
ROLE = "arn:aws:iam::000000000000:role/deployer"
BUCKET = "templates"
SHOP = """platform: {name}
environments: {{prod: {{posture: development}}}}
queues:
  jobs: {{}}
functions:
  api: {{runtime: python3.13, code: ../functions/api, handler: app.handler, uses: {{jobs: send}}}}
"""
HEAD = """platform: tools
environments: {dev: {posture: development}}
repositories: {code: {content: code}}
monitoring: {default_alarms: false}
"""
CHECK = "{name: check, build: {commands: [stackwright validate spec/shop.yaml --strict], files: []}}"
UNCHECKED = "{name: check, build: {commands: [ls spec], files: []}}"
PLANNED = """pipelines:
  infra:
    source: {{repository: "${{code.name}}"}}
    stages:
      - {check}
      - name: prod
        deploy:
          platform: {{stack: {name}-prod, spec: spec/shop.yaml, environment: prod, role: "{role}", bucket: {bucket},
            install: [command -v stackwright]}}
"""
PACKAGED = """pipelines:
  infra:
    source: {{repository: "${{code.name}}"}}
    stages:
      - name: templates
        build:
          environment: {{BUCKET: {bucket}}}
          commands:
            - stackwright compile spec/shop.yaml --env prod
            - stackwright lint spec/shop.yaml --env prod
            - (cd functions/api && python -m zipfile -c ../api.zip app.py)
            - aws s3 cp functions/api.zip "s3://$BUCKET/$CODEBUILD_RESOLVED_SOURCE_VERSION/api.zip"
            - >-
              aws cloudformation package --template-file templates_out/{name}/prod/us-east-1/root.template.json
              --s3-bucket "$BUCKET" --output-template-file packaged.json --use-json
            - >-
              printf
              '{{"Parameters": {{"ArtifactBucket": "%s", "ApiFunctionCodeKey": "%s"}}, "Tags": {{"team": "shop"}}}}'
              "$BUCKET" "$CODEBUILD_RESOLVED_SOURCE_VERSION/api.zip" > prod.json
          files: [packaged.json, prod.json]
      - name: prod
        deploy: {{platform: {{stack: {name}-prod, template: packaged.json, configuration: prod.json, role: "{role}"}}}}
"""


@pytest.fixture
def account(sandbox: Sandbox) -> Iterator[Account]:
    found = Account(sandbox)
    storage = found.client("s3")
    if BUCKET not in [bucket["Name"] for bucket in storage.list_buckets()["Buckets"]]:
        storage.create_bucket(Bucket=BUCKET)
    yield found


@pytest.fixture
def source(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """What a repository has: a spec and its code."""
    folder = tmp_path / "source"
    (folder / "spec").mkdir(parents=True)
    (folder / "functions" / "api").mkdir(parents=True)
    (folder / "spec" / "shop.yaml").write_text(SHOP.format(name=platform_name(request)))
    (folder / "functions" / "api" / "app.py").write_text("def handler(event, context):\n    return {}\n")
    return folder


def platform_name(request: pytest.FixtureRequest) -> str:
    """Tests share a sandbox, and each has stacks of its own."""
    return f"run-{zlib.crc32(request.node.name.encode())}"


@pytest.fixture
def stack(request: pytest.FixtureRequest) -> str:
    return f"{platform_name(request)}-prod"


def pipeline(text: str, stack: str, check: str = CHECK) -> dict[str, Json]:
    name = stack.removesuffix("-prod")
    return dict(resources(compiled(HEAD + text.format(check=check, name=name, role=ROLE, bucket=BUCKET))))


class Desk:
    """Somebody who approves, or not, and keeps what was read."""

    def __init__(self, agrees: bool = True) -> None:
        self.agrees = agrees
        self.read: list[Approval] = []

    def __call__(self, approval: Approval) -> bool:
        self.read.append(approval)
        return self.agrees


def execution(found: dict[str, Json], account: Account, source: Path, desk: Desk) -> Execution:
    runs = len([*source.parent.glob("run-*")])
    folder = source.parent / f"run-{runs}"
    folder.mkdir()
    return Execution(found, "InfraPipeline", account, folder, source, desk)


def status(account: Account, stack: str) -> str:
    return str(account.stacks.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])


def planned(made: Execution) -> Json:
    (plan,) = json.loads((made.artifacts["Prod_Plan"] / "plan.json").read_text())["plans"]
    return plan


def test_a_spec_is_planned_approved_and_that_plan_executed(account: Account, source: Path, stack: str) -> None:
    desk = Desk()
    made = execution(pipeline(PLANNED, stack), account, source, desk).run()
    assert made.done == ["Source Source", "Check Build", "Prod ChangeSet", "Prod Approve", "Prod Execute"]
    (read,) = desk.read
    assert read.comment.startswith(f"Execute the change set of the stack {stack}? ")
    assert "Resources: 10." in read.comment and "run: " not in read.comment
    assert read.link == LOG
    shown = account.stacks.describe_change_set(ChangeSetName=planned(made)["change_set"])
    assert shown["ExecutionStatus"] == "EXECUTE_COMPLETE"
    assert status(account, stack) == "CREATE_COMPLETE"
    assert planned(made)["request"]["role"] == ROLE
    assert set(account.physical_ids(stack)) >= {"ComputeStack", "MessagingStack"}


def test_nothing_is_executed_that_nobody_approved(account: Account, source: Path, stack: str) -> None:
    made = execution(pipeline(PLANNED, stack, UNCHECKED), account, source, Desk(agrees=False)).run()
    assert made.done[-1] == "Prod ChangeSet"
    shown = account.stacks.describe_change_set(ChangeSetName=planned(made)["change_set"])
    assert (shown["Status"], shown["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert status(account, stack) == "REVIEW_IN_PROGRESS"


def test_a_change_says_what_it_changes_and_without_one_nothing_happens(
    account: Account, source: Path, stack: str
) -> None:
    desk, found = Desk(), pipeline(PLANNED, stack, UNCHECKED)
    execution(found, account, source, desk).run()
    spec = source / "spec" / "shop.yaml"
    spec.write_text(spec.read_text().replace("jobs: {}", "jobs: {visibility_seconds: 90}"))
    execution(found, account, source, desk).run()
    assert "1 changed in place" in desk.read[1].comment
    assert status(account, stack) == "UPDATE_COMPLETE"
    before = account.stacks.describe_stacks(StackName=stack)["Stacks"][0]["LastUpdatedTime"]
    made = execution(found, account, source, desk).run()
    assert made.done[-1] == "Prod Execute"
    assert account.stacks.describe_stacks(StackName=stack)["Stacks"][0]["LastUpdatedTime"] == before


def test_a_plan_for_another_state_of_the_stack_is_not_executed(account: Account, source: Path, stack: str) -> None:
    found, spec = pipeline(PLANNED, stack, UNCHECKED), source / "spec" / "shop.yaml"
    execution(found, account, source, Desk()).run()
    first = spec.read_text()

    def overtaken(approval: Approval) -> bool:
        spec.write_text(first.replace("jobs: {}", "jobs: {visibility_seconds: 120}"))
        execution(found, account, source, Desk()).run()
        return True

    spec.write_text(first.replace("jobs: {}", "jobs: {visibility_seconds: 90}"))
    late = execution(found, account, source, Desk())
    late.approve = overtaken
    with pytest.raises(Failed, match="exit 4"):
        late.run()
    assert late.done[-1] == "Prod Approve"


def test_a_build_that_fails_ends_the_pipeline_before_anything_is_planned(
    account: Account, source: Path, stack: str
) -> None:
    (source / "spec" / "shop.yaml").write_text("platform: shop\nqueus: {}\n")
    made = execution(pipeline(PLANNED, stack), account, source, Desk())
    with pytest.raises(Failed, match="queus"):
        made.run()
    assert made.done == ["Source Source"]


def test_a_plan_that_fails_shows_why(account: Account, source: Path, stack: str) -> None:
    (source / "functions" / "api" / "app.py").unlink()
    (source / "functions" / "api").rmdir()
    with pytest.raises(Failed, match="functions/api"):
        execution(pipeline(PLANNED, stack, UNCHECKED), account, source, Desk()).run()


def test_a_packaged_template_is_shown_and_that_change_set_executed(account: Account, source: Path, stack: str) -> None:
    desk = Desk()
    made = execution(pipeline(PACKAGED, stack), account, source, desk).run()
    assert made.done[-3:] == ["Prod ChangeSet", "Prod Approve", "Prod Execute"]
    assert desk.read == [Approval(f"Execute the change set changes of the stack {stack}?", "")]
    shown = account.stacks.describe_change_set(StackName=stack, ChangeSetName="changes")
    assert shown["ExecutionStatus"] == "EXECUTE_COMPLETE"
    (deployed,) = account.stacks.describe_stacks(StackName=stack)["Stacks"]
    assert deployed["StackStatus"] == "CREATE_COMPLETE"
    assert {"Key": "team", "Value": "shop"} in deployed["Tags"]
    given = {one["ParameterKey"]: one["ParameterValue"] for one in deployed["Parameters"]}
    assert given == {"ArtifactBucket": BUCKET, "ApiFunctionCodeKey": f"{REVISION}/api.zip"}
