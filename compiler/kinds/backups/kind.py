"""AWS Backup: vaults, plans and what they back up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import AWSObject, GetAtt, Ref, Sub, backup, iam

from compiler.kinds.backups.copies import copy_grants
from compiler.kinds.backups.recovery import key_id, recovery_resources, vault_id
from compiler.kinds.backups.settings import BackupSettings, Rule
from compiler.program.component import AlarmSpec, Capability, Chart, Grant, Output, Platform, Value
from compiler.program.glue import waits
from compiler.shared.keep import deletion
from compiler.shared.physical_names import physical_name
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.roles import policy, role, trust
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_LONGEST_NAME = 50


@frozen(kw_only=True)
class Backup(BackupSettings):
    """A vault with its plan. What may be done with each component that is backed up, that component says."""

    @property
    def main_id(self) -> str:
        return f"{self.stem}Vault"

    @property
    def role_id(self) -> str:
        return f"{self.stem}Role"

    @property
    def plan_id(self) -> str:
        return f"{self.stem}Plan"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        name = physical_name((platform.name, platform.environment, self.name), _LONGEST_NAME)
        yield backup.BackupVault(
            self.main_id,
            BackupVaultName=name,
            EncryptionKeyArn=KEY_ARN,
            **self.locked(),
            **deletion(self.keep),
        )
        if self.recovery:
            yield from recovery_resources(self, platform)
        yield self._role(platform)
        plan = backup.BackupPlanResourceType(BackupPlanName=name, BackupPlanRule=list(self._rules()))
        yield backup.BackupPlan(self.plan_id, BackupPlan=plan)
        yield self._selection(platform, name)

    def elsewhere(self, platform: Platform) -> Mapping[str, str]:
        there = self.recovery
        return dict.fromkeys((key_id(self), vault_id(self)), there.region) if there else {}

    def _role(self, platform: Platform) -> iam.Role:
        """What a backup needs beside its source. Source: AWSBackupServiceRolePolicyForBackup."""
        points = Sub("arn:${AWS::Partition}:backup:${AWS::Region}:${AWS::AccountId}:recovery-point:*")
        for_services = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
        grants = (
            ("Vault", Grant(("backup:DescribeBackupVault",), (GetAtt(self.main_id, "BackupVaultArn"),))),
            ("Points", Grant(("backup:TagResource",), (points,))),
            ("Tags", Grant(("tag:GetResources",), ("*",))),
            ("Key", Grant(("kms:DescribeKey",), (KEY_ARN,))),
            ("KeyForServices", Grant(("kms:CreateGrant",), (KEY_ARN,), for_services)),
        )
        copies = copy_grants(self, platform)
        return role(self.role_id, trust("backup.amazonaws.com"), [policy("backup", (*grants, *copies))])

    def _rules(self) -> Iterator[backup.BackupRuleResourceType]:
        for name, rule in sorted(self.rules.items()):
            cold = {"MoveToColdStorageAfterDays": rule.cold_after_days} if rule.cold_after_days else {}
            yield backup.BackupRuleResourceType(
                RuleName=name,
                TargetBackupVault=Ref(self.main_id),
                ScheduleExpression=rule.schedule,
                ScheduleExpressionTimezone=rule.timezone,
                StartWindowMinutes=rule.start_minutes,
                CompletionWindowMinutes=rule.complete_minutes,
                Lifecycle=backup.LifecycleResourceType(DeleteAfterDays=rule.keep_days, **cold),
                **self._copies(rule),
            )

    def _copies(self, rule: Rule) -> dict[str, list[AWSObject]]:
        found = [one.action(rule.keep_days) for one in rule.copies]
        if self.recovery:
            stay = backup.LifecycleResourceType(DeleteAfterDays=rule.copy_days or rule.keep_days)
            arn = GetAtt(vault_id(self), "BackupVaultArn")
            found.insert(0, backup.CopyActionResourceType(DestinationBackupVaultArn=arn, Lifecycle=stay))
        return {"CopyActions": found} if found else {}

    def _selection(self, platform: Platform, name: str) -> backup.BackupSelection:
        edges = [edge for edge in platform.edges_from(self) if edge.verb == "backup"]
        sources = [platform.capability(edge).environment["ARN"] for edge in sorted(edges, key=lambda one: one.target)]
        chosen = backup.BackupSelectionResourceType(
            SelectionName=name,
            IamRoleArn=GetAtt(self.role_id, "Arn"),
            Resources=sources,
        )
        return backup.BackupSelection(
            f"{self.stem}Selection",
            BackupPlanId=Ref(self.plan_id),
            BackupSelection=chosen,
            DependsOn=waits(platform, self),
        )

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        return {"copies": Capability()}

    def attributes(self) -> Mapping[str, Value]:
        return {
            "vault": Ref(self.main_id),
            "vault_arn": GetAtt(self.main_id, "BackupVaultArn"),
            "plan_id": Ref(self.plan_id),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}VaultName", Ref(self.main_id), f"Name of the vault of {self.name}")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        yield AlarmSpec(
            name="JobsFailed",
            description=f"A backup into the vault of {self.name} failed",
            metrics=(self._failed(),),
            threshold=0,
        )

    def _failed(self) -> Mapping[str, Json]:
        """AWS Backup counts every five minutes (AWS Backup developer guide, metrics with CloudWatch)."""
        dimensions = [{"Name": "BackupVaultName", "Value": Ref(self.main_id)}]
        metric = {"Namespace": "AWS/Backup", "MetricName": "NumberOfBackupJobsFailed", "Dimensions": dimensions}
        return {"Id": "failed", "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Sum"}}

    def charts(self, platform: Platform) -> Iterable[Chart]:
        jobs = ("NumberOfBackupJobsCompleted", "NumberOfBackupJobsFailed")
        rows = tuple(("AWS/Backup", metric, "BackupVaultName", Ref(self.main_id)) for metric in jobs)
        yield Chart(f"Backups {self.name}", rows, "Sum")


KIND = Backup
