"""S3 buckets: private, encrypted, TLS only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref, Sub, s3

from compiler.kinds.buckets.copy_bucket import copy_bucket
from compiler.kinds.buckets.policy import bucket_policy
from compiler.kinds.buckets.protection import (
    access_block,
    encryption,
    encryption_by_platform,
    object_lock,
    ownership,
    versioning,
)
from compiler.kinds.buckets.replication import REPLICATE, replication, replication_role
from compiler.kinds.buckets.settings import BucketSettings
from compiler.kinds.buckets.website import website_configuration
from compiler.program.component import Capability, Chart, Grant, Output, Platform, Value
from compiler.shared.access_log import access_log
from compiler.shared.bucket_events import bucket_events
from compiler.shared.flow_logs import SendsFlowLogs
from compiler.shared.keep import deletion
from compiler.shared.lifecycle import Further, Versions, lifecycle_rules
from compiler.shared.log_targets import BucketSink, LogSink
from compiler.shared.platform_key import KEY_ARN, key_grant
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_READ = ("s3:GetObject",)
_LIST = ("s3:GetBucketLocation", "s3:ListBucket")
_BACKUP = (
    "s3:GetBucketAcl",
    "s3:GetBucketLocation",
    "s3:GetBucketNotification",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetInventoryConfiguration",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:ListTagsForResource",
    "s3:PutBucketNotification",
    "s3:PutInventoryConfiguration",
)
_BACKUP_OBJECTS = (
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionTagging",
)
_BACKUP_RULES = (
    "events:DeleteRule",
    "events:DescribeRule",
    "events:DisableRule",
    "events:EnableRule",
    "events:ListTargetsByRule",
    "events:PutRule",
    "events:PutTargets",
    "events:RemoveTargets",
)
_BACKUP_LISTS = ("cloudwatch:GetMetricData", "events:ListRules", "s3:ListAllMyBuckets")
"""What knows no single bucket."""
_WRITE = ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:PutObject")
_DELIVER = ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject")
_DELIVER_LIST = ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads")
"""What Firehose asks for (Firehose developer guide, "Grant Firehose access to an Amazon S3 destination")."""


@frozen(kw_only=True)
class Bucket(BucketSettings):
    """A bucket and its policy."""

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield s3.Bucket(
            self.main_id,
            BucketEncryption=encryption(None) if self.own_key else encryption_by_platform(),
            LifecycleConfiguration=self._lifecycle(),
            OwnershipControls=ownership(),
            PublicAccessBlockConfiguration=access_block(self.public_read is not None),
            VersioningConfiguration=versioning(self.versioning),
            **self._optional(platform),
            **_metadata(self),
            **deletion(self.keep),
        )
        yield bucket_policy(self.policy_id, self, platform)
        for sender in platform.of(SendsFlowLogs):
            if any(edge.source == sender.address for edge in platform.edges_to(self, "log")):
                yield from sender.flow_log_into(platform, self.main_id, self.policy_id)
        if self.replicate:
            yield from replication_role(self, self.replicate, platform)
        if self.replicate and self.replicate.region:
            yield from copy_bucket(self, platform, self._lifecycle())

    def elsewhere(self, platform: Platform) -> Mapping[str, str]:
        there = self.replicate.region if self.replicate else None
        return dict.fromkeys((self.copy_id, f"{self.copy_id}Policy"), there) if there else {}

    def _lifecycle(self) -> s3.LifecycleConfiguration:
        # an expired log becomes a former version first: it must not outlive `expire` by much
        noncurrent = 1 if self.receives_logs else self.noncurrent_days
        versions = Versions(self.expire, noncurrent if self.versioning else None, self.abort_uploads_days)
        further = Further(self.lifecycle_below, self.noncurrent_lifecycle)
        return s3.LifecycleConfiguration(Rules=lifecycle_rules(self.lifecycle, versions, further))

    def _optional(self, platform: Platform) -> dict[str, AWSObject]:
        found: dict[str, Json] = {}
        if self.cors:
            found["CorsConfiguration"] = s3.CorsConfiguration(
                CorsRules=[_cors(rule) for rule in _cors_rules(self.cors)]
            )
        if self.events or any(platform.edges_to(self, verb) for verb in ("watch", "backup")):
            found["NotificationConfiguration"] = bucket_events()
        if self.object_lock:
            found |= object_lock(self.object_lock)
        if self.transfer_acceleration:
            found["AccelerateConfiguration"] = s3.AccelerateConfiguration(AccelerationStatus="Enabled")
        if self.website:
            found["WebsiteConfiguration"] = website_configuration(self.website)
        return found | self._elsewhere(platform)

    def _elsewhere(self, platform: Platform) -> dict[str, AWSObject]:
        """What is written into other buckets: copies and logs."""
        found: dict[str, Json] = {}
        if self.replicate:
            found["ReplicationConfiguration"] = replication(self, self.replicate, platform)
        for edge in platform.edges_from(self):
            if edge.verb == "log":
                found["LoggingConfiguration"] = access_log(platform.capability(edge).environment["NAME"], self.name)
        return found

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        variables: Mapping[str, Value] = {"NAME": Ref(self.main_id)}
        bucket = (Sub(f"arn:${{AWS::Partition}}:s3:::${{{self.main_id}}}"),)
        objects = (Sub(f"arn:${{AWS::Partition}}:s3:::${{{self.main_id}}}/*"),)
        read_key = () if self.own_key else (key_grant(platform, "s3", "Decrypt"),)
        write_key = () if self.own_key else (key_grant(platform, "s3", "Decrypt", "GenerateDataKey"),)
        listing = Grant(_LIST, bucket)
        return {
            "read": Capability((Grant(_READ, objects), listing, *read_key), environment=variables),
            "write": Capability((Grant(_WRITE, objects), listing, *write_key), environment=variables),
            "origin": Capability(environment={"DOMAIN": GetAtt(self.main_id, "RegionalDomainName")}),
            "log": Capability(environment=variables, after=(self.policy_id,)),
            "watch": Capability(),
            "backup": Capability(self._backups(platform), environment={"ARN": GetAtt(self.main_id, "Arn")}),
            "replica": Capability((Grant(REPLICATE, objects),)),
            "receive_logs": Capability((Grant(_DELIVER, objects), Grant(_DELIVER_LIST, bucket), *write_key)),
            "recover": Capability(),
        }

    def _backups(self, platform: Platform) -> tuple[Grant, ...]:
        """Source: the managed policy AWSBackupServiceRolePolicyForS3Backup."""
        arn = f"arn:${{AWS::Partition}}:s3:::${{{self.main_id}}}"
        rules = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/AwsBackupManagedRule*"
        key = () if self.own_key else (key_grant(platform, "s3", "Decrypt", "DescribeKey"),)
        return (
            Grant(_BACKUP, (Sub(arn),)),
            Grant(_BACKUP_OBJECTS, (Sub(f"{arn}/*"),)),
            Grant(_BACKUP_RULES, (Sub(rules),)),
            Grant(_BACKUP_LISTS, ("*",)),
            *key,
        )

    def log_sink(self, platform: Platform) -> LogSink:
        return BucketSink(GetAtt(self.main_id, "Arn"))

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        return {"id": Ref(self.main_id), **({} if self.own_key else {"key": KEY_ARN})}

    def attributes(self) -> Mapping[str, Value]:
        return {
            "name": Ref(self.main_id),
            "arn": GetAtt(self.main_id, "Arn"),
            "domain": GetAtt(self.main_id, "RegionalDomainName"),
            "website": GetAtt(self.main_id, "WebsiteURL"),
        }

    def key_services(self, platform: Platform) -> Iterable[str]:
        if platform.edges_to(self, "origin") and not self.own_key:
            yield "cloudfront.amazonaws.com"

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Name", Ref(self.main_id), f"Name of the bucket {self.name}")
        if self.website:
            address = GetAtt(self.main_id, "WebsiteURL")
            yield Output(f"{self.stem}Website", address, f"Address of the website {self.name}")
        if self.replicate and self.replicate.region:
            about = f"Name of the bucket with copies of {self.name} in {self.replicate.region}"
            yield Output(f"{self.stem}CopyName", Ref(self.copy_id), about)

    def charts(self, platform: Platform) -> Iterable[Chart]:
        size = ("AWS/S3", "BucketSizeBytes", "BucketName", Ref(self.main_id), "StorageType", "StandardStorage")
        yield Chart(f"Bucket {self.name}", ((*size, {"period": 86400}),))


def _metadata(bucket: Bucket) -> dict[str, Json]:
    """Why scanners should let pass what the spec asks for. Rule ids: checkov's list of policies."""
    skips = {}
    if bucket.public_read:
        skips = dict.fromkeys(("CKV_AWS_54", "CKV_AWS_56"), bucket.public_read.reason)
    if bucket.receives_logs:
        skips["CKV_AWS_18"] = "It receives logs itself"
    found = [{"id": rule, "comment": reason} for rule, reason in sorted(skips.items())]
    return {"Metadata": {"checkov": {"skip": found}}} if found else {}


def _cors_rules(said: Json) -> list[Json]:
    return said if isinstance(said, list) else [said]


def _cors(rule: Json) -> s3.CorsRules:
    more = {"AllowedHeaders": rule["headers"], "ExposedHeaders": rule["expose"]}
    return s3.CorsRules(
        AllowedOrigins=rule["origins"],
        AllowedMethods=rule["methods"],
        MaxAge=rule["max_age"],
        **{key: value for key, value in more.items() if value},
    )


KIND = Bucket
