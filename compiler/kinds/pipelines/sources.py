"""The first stage of a pipeline, what it takes, and what starts the pipeline.

Source: CodePipeline user guide, "Service role permissions" in the action references of CodeCommit, Amazon ECR, Amazon
S3 and CodeStarSourceConnection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, GetAtt, Sub, codepipeline, events

from compiler.kinds.pipelines.access import offered, pointed, read
from compiler.kinds.pipelines.actions import action, output
from compiler.kinds.pipelines.settings import SOURCE, PipelineSettings, Trigger
from compiler.program.component import Grant, Platform, Value
from compiler.shared.deliveries import SERVICE
from compiler.shared.roles import policy, role, trust
from compiler.source.json_value import Json

_CONNECTION = "CodeStarSourceConnection"
_CODE = (
    "codecommit:CancelUploadArchive",
    "codecommit:GetBranch",
    "codecommit:GetCommit",
    "codecommit:GetRepository",
    "codecommit:GetUploadArchiveStatus",
    "codecommit:UploadArchive",
)
_OBJECT = ("s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging")
_BUCKET = ("s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning")


def _is_code(platform: Platform, repository: str) -> bool:
    return bool(platform.spec.at(pointed(platform, repository).address).settings["content"] == "code")


def _arn(platform: Platform, name: str) -> Value:
    return pointed(platform, name).attributes()["arn"]


def source_stage(platform: Platform, pipeline: PipelineSettings) -> codepipeline.Stages:
    provider, configuration = _provider(platform, pipeline)
    taken = action(SOURCE, ("Source", provider), configuration, OutputArtifacts=[output(SOURCE)])
    return codepipeline.Stages(Name=SOURCE, Actions=[taken])


def _provider(platform: Platform, pipeline: PipelineSettings) -> tuple[str, dict[str, Json]]:
    """Never polling: a rule or the connection starts the pipeline."""
    said = pipeline.source
    still = {"PollForSourceChanges": "false"}
    if said.connection:
        detects = "true" if said.starts and not pipeline.triggers else "false"
        connected = {"ConnectionArn": said.connection, "FullRepositoryId": said.project, "BranchName": said.branch}
        return _CONNECTION, {**connected, "DetectChanges": detects, "OutputArtifactFormat": "CODE_ZIP"}
    if said.bucket:
        return "S3", {"S3Bucket": said.bucket, "S3ObjectKey": said.key, **still}
    name = {"RepositoryName": said.repository}
    if said.repository and _is_code(platform, said.repository):
        return "CodeCommit", {**name, "BranchName": said.branch, "OutputArtifactFormat": "CODE_ZIP", **still}
    return "ECR", {**name, "ImageTag": said.tag}


def source_grants(platform: Platform, pipeline: PipelineSettings) -> Iterator[tuple[str, Grant]]:
    """What the pipeline's role takes to fetch the source."""
    said = pipeline.source
    if said.connection:
        yield "Connection", Grant(_use(said.connection), (said.connection,))
    elif said.bucket:
        yield from offered(platform, said.bucket, "read")
        objects = Sub("arn:${AWS::Partition}:s3:::${Bucket}/*", Bucket=read(platform, said.bucket))
        yield "SourceBucket", Grant(_BUCKET, (_arn(platform, said.bucket),))
        yield "SourceObject", Grant(_OBJECT, (objects,))
    elif said.repository:
        actions = _CODE if _is_code(platform, said.repository) else ("ecr:DescribeImages",)
        yield "Repository", Grant(actions, (_arn(platform, said.repository),))


def _use(connection: str) -> tuple[str, ...]:
    """The action has the prefix of the ARN, new or old; both where only the deployment knows it."""
    actions = ("codeconnections:UseConnection", "codestar-connections:UseConnection")
    return tuple(one for one in actions if one.split(":")[0] in connection.split(":")) or actions


def triggers(pipeline: PipelineSettings) -> dict[str, Json]:
    """Which pushes start the pipeline. The source then must not detect changes by itself."""
    if not pipeline.triggers:
        return {}
    pushes = [codepipeline.GitPushFilter(**_filter(one)) for one in pipeline.triggers]
    git = codepipeline.GitConfiguration(SourceActionName=SOURCE, Push=pushes)
    return {"Triggers": [codepipeline.PipelineTriggerDeclaration(ProviderType=_CONNECTION, GitConfiguration=git)]}


def _filter(one: Trigger) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if one.branches:
        found["Branches"] = codepipeline.GitBranchFilterCriteria(Includes=list(one.branches))
    if one.tags:
        found["Tags"] = codepipeline.GitTagFilterCriteria(Includes=list(one.tags))
    files = {"Includes": list(one.files), "Excludes": list(one.ignored_files)}
    said = {key: value for key, value in files.items() if value}
    return found | ({"FilePaths": codepipeline.GitFilePathFilterCriteria(**said)} if said else {})


def starting_rule(platform: Platform, pipeline: PipelineSettings) -> Iterator[AWSObject]:
    """The rule that starts the pipeline when a source of the platform changes, and its role."""
    pattern = _pattern(platform, pipeline)
    if not pattern or not pipeline.source.starts:
        return
    role_id, arn = f"{pipeline.stem}StartRole", pipeline_arn(pipeline)
    start = Grant(("codepipeline:StartPipelineExecution",), (arn,))
    yield role(role_id, trust(SERVICE), [policy("start", [("Start", start)])])
    yield events.Rule(
        f"{pipeline.stem}Start",
        Description=f"Starts {pipeline.path}",
        EventPattern=dict(pattern),
        State="ENABLED",
        Targets=[events.Target(Id=pipeline.name, Arn=arn, RoleArn=GetAtt(role_id, "Arn"))],
    )


def pipeline_arn(pipeline: PipelineSettings) -> Value:
    name = f"${{{pipeline.main_id}}}"
    return Sub(f"arn:${{AWS::Partition}}:codepipeline:${{AWS::Region}}:${{AWS::AccountId}}:{name}")


def _pattern(platform: Platform, pipeline: PipelineSettings) -> Mapping[str, Json]:
    """Source: CodePipeline user guide, "CodeCommit / Amazon ECR / Amazon S3 source actions and EventBridge"."""
    said = pipeline.source
    if said.bucket:
        made: Json = {"bucket": {"name": [read(platform, said.bucket)]}, "object": {"key": [said.key]}}
        return {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": made}
    if not said.repository:
        return {}
    if _is_code(platform, said.repository):
        return {
            "source": ["aws.codecommit"],
            "detail-type": ["CodeCommit Repository State Change"],
            "resources": [_arn(platform, said.repository)],
            "detail": {
                "event": ["referenceCreated", "referenceUpdated"],
                "referenceType": ["branch"],
                "referenceName": [said.branch],
            },
        }
    detail = {
        "action-type": ["PUSH"],
        "image-tag": [said.tag],
        "repository-name": [read(platform, said.repository)],
        "result": ["SUCCESS"],
    }
    return {"source": ["aws.ecr"], "detail-type": ["ECR Image Action"], "detail": detail}
