"""The deployments of a pipeline, and what each takes.

Source: CodePipeline user guide, "Service role permissions" in the action references of Amazon ECS, Amazon S3 deploy
and AWS CloudFormation.
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, GetAtt, Ref, Sub, codebuild, codepipeline

from compiler.kinds.pipelines.access import offered, pointed, read
from compiler.kinds.pipelines.actions import action, build_action, taken
from compiler.kinds.pipelines.approvals import approval
from compiler.kinds.pipelines.artifacts import artifact_grants
from compiler.kinds.pipelines.builds import BUILDER, log_grants
from compiler.kinds.pipelines.function_deploys import function_action, function_grants
from compiler.kinds.pipelines.planned import planned_actions
from compiler.kinds.pipelines.settings import (
    Approve,
    Deploy,
    PipelineSettings,
    PlatformDeploy,
    ServiceDeploy,
    SiteDeploy,
    Stage,
)
from compiler.kinds.pipelines.small_projects import SmallProject, small_project
from compiler.program.component import Grant, Platform, Value
from compiler.shared.cluster import CLUSTER_ARN, CLUSTER_ID
from compiler.shared.roles import policy, role
from compiler.shared.tasks import Task
from compiler.source.json_value import Json

_CHANGES = "changes"
"""Name of the change set that is shown and executed."""
_INVALIDATE = 'aws cloudfront create-invalidation --distribution-id "$DISTRIBUTION" --paths "/*"'
_BUCKET = ("s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning")
_STACK = (
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeStacks",
    "cloudformation:ExecuteChangeSet",
)


def deploy_stage(platform: Platform, pipeline: PipelineSettings, stage: Stage) -> codepipeline.Stages:
    said, artifact = stage.deploy, pipeline.artifact_for(stage)
    actions: list[codepipeline.Actions] = []
    if said and said.service:
        actions = [_service(said.service, artifact)]
    elif said and said.function:
        actions = [function_action(platform, said.function, artifact)]
    elif said and said.site:
        actions = [*_site(platform, pipeline, stage)]
    elif said and said.platform and said.platform.spec:
        actions = [*planned_actions(pipeline, stage, said.platform)]
    elif said and said.platform:
        actions = [*_changes(said.platform, artifact)]
    return codepipeline.Stages(Name=stage.title, Actions=actions)


def _service(said: ServiceDeploy, artifact: str) -> codepipeline.Actions:
    configuration = {
        "ClusterName": Ref(CLUSTER_ID),
        "ServiceName": said.name,
        "FileName": said.file,
        "DeploymentTimeout": str(said.minutes),
    }
    return action("Deploy", ("Deploy", "ECS"), configuration, InputArtifacts=[taken(artifact)])


def _site(platform: Platform, pipeline: PipelineSettings, stage: Stage) -> Iterator[codepipeline.Actions]:
    assert stage.deploy and stage.deploy.site
    said, artifact = stage.deploy.site, taken(pipeline.artifact_for(stage))
    configuration: dict[str, Json] = {"BucketName": said.bucket, "Extract": "true"}
    if said.cache_control:
        configuration["CacheControl"] = said.cache_control
    for grant in _keys(platform, said):
        configuration["KMSEncryptionKeyARN"] = grant.resources[0]
    yield action("Deploy", ("Deploy", "S3"), configuration, InputArtifacts=[artifact])
    if said.cdn:
        project = Ref(pipeline.project_id(stage))
        yield build_action("Invalidate", project, InputArtifacts=[artifact], RunOrder=2)


def _changes(said: PlatformDeploy, artifact: str) -> Iterator[codepipeline.Actions]:
    """The change set is made, shown and executed under one name: nothing else can come between."""
    kind = ("Deploy", "CloudFormation")
    named = {"StackName": said.stack, "ChangeSetName": _CHANGES}
    template = {
        "ActionMode": "CHANGE_SET_REPLACE",
        "TemplatePath": f"{artifact}::{said.template}",
        "RoleArn": said.role,
        "Capabilities": ",".join(sorted(said.capabilities)),
        "TemplateConfiguration": f"{artifact}::{said.configuration}" if said.configuration else "",
    }
    made = {**named, **{key: value for key, value in template.items() if value}}
    yield action("ChangeSet", kind, made, InputArtifacts=[taken(artifact)], RunOrder=1)
    if said.approve:
        comment = f"Execute the change set {_CHANGES} of the stack {said.stack}?"
        yield approval("Approve", Approve(said.topic, comment, None), 2)
    yield action("Execute", kind, {"ActionMode": "CHANGE_SET_EXECUTE", **named}, RunOrder=3 if said.approve else 2)


def deploy_grants(platform: Platform, pipeline: PipelineSettings) -> Iterator[tuple[str, Grant]]:
    """What the pipeline's role takes for all deployments."""
    for stage in pipeline.stages:
        said = stage.deploy or Deploy(None, None, None, None)
        if said.service:
            yield from _service_grants(platform, stage, said.service)
        if said.function:
            yield from function_grants(platform, pipeline, stage, said.function)
        if said.site:
            yield from _site_grants(platform, stage, said.site)
        if said.platform and not said.platform.spec:
            yield from _stack_grants(platform, stage, said.platform)


def _site_grants(platform: Platform, stage: Stage, said: SiteDeploy) -> Iterator[tuple[str, Grant]]:
    """Putting files into the bucket and nothing else. Its key comes with the verb `write`.

    Source: "Amazon S3 deploy action reference", whose actions on ACLs are for `CannedACL`, which nothing sets here.
    """
    arn = pointed(platform, said.bucket).attributes()["arn"]
    objects = Sub("${Bucket}/*", Bucket=arn)
    yield f"Deploy{stage.title}Bucket", Grant(_BUCKET, (arn,))
    yield f"Deploy{stage.title}Files", Grant(("s3:AbortMultipartUpload", "s3:PutObject"), (objects,))
    for grant in _keys(platform, said):
        yield f"Deploy{stage.title}Key", grant


def _keys(platform: Platform, said: SiteDeploy) -> list[Grant]:
    return [one for _, one in offered(platform, said.bucket, "write") if one.actions[0].startswith("kms:")]


def _service_grants(platform: Platform, stage: Stage, said: ServiceDeploy) -> Iterator[tuple[str, Grant]]:
    """A deployment registers a task definition like the last one, which has the roles of the service.

    Beside the actions of the action reference, the tasks of the service: aws-cdk's action takes these too.
    """
    place = "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}"
    cluster = f"${{{CLUSTER_ID}}}"
    task = pointed(platform, said.name)
    assert isinstance(task, Task)
    service = Sub(f"{place}:service/{cluster}/${{Service}}", Service=read(platform, said.name))
    family = f"{platform.name}-{platform.environment}-{task.section}-{task.name}"
    here = {"ArnEquals": {"ecs:cluster": CLUSTER_ARN}}
    definitions = Sub(f"{place}:task-definition/{family}:*")
    at_birth = {"StringEquals": {"ecs:CreateAction": "RegisterTaskDefinition"}}
    yield f"Deploy{stage.title}Service", Grant(("ecs:DescribeServices", "ecs:UpdateService"), (service,))
    yield "Tasks", Grant(("ecs:DescribeTasks",), (Sub(f"{place}:task/{cluster}/*"),))
    yield "ListTasks", Grant(("ecs:ListTasks",), ("*",), here)
    yield "TaskDefinitions", Grant(("ecs:DescribeTaskDefinition",), ("*",))
    yield f"{task.stem}Definitions", Grant(("ecs:RegisterTaskDefinition",), (definitions,))
    yield f"{task.stem}Tags", Grant(("ecs:TagResource",), (definitions,), at_birth)
    roles = tuple(GetAtt(one, "Arn") for one in (task.role_id, task.execution_role_id))
    to_tasks = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    yield f"{task.stem}Roles", Grant(("iam:PassRole",), roles, to_tasks)


def _stack_grants(platform: Platform, stage: Stage, said: PlatformDeploy) -> Iterator[tuple[str, Grant]]:
    """Source also: aws-cdk's CloudFormation actions, which take these and no more."""
    stack = Sub(f"arn:${{AWS::Partition}}:cloudformation:${{AWS::Region}}:${{AWS::AccountId}}:stack/{said.stack}/*")
    yield f"Deploy{stage.title}Stack", Grant(_STACK, (stack,))
    to_stacks = {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
    yield f"Deploy{stage.title}Role", Grant(("iam:PassRole",), (read(platform, said.role),), to_stacks)


def invalidations(platform: Platform, pipeline: PipelineSettings) -> Iterator[AWSObject]:
    """A project and a role for each site with a distribution, which may throw away its copies and nothing else."""
    for stage, said in pipeline.sites:
        if said.cdn:
            role_id = f"{pipeline.stem}{stage.title}InvalidationRole"
            place = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}"
            distribution = Sub(place, Distribution=read(platform, said.cdn))
            invalidate = Grant(("cloudfront:CreateInvalidation",), (distribution,))
            grants = [("Invalidate", invalidate), *log_grants(pipeline), *artifact_grants(pipeline)]
            yield role(role_id, BUILDER, [policy("invalidate", grants)])
            yield _invalidation(pipeline, stage, role_id, said.cdn)


def _invalidation(pipeline: PipelineSettings, stage: Stage, role_id: str, cdn: Value) -> codebuild.Project:
    about = f"Invalidation of {stage.name} of {pipeline.path}"
    instructions = {"version": 0.2, "phases": {"build": {"commands": [_INVALIDATE]}}}
    project = SmallProject(pipeline.project_id(stage), role_id, about, 10)
    return small_project(pipeline, project, instructions, {"DISTRIBUTION": cdn})
