"""What others change or name: `ignore`, images by parameter, and what a pipeline does with an image that is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.pipeline import compile_spec, platform_of
from compiler.source.json_value import Json
from deployer.setup.policies import Policies, policies
from tests.kinds.building import compiled, faults, resources

HEAD = 'platform: demo\nenvironments: {dev: {posture: development, account: "111122223333"}}\n'
ROLE = "arn:aws:iam::111122223333:role/demo-execution"
ECS = "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:service/*/demo-dev-*"
LAMBDA = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"
SSM = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/"


def allowed(document: Json) -> dict[str, list[str]]:
    """Action → resources."""
    found: dict[str, list[str]] = {}
    for statement in document["Statement"]:
        for action in statement["Action"]:
            found.setdefault(action, []).extend(statement["Resource"])
    return found


def of_setup(folder: Path, text: str) -> Policies:
    file = folder / "spec.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    return policies(platform_of(str(file), "dev"), compile_spec(str(file), ("dev",)), ROLE)


@pytest.mark.parametrize(
    ("text", "action", "where"),
    [
        ("services: {web: {image: 'a/b:1', ignore: [image]}}", "ecs:DescribeServices", [ECS]),
        ("services: {web: {image: 'a/b:1', ignore: [image]}}", "ecs:DescribeTaskDefinition", ["*"]),
        ("jobs: {night: {image: 'a/b:1', ignore: [image]}}", "ecs:DescribeTaskDefinition", ["*"]),
        ("services: {web: {image: {parameter: /team/web}}}", "ssm:GetParameters", [f"{SSM}team/web"]),
        (
            "jobs: {night: {image: 'a/b:1', sidecars: {x: {image: {parameter: /team/x}}}}}",
            "ssm:GetParameters",
            [f"{SSM}team/x"],
        ),
        (
            "services: {web: {image: {parameter: 'arn:aws:ssm:us-east-1:222222222222:parameter/team/web'}}}",
            "ssm:GetParameters",
            ["arn:aws:ssm:us-east-1:222222222222:parameter/team/web"],
        ),
        (
            "functions: {f: {image: '111122223333.dkr.ecr.us-east-1.amazonaws.com/f:1', ignore: [image]}}",
            "lambda:GetFunction",
            [f"{LAMBDA}demo-dev-*"],
        ),
        (
            "naming: 'acme-${name}'\n"
            "functions: {f: {image: '111122223333.dkr.ecr.us-east-1.amazonaws.com/f:1', ignore: [image]}}",
            "lambda:GetFunction",
            [f"{LAMBDA}acme-f"],
        ),
    ],
)
def test_whoever_deploys_may_read_just_that(text: str, action: str, where: list[str], tmp_path: Path) -> None:
    found = of_setup(tmp_path, text)
    assert allowed(found.plan)[action] == where
    assert allowed(found.apply)[action] == where


def test_nothing_more_is_read_where_nobody_else_changes_anything(tmp_path: Path) -> None:
    found = of_setup(tmp_path, "services: {web: {image: 'a/b:1', ignore: [desired_count]}}")
    calls = allowed(found.plan).keys() | allowed(found.apply).keys()
    assert not [one for one in calls if one.startswith(("ecs:", "lambda:", "ssm:"))]


def test_cloudformations_role_may_read_the_parameter(tmp_path: Path) -> None:
    found = of_setup(tmp_path, "services: {web: {image: {parameter: /team/web}}}")
    rows = [row for one in found.resources for row in one["Statement"] if "ssm:GetParameters" in row["Action"]]
    assert [f"{SSM}team/web"] in [row["Resource"] for row in rows]


def test_a_count_of_others_is_in_no_template_and_no_alarm() -> None:
    kept = "services: {web: {image: 'a/b:1', scale: {min: 2, max: 2}%s}}\n"
    own, theirs = (resources(compiled(HEAD + kept % more)) for more in ("", ", ignore: [desired_count]"))
    assert own["WebService"]["Properties"]["DesiredCount"] == 2
    assert "DesiredCount" not in theirs["WebService"]["Properties"]
    assert [*own.keys() - theirs.keys()] == [name for name in own if name.endswith("TasksMissingAlarm")]


def test_a_nested_stack_gets_the_value_and_not_the_name() -> None:
    root = compiled(HEAD + "services: {web: {image: {parameter: /team/web}}}")
    assert root.root.body["Parameters"]["WebServiceImage"] == {
        "Type": "AWS::SSM::Parameter::Value<String>",
        "Default": "/team/web",
        "Description": "Systems Manager parameter with the container image of services.web",
    }
    declared = [one.body.get("Parameters", {}).get("WebServiceImage") for one in root.children]
    assert [one["Type"] for one in declared if one] == ["String"]


@pytest.mark.parametrize("image", ["{parameter: /team/web, repository: '%s'}", "{parameter: /team/web}"])
def test_the_repository_that_is_named_may_be_pulled(image: str) -> None:
    repository = "222222222222.dkr.ecr.us-east-1.amazonaws.com/web"
    text = f"services: {{web: {{image: {image.replace('%s', repository)}}}}}"
    role = resources(compiled(HEAD + text))["WebServiceExecutionRole"]
    assert ("repository/web" in str(role)) == ("%s" in image)


PIPELINE = """
buckets: {{sources: {{}}}}
services: {{web: {{image: 'a/b:1', ignore: [image]}}}}
roles: {{deployer: {{trusted: {{services: [cloudformation.amazonaws.com]}}}}}}
pipelines:
  infra:
    source: {{bucket: "${{sources.name}}", key: spec.zip}}
    stages:
      - name: dev
        deploy: {{platform: {{stack: {stack}, spec: spec.yaml, {more}role: "${{deployer.arn}}", approve: false}}}}
"""


def test_a_pipeline_builds_where_it_is_told_to() -> None:
    found = resources(compiled(HEAD + PIPELINE.format(stack="other-dev", more="images: other/dev, ")))
    machines = {
        name: one["Properties"]["Environment"]["PrivilegedMode"]
        for name, one in found.items()
        if one["Type"] == "AWS::CodeBuild::Project"
    }
    assert machines == {"InfraPipelineDevProject": True, "InfraPipelineDevExecution": False}
    plan, run = (
        allowed(found[f"InfraPipelineDev{name}Role"]["Properties"]["Policies"][0]["PolicyDocument"])
        for name in ("Plan", "Execution")
    )
    assert plan.keys() - run.keys() >= {"ecr:UploadLayerPart", "ecr:GetAuthorizationToken", "ecr:DescribeImages"}
    assert plan["ecr:PutImage"] == run["ecr:PutImage"]
    assert "repository/other/dev/*" in str(plan["ecr:PutImage"])
    assert "ecs:DescribeServices" not in plan


def test_a_pipeline_of_its_own_platform_reads_what_others_run() -> None:
    found = resources(compiled(HEAD + PIPELINE.format(stack="demo-dev", more="")))
    for name in ("Plan", "Execution"):
        document = found[f"InfraPipelineDev{name}Role"]["Properties"]["Policies"][0]["PolicyDocument"]
        assert {"ecs:DescribeServices", "ecs:DescribeTaskDefinition"} <= allowed(document).keys()
        assert not [action for action in allowed(document) if action.startswith("ecr:")]


def test_in_a_fleet_only_the_count_is_left_to_others() -> None:
    one = "{posture: production, fleet: {accounts: ['111111111111'], regions: [us-east-1]}}"
    fleet = f"platform: demo\nenvironments: {{all: {one}}}\n"
    text = "services: {web: {image: 'a/b:1', ignore: [image, desired_count]}, api: {image: {parameter: /a}}}\n"
    assert sorted(one.code for one in faults(fleet + text)) == ["ignored-setting", "image-parameter"]
