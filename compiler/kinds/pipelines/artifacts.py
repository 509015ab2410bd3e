"""The bucket that a pipeline keeps its artefacts and the caches of its builds in."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, GetAtt, Sub, s3

from compiler.kinds.pipelines.settings import PipelineSettings
from compiler.program.component import Grant, Platform
from compiler.shared.access_log import access_log
from compiler.shared.bucket_events import bucket_events
from compiler.shared.bucket_policy import policy_of
from compiler.shared.keep import deletion
from compiler.shared.lifecycle import Lifecycle, Versions, lifecycle_rules
from compiler.shared.platform_key import KEY_ARN, USE
from compiler.source.json_value import Json

CACHE = "cache"
"""Start of the keys of caches."""
_FORMER_DAYS = 1
_UPLOAD_DAYS = 1


def artifact_bucket(platform: Platform, pipeline: PipelineSettings) -> Iterator[AWSObject]:
    days = Versions(pipeline.artifact_days, _FORMER_DAYS, _UPLOAD_DAYS)
    by_key = s3.ServerSideEncryptionByDefault(SSEAlgorithm="aws:kms", KMSMasterKeyID=KEY_ARN)
    rule = s3.ServerSideEncryptionRule(BucketKeyEnabled=True, ServerSideEncryptionByDefault=by_key)
    owner = s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")
    yield s3.Bucket(
        pipeline.artifacts_id,
        BucketEncryption=s3.BucketEncryption(ServerSideEncryptionConfiguration=[rule]),
        LifecycleConfiguration=s3.LifecycleConfiguration(Rules=lifecycle_rules(Lifecycle(), days)),
        NotificationConfiguration=bucket_events(),
        OwnershipControls=s3.OwnershipControls(Rules=[owner]),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
        **_access_log(platform, pipeline),
        **deletion(pipeline.keep),
    )
    yield policy_of(f"{pipeline.artifacts_id}Policy", pipeline.artifacts_id, ())


def _access_log(platform: Platform, pipeline: PipelineSettings) -> dict[str, Json]:
    for edge in platform.edges_from(pipeline):
        if edge.verb == "log":
            target = platform.capability(edge).environment["NAME"]
            return {"LoggingConfiguration": access_log(target, f"pipelines/{pipeline.name}")}
    return {}


def artifact_grants(pipeline: PipelineSettings) -> Iterator[tuple[str, Grant]]:
    """What the pipeline and its builds take to hand artefacts on.

    Sources: CodePipeline user guide, "Manage the CodePipeline service role"; CodeBuild user guide, "Allow CodeBuild to
    interact with other AWS services"; the key without kms:ViaService, as both guides have it.
    """
    bucket = GetAtt(pipeline.artifacts_id, "Arn")
    objects = Sub(f"${{{pipeline.artifacts_id}.Arn}}/*")
    look = ("s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning")
    yield "ArtifactBucket", Grant(look, (bucket,))
    yield "Artifacts", Grant(("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"), (objects,))
    yield "Key", Grant(tuple(f"kms:{action}" for action in USE), (KEY_ARN,))
