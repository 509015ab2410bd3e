"""What others change after a deployment stays: images and numbers of tasks, and images by Systems Manager parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.compare_deployed import reviews_of_deployed
from deployer.deployed import find_stack
from deployer.environment import Deployment, Plans, deploy_roots, make_plans
from deployer.errors import DeployError
from deployer.outcome import Outcome
from deployer.plan import Plan
from deployer.plan_file import read_plan, write_plan
from deployer.publish import AS_SPECIFIED, Choice
from deployer.session import Aws
from tests.deployer.built_specs import compiled
from tests.deployer.test_bootstrap import opened

REGION = "us-east-1"
TASKS = """
platform: %s
environments: {dev: {posture: development}}
services:
  web: {image: "public.ecr.aws/a/web:1", scale: {min: 2, max: 2}, ignore: [image, desired_count]}
jobs:
  night: {image: "public.ecr.aws/a/night:1", ignore: [image]}
"""
FUNCTIONS = """
platform: %s
environments: {dev: {posture: development}}
functions:
  api: {code: ./api, runtime: python3.13, handler: app.handler, ignore: [code]}
"""
STORED = """
platform: %s
environments: {dev: {posture: development}}
services:
  web: {image: {parameter: "/%s/${env}/web"}, memory: 512}
"""


def deploy(aws: Aws, folder: Path, root: Compiled, choice: Choice = AS_SPECIFIED) -> Outcome:
    (outcome,) = deploy_roots(Deployment([root], folder, choice), opened(aws), lambda _: None)
    assert outcome.succeeded, outcome
    return outcome


def plan_of(aws: Aws, folder: Path, root: Compiled, choice: Choice = AS_SPECIFIED) -> Plan:
    (plan,) = make_plans([root], folder, opened(aws), choice).plans
    return plan


def running(aws: Aws, outcome: Outcome) -> Mapping[str, Json]:
    """The service as ECS has it."""
    ecs = aws.client("ecs", REGION)
    (cluster,) = [arn for arn in ecs.list_clusters()["clusterArns"] if outcome.stack in arn]
    (arn,) = ecs.list_services(cluster=cluster)["serviceArns"]
    service: Mapping[str, Json] = ecs.describe_services(cluster=cluster, services=[arn])["services"][0]
    return service


def image_of(aws: Aws, definition: str) -> str:
    found = aws.client("ecs", REGION).describe_task_definition(taskDefinition=definition)["taskDefinition"]
    return str(found["containerDefinitions"][0]["image"])


def register(aws: Aws, definition: str, image: str) -> str:
    """What a pipeline does: the same task definition with another image."""
    ecs = aws.client("ecs", REGION)
    found = ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
    containers = [{**found["containerDefinitions"][0], "image": image}]
    kept = {name: found[name] for name in ("family", "networkMode", "cpu", "memory", "requiresCompatibilities")}
    answer = ecs.register_task_definition(containerDefinitions=containers, **kept)
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def push_out(aws: Aws, outcome: Outcome, image: str) -> None:
    """What a pipeline does for a service: a new task definition, which the service runs from then on."""
    service = running(aws, outcome)
    arn = register(aws, service["taskDefinition"], image)
    ecs = aws.client("ecs", REGION)
    ecs.update_service(cluster=service["clusterArn"], service=service["serviceArn"], taskDefinition=arn)


def test_what_others_run_survives_the_next_deployment(aws: Aws, tmp_path: Path) -> None:
    first = deploy(aws, tmp_path, compiled(tmp_path, "kept", TASKS))
    assert image_of(aws, running(aws, first)["taskDefinition"]) == "public.ecr.aws/a/web:1"
    push_out(aws, first, "public.ecr.aws/a/web:7")
    service = running(aws, first)
    aws.client("ecs", REGION).update_service(
        cluster=service["clusterArn"], service=service["serviceArn"], desiredCount=5
    )
    register(aws, first.outputs["NightJobTaskDefinitionArn"], "public.ecr.aws/a/night:9")

    changed = compiled(tmp_path, "kept", TASKS.replace("min: 2", "min: 2, in_seconds: 60").replace(":1", ":2"))
    plan = plan_of(aws, tmp_path, changed)
    assert plan.request.parameters["WebServiceImage"] == "public.ecr.aws/a/web:7"
    assert plan.request.parameters["NightJobImage"] == "public.ecr.aws/a/night:9"
    assert plan.review.notes == (
        "services.web keeps the image that it has now, public.ecr.aws/a/web:7 instead of public.ecr.aws/a/web:2, as "
        "its 'ignore' says",
        "jobs.night keeps the image that it has now, public.ecr.aws/a/night:9 instead of public.ecr.aws/a/night:2, as "
        "its 'ignore' says",
    )
    again = deploy(aws, tmp_path, changed)
    service = running(aws, again)
    assert image_of(aws, service["taskDefinition"]) == "public.ecr.aws/a/web:7"
    assert service["desiredCount"] == 5
    assert image_of(aws, again.outputs["NightJobTaskDefinitionArn"]) == "public.ecr.aws/a/night:9"
    assert plan_of(aws, tmp_path, changed).empty


def test_a_plan_does_not_undo_what_came_after_it(aws: Aws, tmp_path: Path) -> None:
    root = compiled(tmp_path, "late", TASKS)
    first = deploy(aws, tmp_path, root)
    push_out(aws, first, "public.ecr.aws/a/web:2")
    plan = plan_of(aws, tmp_path, root)
    write_plan(Plans((plan,), ()), tmp_path / "late.plan")
    (read,) = read_plan(tmp_path / "late.plan").plans
    assert read.kept == plan.kept and len(read.kept) == 2
    push_out(aws, first, "public.ecr.aws/a/web:3")
    with pytest.raises(DeployError, match=r"changed to public\.ecr\.aws/a/web:3, after the plan was made"):
        apply_plan(read, aws)
    assert image_of(aws, running(aws, first)["taskDefinition"]) == "public.ecr.aws/a/web:3"


def test_a_parameter_that_is_given_wins(aws: Aws, tmp_path: Path) -> None:
    root = compiled(tmp_path, "given", TASKS)
    deploy(aws, tmp_path, root)
    plan = plan_of(aws, tmp_path, root, Choice(parameters={"WebServiceImage": "public.ecr.aws/a/web:4"}))
    assert plan.request.parameters["WebServiceImage"] == "public.ecr.aws/a/web:4"
    assert [one.component for one in plan.kept] == ["jobs.night"]


def test_code_of_others_stays(aws: Aws, tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    code = tmp_path / "api" / "app.py"
    code.write_text("def handler(event, context):\n    return 1\n", encoding="utf-8")
    root = compiled(tmp_path, "coded", FUNCTIONS)
    deploy(aws, tmp_path, root)
    stack = find_stack(aws, "coded-dev")
    assert stack
    key = stack.parameters["ApiFunctionCodeKey"]
    code.write_text("def handler(event, context):\n    return 2\n", encoding="utf-8")
    plan = plan_of(aws, tmp_path, root)
    assert plan.empty and plan.request.parameters["ApiFunctionCodeKey"] == key
    assert plan.materials.artifacts == {"ApiFunctionCodeKey": key}
    assert plan.review.notes == ("functions.api keeps the code that it has, as its 'ignore' says",)
    (review,) = reviews_of_deployed([root], tmp_path, opened(aws))
    assert not review.changes


def test_an_image_by_parameter_is_read_at_each_deployment(aws: Aws, tmp_path: Path) -> None:
    root = compiled(tmp_path, "stored", STORED)
    ssm = aws.client("ssm", REGION)
    ssm.put_parameter(Name="/stored/dev/web", Value="public.ecr.aws/a/web:1", Type="String")
    first = deploy(aws, tmp_path, root)
    assert image_of(aws, running(aws, first)["taskDefinition"]) == "public.ecr.aws/a/web:1"
    stack = find_stack(aws, "stored-dev")
    assert stack and stack.parameters["WebServiceImage"] == "/stored/dev/web"
    assert stack.resolved == {"WebServiceImage": "public.ecr.aws/a/web:1"}
    assert plan_of(aws, tmp_path, root).empty

    ssm.put_parameter(Name="/stored/dev/web", Value="public.ecr.aws/a/web:2", Type="String", Overwrite=True)
    plan = plan_of(aws, tmp_path, root)
    told = [setting for one in plan.review.components for setting in one.settings]
    assert [(one.path, one.before, one.after) for one in told] == [
        ("value of /stored/dev/web", "public.ecr.aws/a/web:1", "public.ecr.aws/a/web:2")
    ]
    second = deploy(aws, tmp_path, root)
    assert image_of(aws, running(aws, second)["taskDefinition"]) == "public.ecr.aws/a/web:2"


def test_a_parameter_that_is_not_there_is_told_before(aws: Aws, tmp_path: Path) -> None:
    root = compiled(tmp_path, "absent", STORED)
    elsewhere = replace(aws, endpoint="http://127.0.0.1")
    with pytest.raises(DeployError, match="no Systems Manager parameter '/absent/dev/web' in us-east-1"):
        plan_of(elsewhere, tmp_path, root)
    deploy(aws, tmp_path, root)
    (value,) = aws.client("ssm", REGION).get_parameters(Names=["/absent/dev/web"])["Parameters"]
    assert value["Value"] == "sandbox.invalid/web:1"
