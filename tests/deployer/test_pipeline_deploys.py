"""A pipeline that is deployed beside what it deploys to: its builds bring a site its files and functions their code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pytest

from compiler.pipeline import compile_spec
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.plan import make_plan
from deployer.sandbox.process import Sandbox, open_sandbox
from deployer.session import connect_to, sandbox_destination
from linter.policy.flat import resources
from tests.deployer.codepipeline import Execution
from tests.deployer.sandbox_account import Account

pytestmark = pytest.mark.slow
SPEC = """platform: web
environments: {dev: {posture: development}}
monitoring: {default_alarms: false}
repositories: {code: {content: code}}
buckets: {assets: {}}
cdn: {site: {paths: {/*: assets}}}
services: {shop: {image: "public.ecr.aws/nginx/nginx-unprivileged:1.27", port: 8080}}
functions:
  plain: {runtime: python3.13, code: functions, handler: app.handler}
  live: {runtime: python3.13, code: functions, handler: app.handler, provisioned: 1}
pipelines:
  all:
    source: {repository: "${code.name}"}
    stages:
      - name: front-end
        build:
          environment: {GREETING: Hello}
          install: [mkdir -p dist/css]
          commands: [cd web, 'sed "s/NAME/$GREETING/" index.html > ../dist/index.html', cp style.css ../dist/css/]
          folder: dist
      - {name: code, build: {commands: ['ls functions/app.py'], folder: functions}}
      - name: image
        build:
          commands:
            - >-
              echo '[{"name":"shop","imageUri":"example/shop:2"}]' > imagedefinitions.json
          files: [imagedefinitions.json]
      - {name: shop, deploy: {service: {name: "${shop.name}"}}}
      - {name: plain, input: code, deploy: {function: {name: "${plain.name}"}}}
      - {name: live, input: code, deploy: {function: {name: "${live.name}", shift: canary}}}
      - name: site
        input: front-end
        deploy: {site: {bucket: "${assets.name}", cdn: "${site.id}", cache_control: max-age=60}}
"""
CODE = "def handler(event, context):\n    return {'made_by': '%s'}\n"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with open_sandbox(tmp_path_factory.mktemp("sandbox"), "us-east-1") as sandbox:
        yield Account(sandbox)


@pytest.fixture(scope="module")
def deployed(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """The platform with its pipeline, as a first deployment makes it."""
    folder = tmp_path_factory.mktemp("platform")
    (folder / "functions").mkdir()
    (folder / "functions" / "app.py").write_text(CODE % "the platform")
    (folder / "spec.yaml").write_text(SPEC)
    (compiled,) = compile_spec(str(folder / "spec.yaml"))
    aws = connect_to(sandbox_destination(account.sandbox, compiled.region))
    assert apply_plan(make_plan(compiled, folder, aws), aws).succeeded
    return compiled


@pytest.fixture(scope="module")
def names(account: Account, deployed: Compiled) -> Mapping[str, str]:
    """Logical id → physical id, over all nested stacks."""
    nested = account.physical_ids(deployed.stack_name).values()
    return {name: found for stack in nested for name, found in account.physical_ids(stack).items()}


@pytest.fixture(scope="module")
def executed(
    account: Account, deployed: Compiled, names: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Execution:
    folder = tmp_path_factory.mktemp("run")
    source = folder / "source"
    for name, text in {
        "web/index.html": "<h1>NAME</h1>",
        "web/style.css": "h1 {}",
        "functions/app.py": CODE % "the pipeline",
    }.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    program = {one.logical_id: dict(one.body) for one in resources(deployed)}
    return Execution(program, "AllPipeline", account, folder, source, names=names).run()


def test_all_stages_are_run(executed: Execution) -> None:
    assert executed.done[-5:] == ["Shop Deploy", "Plain Deploy", "Live Deploy", "Site Deploy", "Site Invalidate"]


def test_the_bucket_has_what_the_build_made(account: Account, executed: Execution, names: Mapping[str, str]) -> None:
    storage, bucket = account.client("s3"), names["AssetsBucket"]
    page = storage.get_object(Bucket=bucket, Key="index.html")
    assert (page["Body"].read(), page["CacheControl"]) == (b"<h1>Hello</h1>", "max-age=60")
    listed = storage.list_objects_v2(Bucket=bucket)["Contents"]
    assert sorted(one["Key"] for one in listed) == ["css/style.css", "index.html"]


def test_the_command_of_the_pipeline_throws_the_copies_away(
    account: Account, executed: Execution, names: Mapping[str, str]
) -> None:
    listed = account.client("cloudfront").list_invalidations(DistributionId=names["SiteDistribution"])
    (one,) = listed["InvalidationList"]["Items"]
    found = account.client("cloudfront").get_invalidation(DistributionId=names["SiteDistribution"], Id=one["Id"])
    assert found["Invalidation"]["InvalidationBatch"]["Paths"]["Items"] == ["/*"]


@pytest.mark.parametrize("name", ["PlainFunction", "LiveFunction"])
def test_functions_run_the_code_of_the_pipeline(
    account: Account, executed: Execution, names: Mapping[str, str], name: str
) -> None:
    assert answer(account.sandbox, names[name]) == {"made_by": "the pipeline"}


def test_the_alias_names_the_new_version(account: Account, executed: Execution, names: Mapping[str, str]) -> None:
    alias = account.client("lambda").get_alias(FunctionName=names["LiveFunction"], Name="live")
    assert alias["FunctionVersion"] == "2"


def test_the_service_has_a_task_definition_like_the_last_one_with_the_new_image(
    account: Account, executed: Execution
) -> None:
    client = account.client("ecs")
    revisions = client.list_task_definitions(familyPrefix="web-dev-services-shop")["taskDefinitionArns"]
    old, new = (client.describe_task_definition(taskDefinition=one)["taskDefinition"] for one in sorted(revisions))
    before, after = old["containerDefinitions"][0], new["containerDefinitions"][0]
    assert before.pop("image") == "public.ecr.aws/nginx/nginx-unprivileged:1.27"
    assert after.pop("image") == "example/shop:2"
    assert before == {name: after[name] for name in before}
    assert old["executionRoleArn"] == new["executionRoleArn"]


def answer(sandbox: Sandbox, function: str) -> Json:
    return json.loads(Account(sandbox).client("lambda").invoke(FunctionName=function)["Payload"].read())
