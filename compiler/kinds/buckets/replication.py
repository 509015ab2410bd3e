"""Copies of a bucket's objects in another bucket: the configuration and the role that S3 copies with.

Source: S3 user guide, "Setting up permissions" and "Replicating encrypted objects".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from awacs.aws import Action, Allow, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Ref, Sub, iam, s3

from compiler.kinds.buckets.settings import BucketSettings, Replicate
from compiler.program.component import Grant, Platform, Value
from compiler.program.glue import statement
from compiler.shared.arns import region_in
from compiler.shared.platform_key import KEY_ARN, key_grant
from compiler.shared.recovery_region import copy_key
from compiler.shared.roles import role
from compiler.source.json_value import Json

REPLICATE = ("s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags")
KEY_ACTIONS = ("Decrypt", "Encrypt")
"""Decrypt is what a bucket key asks for besides."""
_CONFIGURATION = ("s3:GetReplicationConfiguration", "s3:ListBucket")
_VERSIONS = ("s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging")
_LOCKS = ("s3:GetObjectLegalHold", "s3:GetObjectRetention")
_CLASSES = {
    "infrequent-access": "STANDARD_IA",
    "intelligent-tiering": "INTELLIGENT_TIERING",
    "glacier-instant": "GLACIER_IR",
    "glacier": "GLACIER",
    "deep-archive": "DEEP_ARCHIVE",
}
_PROMISED = 15


def role_id(bucket: BucketSettings) -> str:
    """Logical id of the role that S3 copies with."""
    return f"{bucket.stem}ReplicationRole"


def replication(bucket: BucketSettings, said: Replicate, platform: Platform) -> s3.ReplicationConfiguration:
    """One rule for all objects, or for those below a prefix."""
    status = "Enabled" if said.deletions else "Disabled"
    rule = s3.ReplicationConfigurationRules(
        Id="copies",
        Priority=1,
        Status="Enabled",
        Filter=s3.ReplicationRuleFilter(Prefix=said.prefix or ""),
        DeleteMarkerReplication=s3.DeleteMarkerReplication(Status=status),
        Destination=_destination(bucket, said, platform),
        **_encrypted(bucket),
    )
    return s3.ReplicationConfiguration(Role=GetAtt(role_id(bucket), "Arn"), Rules=[rule])


def _encrypted(bucket: BucketSettings) -> dict[str, AWSObject]:
    """Objects under a KMS key are left out without this."""
    if bucket.own_key:
        return {}
    with_keys = s3.SseKmsEncryptedObjects(Status="Enabled")
    return {"SourceSelectionCriteria": s3.SourceSelectionCriteria(SseKmsEncryptedObjects=with_keys)}


def _destination(
    bucket: BucketSettings, said: Replicate, platform: Platform
) -> s3.ReplicationConfigurationRulesDestination:
    found: dict[str, Json] = {"Bucket": _bucket_arn(bucket, said, platform)}
    if not bucket.own_key:
        found["EncryptionConfiguration"] = s3.EncryptionConfiguration(ReplicaKmsKeyID=_key(said, platform))
    if said.account:
        found["Account"] = said.account
        found["AccessControlTranslation"] = s3.AccessControlTranslation(Owner="Destination")
    if said.storage_class:
        found["StorageClass"] = _CLASSES[said.storage_class]
    return s3.ReplicationConfigurationRulesDestination(**found, **_promise(said))


def _bucket_arn(bucket: BucketSettings, said: Replicate, platform: Platform) -> Value:
    if said.region:
        return GetAtt(bucket.copy_id, "Arn")
    return said.arn or platform.components[str(said.to)].attributes()["arn"]


def _key(said: Replicate, platform: Platform) -> Value:
    return copy_key(platform, said.region, said.key) if said.region else said.key or KEY_ARN


def _promise(said: Replicate) -> dict[str, AWSObject]:
    if not said.within_15_minutes:
        return {}
    minutes = s3.ReplicationTimeValue(Minutes=_PROMISED)
    return {
        "ReplicationTime": s3.ReplicationTime(Status="Enabled", Time=minutes),
        "Metrics": s3.Metrics(Status="Enabled", EventThreshold=minutes),
    }


def replication_role(bucket: BucketSettings, said: Replicate, platform: Platform) -> Iterator[AWSObject]:
    """The role, and apart from it its policy: the role is there before the bucket, the policy names the bucket."""
    yield role(role_id(bucket), _trust())
    grants = {**_source(bucket, platform), **_target(bucket, said, platform)}
    statements = [statement(sid, grant) for sid, grant in grants.items()]
    yield iam.RolePolicy(
        f"{bucket.stem}ReplicationPolicy",
        PolicyName="replication",
        RoleName=Ref(role_id(bucket)),
        PolicyDocument=PolicyDocument(Version="2012-10-17", Statement=statements).JSONrepr(),
    )


def _trust() -> PolicyDocument:
    """Without a condition: no guide says that S3 names an account or a bucket when it takes the role to copy."""
    trusted = Statement(
        Effect=Allow, Principal=Principal("Service", "s3.amazonaws.com"), Action=[Action("sts", "AssumeRole")]
    )
    return PolicyDocument(Version="2012-10-17", Statement=[trusted])


def _source(bucket: BucketSettings, platform: Platform) -> Mapping[str, Grant]:
    arn = f"arn:${{AWS::Partition}}:s3:::${{{bucket.main_id}}}"
    versions = _VERSIONS + (_LOCKS if bucket.object_lock else ())
    found = {
        "Configuration": Grant(_CONFIGURATION, (Sub(arn),)),
        "Versions": Grant(tuple(sorted(versions)), (Sub(f"{arn}/*"),)),
    }
    return found if bucket.own_key else {**found, "Key": key_grant(platform, "s3", "Decrypt")}


def _target(bucket: BucketSettings, said: Replicate, platform: Platform) -> Mapping[str, Grant]:
    if said.to:
        (copies,) = platform.components[said.to].offers(platform)["replica"].grants
        key = key_grant(platform, "s3", *KEY_ACTIONS)
    elif said.region:
        copies = Grant(REPLICATE, (Sub(f"${{{bucket.copy_id}.Arn}}/*"),))
        key = Grant((), ()) if bucket.own_key else _far_key(_key(said, platform), said.region)
    else:
        override = ("s3:ObjectOwnerOverrideToBucketOwner",) if said.account else ()
        objects: tuple[Value, ...] = (f"{said.arn}/*",)
        copies = Grant((*override, *REPLICATE), objects)
        key = _far_key(str(said.key), region_in(str(said.key)))
    return {"Copies": copies} if bucket.own_key else {"Copies": copies, "CopiesKey": key}


def _far_key(key: Value, region: str) -> Grant:
    through = {"kms:ViaService": f"s3.{region}.amazonaws.com"}
    return Grant(tuple(f"kms:{action}" for action in KEY_ACTIONS), (key,), {"StringEquals": through})
