"""A platform that Stackwright plans and executes: one build plans, somebody approves, another one executes that plan.

What the change set does stands in the approval, since only Stackwright compares nested stacks. Sources: CodeBuild user
guide, "Build specification reference" (exported-variables); CodePipeline user guide, "Variables reference" and
"Manual approval action reference".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troposphere import AWSObject, Ref, codepipeline

from compiler.kinds.pipelines.access import read
from compiler.kinds.pipelines.actions import action, build_action, output, taken
from compiler.kinds.pipelines.approvals import approval
from compiler.kinds.pipelines.artifacts import artifact_grants
from compiler.kinds.pipelines.builds import BUILDER, log_grants
from compiler.kinds.pipelines.settings import Approve, PipelineSettings, PlatformDeploy, Stage
from compiler.kinds.pipelines.small_projects import SmallProject, small_project
from compiler.program.component import Grant, Platform, Value
from compiler.shared.deployer_calls import (
    CHANGE_SETS,
    READ,
    artefacts,
    change,
    execute,
    findings,
    pass_on,
    records,
    root_and_nested,
)
from compiler.shared.image_grants import mark_grants, push_grants
from compiler.shared.kept_grants import kept_grants
from compiler.shared.roles import policy, role
from compiler.shared.snapshots import snapshot_grants
from compiler.shared.stored_images import stored_image_grants
from compiler.source.json_value import Json

_PLAN = "plan.json"
_SHOWN = "plan.txt"
_RUNTIME = {"python": "3.13"}
_PLAN_COMMANDS = (
    'stackwright plan "$SPEC" --env "$ENVIRONMENT" --role "$ROLE"{bucket} --out plan.json > plan.txt'
    " || (cat plan.txt; false)",
    "cat plan.txt",
    "export CHANGES=\"$(grep '^[^ ]' plan.txt | grep -v '^run: ' | tr '\\n' ' ' | cut -c 1-700)\"",
    'export REVIEW="$CODEBUILD_BUILD_URL"',
)
"""An approval has 1,000 characters, so it says how many changes there are, and leads to the log of the build."""
_EXPORTED = ("CHANGES", "REVIEW")
_EXECUTE = 'stackwright apply "$CODEBUILD_SRC_DIR_{plan}/plan.json"'
_MINUTES = 480
"""As long as a database may take; CodeBuild knows up to 36 hours."""


def planned_stages(pipeline: PipelineSettings) -> Iterator[tuple[Stage, PlatformDeploy]]:
    for stage in pipeline.stages:
        if stage.deploy and stage.deploy.platform and stage.deploy.platform.spec:
            yield stage, stage.deploy.platform


def planned_projects(pipeline: PipelineSettings) -> list[str]:
    """Logical ids of the projects, which the pipeline runs."""
    stages = [stage for stage, _ in planned_stages(pipeline)]
    return [one for stage in stages for one in (pipeline.project_id(stage), _execution(pipeline, stage))]


def planned_actions(pipeline: PipelineSettings, stage: Stage, said: PlatformDeploy) -> Iterator[codepipeline.Actions]:
    source, plan = [taken(pipeline.artifact_for(stage))], _plan_of(stage)
    project = Ref(pipeline.project_id(stage))
    made = {"InputArtifacts": source, "OutputArtifacts": [output(plan)], "Namespace": plan}
    yield build_action("ChangeSet", project, **made)
    if said.approve:
        comment = f"Execute the change set of the stack {said.stack}? #{{{plan}.CHANGES}}"
        yield approval("Approve", Approve(said.topic, comment, f"#{{{plan}.REVIEW}}"), 2)
    # the source too, since it may have what installs Stackwright
    inputs = {"InputArtifacts": [*source, taken(plan)], "RunOrder": 3 if said.approve else 2}
    run = {"ProjectName": Ref(_execution(pipeline, stage)), "PrimarySource": pipeline.artifact_for(stage)}
    yield action("Execute", ("Build", "CodeBuild"), run, **inputs)


def _plan_of(stage: Stage) -> str:
    """Artefact and namespace of a plan; the underscore keeps it apart from the artefacts of builds."""
    return f"{stage.title}_Plan"


def _execution(pipeline: PipelineSettings, stage: Stage) -> str:
    return f"{pipeline.stem}{stage.title}Execution"


def planned_resources(platform: Platform, pipeline: PipelineSettings) -> Iterator[AWSObject]:
    """Two projects and two roles for each: who plans, with commands of the source, can execute nothing."""
    for stage, said in planned_stages(pipeline):
        plan_role, execution = f"{pipeline.stem}{stage.title}PlanRole", _execution(pipeline, stage)
        about = f"{stage.name} of {pipeline.path}"
        plan = SmallProject(pipeline.project_id(stage), plan_role, f"Plan of {about}", _MINUTES, bool(said.images))
        run = SmallProject(execution, f"{execution}Role", f"Execution of {about}", _MINUTES)
        yield role(plan_role, BUILDER, [policy("plan", [*_plan_grants(platform, pipeline, said)])])
        yield small_project(pipeline, plan, _plan_spec(said), _variables(platform, said))
        yield role(run.role_id, BUILDER, [policy("execute", [*_execution_grants(platform, pipeline, said)])])
        execute_plan = [_EXECUTE.format(plan=_plan_of(stage))]
        yield small_project(pipeline, run, {"version": 0.2, **_phases(said, execute_plan)}, {})


def _variables(platform: Platform, said: PlatformDeploy) -> dict[str, Value]:
    bucket = {"BUCKET": said.bucket} if said.bucket else {}
    environment = said.environment or platform.environment
    return {**bucket, "ENVIRONMENT": environment, "ROLE": said.role, "SPEC": said.spec or ""}


def _plan_spec(said: PlatformDeploy) -> Json:
    bucket = ' --bucket "$BUCKET"' if said.bucket else ""
    commands = [_PLAN_COMMANDS[0].format(bucket=bucket), *_PLAN_COMMANDS[1:]]
    files = {"artifacts": {"files": [_PLAN, _SHOWN]}}
    return {"version": 0.2, "env": {"exported-variables": list(_EXPORTED)}, **_phases(said, commands), **files}


def _phases(said: PlatformDeploy, commands: Sequence[str]) -> dict[str, Json]:
    install = {"runtime-versions": _RUNTIME, "commands": list(said.install)}
    return {"phases": {"install": install, "build": {"commands": list(commands)}}}


def _plan_grants(platform: Platform, pipeline: PipelineSettings, said: PlatformDeploy) -> Iterator[tuple[str, Grant]]:
    regions = _regions(said)
    root, nested = root_and_nested(said.stack, regions)
    service_role = read(platform, said.role)
    yield from _both(pipeline, (*root, *nested))
    yield from findings(regions)
    yield from change(root, nested, service_role)
    yield from artefacts(said.bucket, regions)
    yield "PassServiceRole", pass_on(service_role)
    if said.images:
        yield from push_grants(said.images, regions)
    if _is_own(platform, said):
        yield from stored_image_grants(platform, regions)
        yield from kept_grants(platform)


def _is_own(platform: Platform, said: PlatformDeploy) -> bool:
    """Of another platform it is not known what it reads, nor what is copied first."""
    return said.stack == f"{platform.name}-{platform.environment}"


def _execution_grants(
    platform: Platform, pipeline: PipelineSettings, said: PlatformDeploy
) -> Iterator[tuple[str, Grant]]:
    regions = _regions(said)
    root, nested = root_and_nested(said.stack, regions)
    yield from _both(pipeline, (*root, *nested))
    yield from findings(regions)
    yield from execute((*root, *nested))
    yield from records(said.bucket, regions, said.stack)
    if said.images:
        yield from mark_grants(said.images, regions)
    if _is_own(platform, said):
        yield from kept_grants(platform)
        yield from snapshot_grants(platform)


def _both(pipeline: PipelineSettings, stacks: tuple[Value, ...]) -> Iterator[tuple[str, Grant]]:
    yield from log_grants(pipeline)
    yield from artifact_grants(pipeline)
    yield "Stacks", Grant((*READ, *CHANGE_SETS), stacks)


def _regions(said: PlatformDeploy) -> list[str]:
    return ["${AWS::Region}", *sorted(said.regions)]
