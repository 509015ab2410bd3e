"""RDS database instances with their subnet, parameter and security groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troposphere import AWSObject, GetAtt, Ref, Sub, rds

from compiler.component import AlarmSpec, Capability, Chart, Component, Grant, Output, Platform, Port, Value
from compiler.json_value import Json
from compiler.kinds.encryption import KEY_ARN, key_grant
from compiler.kinds.network import isolated_subnets
from compiler.parts.backup_replica import Replica
from compiler.parts.database_engines import ENGINES, DatabaseEngine
from compiler.parts.keep import deletion
from compiler.parts.open_ranges import Door, routes, ways_in
from compiler.parts.roles import policy, role, trust
from compiler.parts.security_groups import security_group

_GIB = 1024**3
_ADVANCED_DAYS = 465
_BACKUP = ("rds:AddTagsToResource", "rds:CreateDBSnapshot", "rds:ListTagsForResource")
_ANY_MINOR = {"cfn-lint": {"config": {"ignore_checks": ["E3691", "W3691"]}}}
"""RDS takes a major version and chooses its newest minor one. cfn-lint knows no major of MySQL and MariaDB (E3691) and
takes PostgreSQL's for old minor ones (W3691); `compiler.checks.databases` holds versions to RDS's majors instead."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Database(Component):
    """One database instance. RDS makes its master password, keeps it in Secrets Manager and rotates it every week."""

    engine: str
    version: str
    identifier: str | None
    instance: str
    storage: int
    max_storage: int | None
    storage_type: str
    iops: int | None
    database: str
    username: str
    port: int | None
    multi_az: bool
    backup_days: int
    backup_window: str | None
    replicate_backups: Replica | None
    maintenance_window: str | None
    performance_insights: bool
    performance_insights_days: int
    monitoring_seconds: int
    deletion_protection: bool
    keep: str
    engine_parameters: Mapping[str, str | int | float]
    log_exports: tuple[str, ...] | None
    allow_major_upgrade: bool
    auto_minor_upgrade: bool
    iam_authentication: bool
    ca: str
    public: Mapping[str, Json] | None

    @property
    def main_id(self) -> str:
        return f"{self.stem}Database"

    @property
    def group_id(self) -> str:
        """Logical id of the security group in front of the database."""
        return f"{self.main_id}SecurityGroup"

    @property
    def _facts(self) -> DatabaseEngine:
        return ENGINES[self.engine]

    @property
    def _port(self) -> int:
        return self.port or self._facts.port

    @property
    def _secret_arn(self) -> Value:
        return GetAtt(self.main_id, "MasterUserSecret.SecretArn")

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield security_group(self.group_id, f"Database {self.name}")
        yield rds.DBSubnetGroup(
            f"{self.main_id}Subnets",
            DBSubnetGroupDescription=f"Isolated subnets of {self.name}",
            SubnetIds=isolated_subnets(platform),
        )
        yield rds.DBParameterGroup(
            f"{self.main_id}Parameters",
            Description=f"Parameters of {self.name}",
            Family=self._facts.family(self.engine, self.version),
            Parameters=self._parameters(),
        )
        if self.monitoring_seconds:
            yield self._monitoring_role()
        yield self._instance()
        yield from ways_in(Door(self.main_id, self.group_id, self._port), self.open_to)
        yield from routes(self._first_open_to(platform))

    @property
    def open_to(self) -> tuple[str, ...]:
        """Ranges on the internet that may connect."""
        return tuple(self.public["from"]) if self.public else ()

    def _first_open_to(self, platform: Platform) -> list[str]:
        """Ranges that no database before this one is open to: all share one route table."""
        others = platform.of(Database)
        before = {cidr for one in others[: others.index(self)] for cidr in one.open_to}
        return [cidr for cidr in self.open_to if cidr not in before]

    def _parameters(self) -> dict[str, str]:
        own = {name: str(value) for name, value in self.engine_parameters.items()}
        return {**self._facts.parameters, **own, **dict((self._facts.tls_only,))}

    def _monitoring_role(self) -> AWSObject:
        """What AmazonRDSEnhancedMonitoringRole allows, in this account and region only."""
        groups = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:RDS*"
        make = Grant(("logs:CreateLogGroup", "logs:PutRetentionPolicy"), (Sub(groups),))
        streams = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents")
        write = Grant(streams, (Sub(f"{groups}:log-stream:*"),))
        inline = policy("monitoring", [("Groups", make), ("Streams", write)])
        return role(f"{self.main_id}MonitoringRole", trust("monitoring.rds.amazonaws.com"), [inline])

    def _instance(self) -> rds.DBInstance:
        return rds.DBInstance(
            self.main_id,
            Engine=self.engine,
            EngineVersion=self.version,
            DBInstanceClass=self.instance,
            DBName=self.database,
            Port=str(self._port),
            CACertificateIdentifier=self.ca,
            DBParameterGroupName=Ref(f"{self.main_id}Parameters"),
            AllowMajorVersionUpgrade=self.allow_major_upgrade,
            AutoMinorVersionUpgrade=self.auto_minor_upgrade,
            MultiAZ=self.multi_az,
            DBSubnetGroupName=Ref(f"{self.main_id}Subnets"),
            VPCSecurityGroups=[Ref(self.group_id)],
            PubliclyAccessible=bool(self.public),
            **({"DBInstanceIdentifier": self.identifier} if self.identifier else {}),
            **self._storage(),
            **self._sign_in(),
            **self._backups(),
            **self._watching(),
            **deletion(self.keep, "Snapshot"),
            Metadata={**_ANY_MINOR, **self._reason()},
        )

    def _reason(self) -> Mapping[str, Json]:
        """Why scanners should let pass that it is public. Rule id: checkov's list of policies."""
        skip = [{"id": "CKV_AWS_17", "comment": self.public["reason"]}] if self.public else []
        return {"checkov": {"skip": skip}} if skip else {}

    def _storage(self) -> Mapping[str, object]:
        said = {"MaxAllocatedStorage": self.max_storage, "Iops": self.iops}
        return {
            "AllocatedStorage": str(self.storage),
            "StorageType": self.storage_type,
            "StorageEncrypted": True,
            "KmsKeyId": KEY_ARN,
            **{name: value for name, value in said.items() if value},
        }

    def _sign_in(self) -> Mapping[str, object]:
        return {
            "MasterUsername": self.username,
            "ManageMasterUserPassword": True,
            "MasterUserSecret": rds.MasterUserSecret(KmsKeyId=KEY_ARN),
            "EnableIAMDatabaseAuthentication": self.iam_authentication,
        }

    def _backups(self) -> Mapping[str, object]:
        windows = {
            "PreferredBackupWindow": self.backup_window,
            "PreferredMaintenanceWindow": self.maintenance_window,
        }
        return {
            "BackupRetentionPeriod": self.backup_days,
            "CopyTagsToSnapshot": True,
            "DeletionProtection": self.deletion_protection,
            **{name: value for name, value in windows.items() if value},
            **(self.replicate_backups.settings() if self.replicate_backups else {}),
        }

    def _watching(self) -> Mapping[str, object]:
        logs = self._facts.logs if self.log_exports is None else self.log_exports
        found: dict[str, object] = {
            "EnablePerformanceInsights": self.performance_insights,
            "MonitoringInterval": self.monitoring_seconds,
        }
        if logs:
            found["EnableCloudwatchLogsExports"] = list(logs)
        if self.monitoring_seconds:
            found["MonitoringRoleArn"] = GetAtt(f"{self.main_id}MonitoringRole", "Arn")
        if self.performance_insights:
            advanced = self.performance_insights_days == _ADVANCED_DAYS
            found["PerformanceInsightsRetentionPeriod"] = self.performance_insights_days
            found["PerformanceInsightsKMSKeyId"] = KEY_ARN
            found["DatabaseInsightsMode"] = "advanced" if advanced else "standard"
        return found

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        read = Grant(("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"), (self._secret_arn,))
        inject = Grant(("secretsmanager:GetSecretValue",), (self._secret_arn,))
        decrypt = key_grant(platform, "secretsmanager", "Decrypt")
        connect = Capability(
            grants=(read, decrypt),
            ports=(Port(self._port, Ref(self.group_id)),),
            environment={
                "HOST": GetAtt(self.main_id, "Endpoint.Address"),
                "PORT": str(self._port),
                "NAME": self.database,
                "SECRET_ARN": self._secret_arn,
            },
            secrets={"USERNAME": self._key("username"), "PASSWORD": self._key("password")},
            secret_grants=(inject, decrypt),
        )
        backup = Capability(self._copies(), environment={"ARN": GetAtt(self.main_id, "DBInstanceArn")})
        return {"connect": connect, "backup": backup}

    def _copies(self) -> tuple[Grant, ...]:
        """Source: the managed policy AWSBackupServiceRolePolicyForBackup, whose snapshots have names that AWS makes."""
        instance = GetAtt(self.main_id, "DBInstanceArn")
        own = "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}"
        snapshots = Sub(f"{own}:snapshot:awsbackup:*")
        every = (Sub(f"{own}:db:*"), Sub(f"{own}:snapshot:*"))
        return (
            Grant(_BACKUP, (instance, snapshots)),
            # a list that is asked for without a name is one of all
            Grant(("rds:DescribeDBInstances", "rds:DescribeDBSnapshots"), every),
            Grant(("rds:DeleteDBSnapshot", "rds:ModifyDBSnapshotAttribute"), (snapshots,)),
        )

    def _key(self, key: str) -> Value:
        """One key of the secret, as ECS reads it (ECS developer guide: ``arn:json-key:version-stage:version-id``)."""
        return Sub(f"${{{self.main_id}.MasterUserSecret.SecretArn}}:{key}::")

    def attributes(self) -> Mapping[str, Value]:
        return {
            "endpoint": GetAtt(self.main_id, "Endpoint.Address"),
            "port": str(self._port),
            "secret_arn": self._secret_arn,
            "arn": GetAtt(self.main_id, "DBInstanceArn"),
            "name": self.database,
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        host = GetAtt(self.main_id, "Endpoint.Address")
        yield Output(f"{self.stem}DatabaseEndpoint", host, f"Host name of the database {self.name}")
        about = f"Secret with the master user's name and password of {self.name}"
        yield Output(f"{self.stem}DatabaseSecretArn", self._secret_arn, about)

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        yield AlarmSpec(
            name="CpuHigh",
            description=f"CPU of the database {self.name} is above 80 % for 15 minutes",
            metrics=(self._metric("CPUUtilization", "Average"),),
            threshold=80,
            evaluation_periods=3,
            datapoints=3,
        )
        yield AlarmSpec(
            name="StorageLow",
            description=f"Less than 10 % of the {self.storage} GiB of the database {self.name} is free",
            metrics=(self._metric("FreeStorageSpace", "Minimum"),),
            threshold=self.storage * _GIB // 10,
            comparison="LessThanThreshold",
        )

    def _metric(self, name: str, statistic: str) -> Mapping[str, object]:
        dimensions = [{"Name": "DBInstanceIdentifier", "Value": Ref(self.main_id)}]
        metric = {"Namespace": "AWS/RDS", "MetricName": name, "Dimensions": dimensions}
        return {"Id": "value", "MetricStat": {"Metric": metric, "Period": 300, "Stat": statistic}}

    def charts(self, platform: Platform) -> Iterable[Chart]:
        shown = {"CPU %": "CPUUtilization", "connections": "DatabaseConnections", "free bytes": "FreeStorageSpace"}
        for title, metric in shown.items():
            row = ("AWS/RDS", metric, "DBInstanceIdentifier", Ref(self.main_id))
            yield Chart(f"Database {self.name}: {title}", (row,))


KIND = Database
