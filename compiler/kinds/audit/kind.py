"""The record of what is done in the account: CloudTrail, and Config, GuardDuty and others where they are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from awacs.aws import Action, Allow, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Ref, accessanalyzer, cloudtrail, guardduty, iam, securityhub

from compiler.kinds.audit.bucket import audit_bucket, audit_bucket_policy, trail_name
from compiler.kinds.audit.config_recorder import Archive, Config, archive_statements, key_statement, recorder
from compiler.kinds.audit.key import audit_key
from compiler.kinds.audit.trail_events import DataEvents, events
from compiler.program.component import Capability, Component, Grant, Output, Platform, Value
from compiler.shared.logs import Logs, log_group
from compiler.shared.roles import policy, role
from compiler.source.frozen import frozen


@frozen(kw_only=True)
class Audit(Component):
    """One trail with its bucket, its key and its log group."""

    multi_region: bool
    keep_days: int
    data_events: DataEvents | None
    insights: bool
    config: Config | None
    guardduty: bool
    security_hub: bool
    access_analyzer: bool
    logs: Logs
    keep: str

    @property
    def main_id(self) -> str:
        return f"{self.stem}Trail"

    @property
    def bucket_id(self) -> str:
        return f"{self.stem}TrailBucket"

    @property
    def key_id(self) -> str:
        return f"{self.stem}TrailKey"

    @property
    def log_group_id(self) -> str:
        return f"{self.stem}TrailLogGroup"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        policy_id = f"{self.bucket_id}Policy"
        yield audit_key(self.key_id, platform, self.keep, (key_statement(),) if self.config else ())
        yield audit_bucket(self.bucket_id, GetAtt(self.key_id, "Arn"), self.keep_days, self.keep)
        more = archive_statements(self.bucket_id) if self.config else ()
        yield audit_bucket_policy(policy_id, self.bucket_id, platform, more)
        yield log_group(self.log_group_id, self, self.logs, platform)
        yield self._role()
        yield self._trail(platform, policy_id)
        if self.config:
            yield from recorder(self.stem, self.config, Archive(self.bucket_id, policy_id, self.key_id))
        yield from self._findings()

    def _findings(self) -> Iterator[AWSObject]:
        if self.guardduty:
            yield guardduty.Detector(f"{self.stem}Detector", Enable=True, FindingPublishingFrequency="FIFTEEN_MINUTES")
        if self.security_hub:
            yield securityhub.Hub(
                f"{self.stem}SecurityHub",
                AutoEnableControls=True,
                ControlFindingGenerator="SECURITY_CONTROL",
                EnableDefaultStandards=True,
            )
        if self.access_analyzer:
            yield accessanalyzer.Analyzer(f"{self.stem}AccessAnalyzer", Type="ACCOUNT")

    def _role(self) -> iam.Role:
        deliver = Grant(("logs:CreateLogStream", "logs:PutLogEvents"), (GetAtt(self.log_group_id, "Arn"),))
        return role(f"{self.main_id}Role", _trust(), [policy("deliver", [("Deliver", deliver)])])

    def _trail(self, platform: Platform, policy_id: str) -> cloudtrail.Trail:
        return cloudtrail.Trail(
            self.main_id,
            TrailName=trail_name(platform),
            IsLogging=True,
            IsMultiRegionTrail=self.multi_region,
            IncludeGlobalServiceEvents=True,
            EnableLogFileValidation=True,
            S3BucketName=Ref(self.bucket_id),
            KMSKeyId=GetAtt(self.key_id, "Arn"),
            CloudWatchLogsLogGroupArn=GetAtt(self.log_group_id, "Arn"),
            CloudWatchLogsRoleArn=GetAtt(f"{self.main_id}Role", "Arn"),
            # CloudTrail tries to write when the trail is made
            DependsOn=[policy_id],
            **events(self.data_events, self.insights, self.bucket_id),
        )

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        return {"logs": Capability(log_groups=(self.log_group_id,))}

    def attributes(self) -> Mapping[str, Value]:
        return {
            "trail_arn": GetAtt(self.main_id, "Arn"),
            "bucket": Ref(self.bucket_id),
            "log_group": Ref(self.log_group_id),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}TrailBucketName", Ref(self.bucket_id), "Bucket with CloudTrail's files")


def _trust() -> PolicyDocument:
    """As in the CloudTrail user guide, "Sending events to CloudWatch Logs", which names no condition."""
    service = Principal("Service", "cloudtrail.amazonaws.com")
    allow = Statement(Effect=Allow, Principal=service, Action=[Action("sts", "AssumeRole")])
    return PolicyDocument(Version="2012-10-17", Statement=[allow])


KIND = Audit
