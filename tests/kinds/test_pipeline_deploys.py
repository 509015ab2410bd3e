"""Pipelines that bring functions code, plan and execute platforms, and build in images of somebody else."""

from __future__ import annotations

import json

import pytest

from compiler.kinds.pipelines import stage_checks
from compiler.language.schema import load_schema
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources, warnings

HEAD = """
platform: demo
environments: {dev: {posture: development}}
monitoring: {default_alarms: false}
repositories: {code: {content: code}, tools: {}}
secrets: {registry: {keys: [username]}, other: {}}
topics: {told: {}}
functions:
  plain: {runtime: python3.13, code: c, handler: a.b}
  ready: {runtime: python3.13, code: c, handler: a.b, provisioned: 1}
  snapped: {runtime: python3.13, code: c, handler: a.b, snap_start: true}
  boxed: {image: "222222222222.dkr.ecr.us-east-1.amazonaws.com/boxed:1"}
"""
ROLE = "arn:aws:iam::222222222222:role/deployer"
BUILD = "{name: made, build: {commands: [make]}}"
PLANNED = f"stack: shop-prod, spec: spec/shop.yaml, role: '{ROLE}'"
PACKAGED = f"stack: shop, template: packaged.json, role: '{ROLE}'"
ROLE_OF = {"plan": "ShopPipelineProdPlanRole", "execution": "ShopPipelineProdExecutionRole"}


def spec(stages: str) -> str:
    return f"{HEAD}pipelines: {{shop: {{source: {{repository: '${{code.name}}'}}, stages: [{stages}]}}}}\n"


def function(settings: str) -> str:
    return spec(f"{BUILD}, {{name: prod, deploy: {{function: {{{settings}}}}}}}")


def platform(settings: str) -> str:
    return spec(f"{{name: prod, deploy: {{platform: {{{settings}}}}}}}")


def image(settings: str, more: str = "") -> str:
    return spec(f"{{name: made, build: {{commands: [make], custom_image: {{{settings}}}{more}}}}}")


def built(text: str) -> dict[str, Json]:
    return dict(resources(compiled(text)))


def statements(found: dict[str, Json], role: str = "ShopPipelineRole") -> dict[str, Json]:
    (policy,) = found[role]["Properties"]["Policies"]
    return {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}


def allowed(found: dict[str, Json], role: str) -> set[str]:
    return {action for one in statements(found, role).values() for action in one["Action"]}


def actions(found: dict[str, Json]) -> list[Json]:
    listed: list[Json] = found["ShopPipeline"]["Properties"]["Stages"][-1]["Actions"]
    return listed


def commands(found: dict[str, Json], project: str) -> list[str]:
    phases = json.loads(found[project]["Properties"]["Source"]["BuildSpec"])["phases"]
    listed: list[str] = [*phases["install"]["commands"], *phases["build"]["commands"]]
    return listed


@pytest.mark.parametrize(
    ("settings", "configuration"),
    [
        ("name: '${plain.name}'", {}),
        ("name: '${ready.name}'", {"FunctionAlias": "live", "DeployStrategy": "AllAtOnce"}),
        (
            "name: '${snapped.name}', shift: canary",
            {"FunctionAlias": "live", "DeployStrategy": "Canary10Percent5Minutes"},
        ),
        (
            "name: '${ready.name}', shift: linear, percent: 25, minutes: 1",
            {"FunctionAlias": "live", "DeployStrategy": "Linear25PercentEvery1Minute"},
        ),
        (
            "name: '${ready.name}', shift: linear, percent: 25, minutes: 2",
            {"FunctionAlias": "live", "DeployStrategy": "Linear25PercentEvery2Minutes"},
        ),
        ("name: '${plain.name}', alarms: [a, b]", {"Alarms": "a,b"}),
    ],
)
def test_a_function_gets_the_artefact_as_its_code(settings: str, configuration: dict[str, str]) -> None:
    (action,) = actions(built(function(settings)))
    assert action["ActionTypeId"] == {"Category": "Deploy", "Owner": "AWS", "Provider": "Lambda", "Version": "1"}
    assert action["InputArtifacts"] == [{"Name": "Made"}]
    given = dict(action["Configuration"])
    assert given.pop("FunctionName")
    assert given == configuration


def test_the_pipeline_may_change_that_function_and_no_other() -> None:
    found = statements(built(function("name: '${ready.name}', alarms: [a]")))
    code = found["DeployProdCode"]
    assert code["Resource"] == [
        {"Fn::GetAtt": ["ReadyFunction", "Arn"]},
        {"Fn::Sub": "${ReadyFunction.Arn}:*"},
    ]
    assert {one.split(":")[0] for one in code["Action"]} == {"lambda"}
    assert "lambda:InvokeFunction" not in str(found) and "lambda:UpdateFunctionConfiguration" not in str(found)
    # Whoever may look at some alarms only is told of no composite one (CloudWatch API reference, DescribeAlarms).
    alarms = found["DeployProdAlarms"]
    assert (alarms["Action"], alarms["Resource"]) == (["cloudwatch:DescribeAlarms"], ["*"])
    assert "log-group:/aws/codepipeline/demo-dev-shop" in str(found["ActionLogEvents"]["Resource"])


def test_the_plan_is_made_shown_and_executed_in_this_order() -> None:
    found = built(platform(f"{PLANNED}, environment: prod, topic: '${{told.arn}}'"))
    made, approved, executed = actions(found)
    assert [one["RunOrder"] for one in (made, approved, executed)] == [1, 2, 3]
    assert made["Namespace"] == "Prod_Plan" and made["OutputArtifacts"] == [{"Name": "Prod_Plan"}]
    assert "#{Prod_Plan.CHANGES}" in approved["Configuration"]["CustomData"]
    assert approved["Configuration"]["ExternalEntityLink"] == "#{Prod_Plan.REVIEW}"
    assert {"Name": "Prod_Plan"} in executed["InputArtifacts"]
    assert executed["Configuration"]["PrimarySource"] == "Source"
    instructions = json.loads(found["ShopPipelineProdProject"]["Properties"]["Source"]["BuildSpec"])
    assert set(instructions["env"]["exported-variables"]) == {"CHANGES", "REVIEW"}
    assert "plan.json" in instructions["artifacts"]["files"]
    assert (
        commands(found, "ShopPipelineProdExecution")[-1] == 'stackwright apply "$CODEBUILD_SRC_DIR_Prod_Plan/plan.json"'
    )


def test_without_approval_there_is_none() -> None:
    assert [one["Name"] for one in actions(built(platform(f"{PLANNED}, approve: false")))] == ["ChangeSet", "Execute"]


def test_who_plans_can_not_execute_and_who_executes_can_not_plan() -> None:
    found = built(platform(PLANNED))
    plan, execution = (allowed(found, role) for role in ROLE_OF.values())
    assert "cloudformation:CreateChangeSet" in plan and "cloudformation:ExecuteChangeSet" in execution
    assert "cloudformation:ExecuteChangeSet" not in plan
    assert not {"cloudformation:CreateChangeSet", "iam:PassRole"} & execution
    pipeline = allowed(found, "ShopPipelineRole")
    assert not [one for one in pipeline if one.startswith(("cloudformation:", "iam:"))]
    passed = statements(found, ROLE_OF["plan"])["PassServiceRole"]
    assert passed["Resource"] == [ROLE]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
    change = statements(found, ROLE_OF["plan"])["Change"]
    assert change["Condition"] == {"StringEquals": {"cloudformation:RoleArn": ROLE}}


@pytest.mark.parametrize(
    ("settings", "variables", "bucket"),
    [
        ("", {"ENVIRONMENT": "dev", "ROLE": ROLE, "SPEC": "spec/shop.yaml"}, "stackwright-${AWS::AccountId}"),
        (", environment: prod, bucket: own", {"ENVIRONMENT": "prod", "BUCKET": "own"}, ":::own/*"),
    ],
)
def test_the_plan_is_of_the_environment_and_in_the_bucket(
    settings: str, variables: dict[str, str], bucket: str
) -> None:
    found = built(platform(PLANNED + settings))
    given = found["ShopPipelineProdProject"]["Properties"]["Environment"]["EnvironmentVariables"]
    assert variables.items() <= {one["Name"]: one["Value"] for one in given}.items()
    assert bucket in str(statements(found, ROLE_OF["plan"])["Upload"]["Resource"])
    assert ("--bucket" in commands(found, "ShopPipelineProdProject")[1]) == ("bucket" in settings)


def test_stacks_of_further_regions_are_among_those_that_may_be_changed() -> None:
    found = built(platform(f"{PLANNED}, regions: [us-west-2]"))
    for role in ROLE_OF.values():
        assert "cloudformation:us-west-2:" in str(statements(found, role)["Stacks"]["Resource"])


@pytest.mark.parametrize(
    ("settings", "kind", "pulls"),
    [
        ("uri: '${tools.uri}:1.4'", "LINUX_CONTAINER", "ToolsRepository"),
        ("uri: '${tools.uri}:1.4', architecture: arm64", "ARM_CONTAINER", "ToolsRepository"),
        ("uri: '222222222222.dkr.ecr.eu-west-1.amazonaws.com/tools:1'", "LINUX_CONTAINER", "repository/tools"),
        ("uri: 'public.ecr.aws/docker/library/python:3.13'", "LINUX_CONTAINER", None),
    ],
)
def test_another_image_is_pulled_as_the_role_of_the_build(settings: str, kind: str, pulls: str | None) -> None:
    found = built(image(settings))
    machine = found["ShopPipelineMadeProject"]["Properties"]["Environment"]
    assert (machine["Type"], machine["ImagePullCredentialsType"]) == (kind, "SERVICE_ROLE")
    own = statements(found, "ShopPipelineBuildRole")
    assert ("MadeImage" in own) == ("SignIn" in own) == (pulls is not None)
    if pulls:
        assert pulls in str(own["MadeImage"]["Resource"])
        assert "ecr:PutImage" not in own["MadeImage"]["Action"]


def test_a_private_registry_has_a_secret_that_only_the_builds_may_read() -> None:
    found = built(image("uri: 'registry.example.com/build:1', credentials: '${registry.arn}'"))
    credential = found["ShopPipelineMadeProject"]["Properties"]["Environment"]["RegistryCredential"]
    assert credential["CredentialProvider"] == "SECRETS_MANAGER"
    assert "secretsmanager:GetSecretValue" in allowed(found, "ShopPipelineBuildRole")
    assert "secretsmanager" not in str(statements(found))


def test_an_image_of_codebuild_is_pulled_by_codebuild() -> None:
    machine = built(spec(BUILD))["ShopPipelineMadeProject"]["Properties"]["Environment"]
    assert machine["ImagePullCredentialsType"] == "CODEBUILD"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (function("name: '${told.name}'"), ["wrong-kind"]),
        (function("name: '${boxed.name}'"), ["bad-value"]),
        (function("name: '${plain.name}', shift: canary"), ["bad-value"]),
        (function("name: '${ready.name}', shift: canary, minutes: 2880"), []),
        (function("name: '${ready.name}', shift: linear, percent: 50, minutes: 2880"), []),
        (function("name: '${ready.name}', shift: linear, percent: 34, minutes: 1440"), []),
        (function("name: '${ready.name}', shift: linear, percent: 34, minutes: 1441"), ["bad-value"]),
        (function("name: '${ready.name}', shift: linear, percent: 1, minutes: 30"), ["bad-value"]),
        (platform(f"stack: shop, role: '{ROLE}'"), ["one-of-two"]),
        (platform(f"{PLANNED}, template: packaged.json"), ["one-of-two"]),
        (platform(f"{PLANNED}, configuration: prod.json"), ["unused-setting"]),
        (platform(f"{PACKAGED}, bucket: own, regions: [us-west-2]"), ["unused-setting"] * 2),
        (platform(f"{PACKAGED}, environment: prod"), ["unused-setting"]),
        (platform(f"{PACKAGED}, install: [pip install other]"), ["unused-setting"]),
        (platform(f"{PLANNED}, capabilities: [CAPABILITY_IAM]"), ["unused-setting"]),
        (platform(f"{PLANNED}, approve: false, topic: '${{told.arn}}'"), ["unused-setting"]),
        (function("name: '${ready.name}', percent: 20, minutes: 2"), ["unused-setting"] * 2),
        (spec("{name: look, approve: {}, on_failure: retry}"), ["unused-setting"]),
        (image("uri: '${code.name}'"), ["wrong-kind"]),
        (image("uri: '${told.name}'"), ["wrong-kind"]),
        (image("uri: 'a/b:1', credentials: '${told.arn}'"), ["wrong-kind"]),
        (image("uri: 'a/b:1'", ", runtimes: {python: '3.13'}"), ["unused-setting"]),
        (spec("{name: made, build: {commands: [make], custom_image: {}}}"), ["missing-property"]),
        (platform(PLANNED).replace("deploy: {", "deploy: {function: {name: '${plain.name}'}, "), ["one-of-two"]),
    ],
)
def test_what_these_can_get_wrong(text: str, codes: list[str]) -> None:
    assert [one.code for one in faults(text)] == codes


@pytest.mark.parametrize(
    ("said", "result", "more"),
    [
        ("rollback", "ROLLBACK", {}),
        ("retry", "RETRY", {"RetryConfiguration": {"RetryMode": "FAILED_ACTIONS"}}),
    ],
)
def test_a_stage_that_fails_is_run_again(said: str, result: str, more: dict[str, Json]) -> None:
    stages = built(spec(f"{{name: made, on_failure: {said}, build: {{commands: [make]}}}}"))["ShopPipeline"]
    assert stages["Properties"]["Stages"][-1]["OnFailure"] == {"Result": result, **more}
    assert "OnFailure" not in built(spec(BUILD))["ShopPipeline"]["Properties"]["Stages"][-1]


def test_an_image_without_a_tag_is_told() -> None:
    assert "image-tag" in {one.code for one in warnings(image("uri: 'public.ecr.aws/docker/library/python'"))}


@pytest.mark.parametrize(("stack", "makes"), [("demo-dev", True), ("demo-prod", False), ("shop-prod", False)])
def test_who_executes_plans_of_its_own_platform_makes_the_snapshots_that_come_first(stack: str, makes: bool) -> None:
    database = "databases: {main: {engine: postgres, version: '17', snapshot_before_deployment: true}}\n"
    found = built(database + platform(PLANNED.replace("shop-prod", stack)))
    assert ("rds:CreateDBSnapshot" in allowed(found, ROLE_OF["execution"])) == makes
    assert "rds:CreateDBSnapshot" not in allowed(found, ROLE_OF["plan"])


@pytest.mark.parametrize(
    ("way", "defaults"),
    [
        ("platform", {**stage_checks._OF_SPEC, **stage_checks._OF_TEMPLATE}),
        ("function", stage_checks._OF_SHIFT),
    ],
)
def test_what_is_unused_is_told_by_the_defaults_of_the_schema(way: str, defaults: dict[str, Json]) -> None:
    stage = load_schema().kinds["pipelines"]["properties"]["stages"]["items"]["properties"]
    known = stage["deploy"]["properties"][way]["properties"]
    assert {name: known[name]["default"] for name in defaults} == defaults
