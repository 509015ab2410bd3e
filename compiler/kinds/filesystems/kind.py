"""EFS file systems with their mount targets and access points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from awacs.aws import Action, Bool, Condition, Deny, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Ref, Tags, efs

from compiler.language.names import pascal, shout
from compiler.program.component import AlarmSpec, Capability, Chart, Grant, Output, Platform, Port, Value
from compiler.shared.keep import deletion
from compiler.shared.metrics import query
from compiler.shared.mountable import Mountable
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.recovery_region import copy_key
from compiler.shared.security_groups import security_group
from compiler.shared.subnets import private_subnets
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_NFS = 2049
_CLIENT = ("ClientMount", "ClientRootAccess", "ClientWrite")
_MOUNT = ("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite")


@frozen()
class AccessPoint:
    """A folder, and who everybody is in it."""

    path: str | None
    uid: int
    gid: int
    mode: str


@frozen()
class Replicate:
    """Where the replica is, and what encrypts it, if not the platform's key there."""

    region: str
    key: str | None


@frozen(kw_only=True)
class FileSystem(Mountable):
    """A regional file system that is mounted through its access points only."""

    access_points: Mapping[str, AccessPoint]
    throughput: str
    provisioned_mibps: int | None
    infrequent_access_days: int
    archive_days: int
    back_on_access: bool
    automatic_backups: bool
    replicate: Replicate | None
    keep: str

    @property
    def group_id(self) -> str:
        """Logical id of the security group of the mount targets."""
        return f"{self.main_id}SecurityGroup"

    @property
    def points(self) -> list[str]:
        """Names of the access points that users mount through."""
        return sorted(self.access_points if self.existing is None else self.existing["access_points"])

    def point_id(self, name: str) -> str:
        """Logical id of an access point."""
        return f"{self.main_id}{pascal(name)}AccessPoint"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield security_group(self.group_id, f"Mount targets of {self.name}")
        yield self._file_system(platform)
        for number, subnet in enumerate(private_subnets(platform), 1):
            yield efs.MountTarget(
                f"{self.main_id}MountTarget{number}",
                FileSystemId=Ref(self.main_id),
                SubnetId=subnet,
                SecurityGroups=[Ref(self.group_id)],
            )
        for name, point in sorted(self.access_points.items()):
            yield self._access_point(name, point)

    def _file_system(self, platform: Platform) -> efs.FileSystem:
        amount = {"ProvisionedThroughputInMibps": self.provisioned_mibps} if self.provisioned_mibps else {}
        moves = self._moves()
        return efs.FileSystem(
            self.main_id,
            Encrypted=True,
            KmsKeyId=KEY_ARN,
            PerformanceMode="generalPurpose",
            ThroughputMode=self.throughput,
            BackupPolicy=efs.BackupPolicy(Status="ENABLED" if self.automatic_backups else "DISABLED"),
            FileSystemPolicy=_tls_only().JSONrepr(),
            FileSystemTags=Tags(Name=f"{platform.name}-{platform.environment}-{self.name}"),
            **amount,
            **self._replica(platform),
            **({"LifecyclePolicies": moves} if moves else {}),
            **deletion(self.keep),
        )

    def _replica(self, platform: Platform) -> Mapping[str, efs.ReplicationConfiguration]:
        if not self.replicate:
            return {}
        key = copy_key(platform, self.replicate.region, self.replicate.key)
        there = efs.ReplicationDestination(Region=self.replicate.region, KmsKeyId=key)
        return {"ReplicationConfiguration": efs.ReplicationConfiguration(Destinations=[there])}

    def _moves(self) -> list[efs.LifecyclePolicy]:
        """One transition each, as EFS wants it (CloudFormation reference, LifecyclePolicies)."""
        after = {"TransitionToIA": self.infrequent_access_days, "TransitionToArchive": self.archive_days}
        found = [efs.LifecyclePolicy(**{name: _after(days)}) for name, days in after.items() if days]
        if found and self.back_on_access:
            found.append(efs.LifecyclePolicy(TransitionToPrimaryStorageClass="AFTER_1_ACCESS"))
        return found

    def _access_point(self, name: str, point: AccessPoint) -> efs.AccessPoint:
        uid, gid = str(point.uid), str(point.gid)
        made = efs.CreationInfo(OwnerUid=uid, OwnerGid=gid, Permissions=point.mode)
        return efs.AccessPoint(
            self.point_id(name),
            FileSystemId=Ref(self.main_id),
            PosixUser=efs.PosixUser(Uid=uid, Gid=gid),
            RootDirectory=efs.RootDirectory(Path=point.path or f"/{name}", CreationInfo=made),
        )

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        arn = GetAtt(self.main_id, "Arn")
        points = [GetAtt(self.point_id(name), "Arn") for name in self.points]
        through = {"StringEquals": {"elasticfilesystem:AccessPointArn": points}}
        targets = range(1, len(private_subnets(platform)) + 1)
        return {
            "mount": Capability(
                grants=(Grant(_MOUNT, (arn,), through),),
                ports=(Port(_NFS, Ref(self.group_id)),),
                environment=dict(self._variables()),
                after=tuple(f"{self.main_id}MountTarget{number}" for number in targets),
            ),
            "backup": Capability((self._copies(),), environment={"ARN": arn}),
            "recover": Capability(),
        }

    def _copies(self) -> Grant:
        """Source: the managed policy AWSBackupServiceRolePolicyForBackup. EFS has its key by a grant of its own."""
        return Grant(("elasticfilesystem:Backup", "elasticfilesystem:DescribeTags"), (GetAtt(self.main_id, "Arn"),))

    def _variables(self) -> Iterator[tuple[str, Value]]:
        yield "ID", Ref(self.main_id)
        for name in self.points:
            yield f"ACCESS_POINT_{shout(name)}", Ref(self.point_id(name))

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        points = {name: Ref(self.point_id(name)) for name in self.points}
        return {"id": Ref(self.main_id), "security_group": Ref(self.group_id), "access_points": points}

    def attributes(self) -> Mapping[str, Value]:
        return {
            "id": Ref(self.main_id),
            "arn": GetAtt(self.main_id, "Arn"),
            "security_group": Ref(self.group_id),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Id", Ref(self.main_id), f"Id of the file system {self.name}")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        yield AlarmSpec(
            name="IoLimitNear",
            description=f"The file system {self.name} runs at more than 95 % of its I/O limit for 15 minutes",
            metrics=(query("AWS/EFS", "PercentIOLimit", "Maximum", {"FileSystemId": Ref(self.main_id)}),),
            threshold=95,
            evaluation_periods=15,
            datapoints=15,
        )

    def charts(self, platform: Platform) -> Iterable[Chart]:
        rows = tuple(
            ("AWS/EFS", metric, "FileSystemId", Ref(self.main_id)) for metric in ("DataReadIOBytes", "DataWriteIOBytes")
        )
        yield Chart(f"File system {self.name}", rows, "Sum")


def _after(days: int) -> str:
    return f"AFTER_{days}_DAY" if days == 1 else f"AFTER_{days}_DAYS"


def _tls_only() -> PolicyDocument:
    """With a policy that allows nothing, only what IAM allows gets in (EFS user guide, file system policies).

    ``*`` is this file system: its own ARN can't stand in its own properties.
    """
    actions = [Action("elasticfilesystem", one) for one in _CLIENT]
    deny = Statement(
        Sid="TlsOnly",
        Effect=Deny,
        Principal=Principal("AWS", "*"),
        Action=actions,
        Resource=["*"],
        Condition=Condition(Bool({"aws:SecureTransport": "false"})),
    )
    return PolicyDocument(Version="2012-10-17", Statement=[deny])


KIND = FileSystem
