"""What instances, replicas and clusters of RDS have alike: sign-in, watching, logs and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troposphere import GetAtt, Ref, Sub, iam, rds, secretsmanager

from compiler.kinds.databases import extension_facts
from compiler.kinds.databases.settings import DatabaseSettings
from compiler.program.component import Grant, Platform
from compiler.shared.keep import deletion
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.roles import policy, role, trust
from compiler.shared.secrets import generated_password, secret_replicas
from compiler.source.json_value import Json

ADVANCED_DAYS = 465
_PASSWORD_LENGTH = 64
ANY_MINOR = {"cfn-lint": {"config": {"ignore_checks": ["E3691", "W3691"]}}}
"""RDS takes a major version and chooses its newest minor one. cfn-lint knows no major of MySQL and MariaDB (E3691) and
takes PostgreSQL's for old minor ones (W3691); the checks of this room hold versions to RDS's majors instead."""


ANY_MINOR_OF_CLUSTER = {"cfn-lint": {"config": {"ignore_checks": ["W3690"]}}}
"""As W3691: it takes Aurora MySQL's major version for an old minor one."""


def waived(database: DatabaseSettings, more: Sequence[Json] = ()) -> Mapping[str, Json]:
    """Why scanners should let pass what is else a mistake. Rule ids: checkov's list of policies."""
    public = [{"id": "CKV_AWS_17", "comment": database.public["reason"]}] if database.public else []
    found = [*public, *more]
    return {"checkov": {"skip": found}} if found else {}


def parameters(database: DatabaseSettings) -> dict[str, str]:
    own = {name: str(value) for name, value in database.engine_parameters.items()}
    needed = extension_facts.parameters(
        database.engine, database.extensions, database.database, own.get(extension_facts.PRELOADED)
    )
    preloaded = {name: value for name, value in needed.items() if name == extension_facts.PRELOADED}
    return {**database.facts.parameters, **needed, **own, **preloaded, **dict((database.facts.tls_only,))}


def password(database: DatabaseSettings) -> Mapping[str, object]:
    """The master user's password: RDS makes and rotates it, or it is that of the secret."""
    if database.password == "generated":
        text = f"{{{{resolve:secretsmanager:${{{database.secret_id}}}:SecretString:password}}}}"
        return {"MasterUserPassword": Sub(text)}
    return {"ManageMasterUserPassword": True, "MasterUserSecret": rds.MasterUserSecret(KmsKeyId=KEY_ARN)}


def secret(database: DatabaseSettings, platform: Platform) -> secretsmanager.Secret:
    """The secret with a password that nobody rotates."""
    length = _PASSWORD_LENGTH if database.facts.proxied == "POSTGRESQL" else _PASSWORD_LENGTH // 2
    return secretsmanager.Secret(
        database.secret_id,
        Description=f"Master user of the database {database.name}",
        KmsKeyId=KEY_ARN,
        GenerateSecretString=generated_password(f'{{"username":"{database.username}"}}', length),
        **secret_replicas(database.secret_replicas, platform),
        **deletion("retain" if database.keep == "retain" else "delete"),
    )


def logs(database: DatabaseSettings) -> Mapping[str, object]:
    found = database.facts.logs if database.log_exports is None else database.log_exports
    return {"EnableCloudwatchLogsExports": list(found)} if found else {}


def windows(database: DatabaseSettings) -> Mapping[str, object]:
    said = {
        "PreferredBackupWindow": database.backup_window,
        "PreferredMaintenanceWindow": database.maintenance_window,
    }
    return {name: value for name, value in said.items() if value}


def monitoring(database: DatabaseSettings) -> Mapping[str, object]:
    if not database.monitoring_seconds:
        return {"MonitoringInterval": 0}
    return {
        "MonitoringInterval": database.monitoring_seconds,
        "MonitoringRoleArn": GetAtt(database.part("MonitoringRole"), "Arn"),
    }


def insights(database: DatabaseSettings) -> Mapping[str, object]:
    """Performance Insights of an instance, without the mode, which a cluster sets for all of its own."""
    if not database.performance_insights:
        return {"EnablePerformanceInsights": False}
    return {
        "EnablePerformanceInsights": True,
        "PerformanceInsightsRetentionPeriod": database.performance_insights_days,
        "PerformanceInsightsKMSKeyId": KEY_ARN,
    }


def insights_mode(database: DatabaseSettings) -> Mapping[str, object]:
    if not database.performance_insights:
        return {}
    return {"DatabaseInsightsMode": "advanced" if database.performance_insights_days == ADVANCED_DAYS else "standard"}


def monitoring_role(database: DatabaseSettings) -> iam.Role:
    """What AmazonRDSEnhancedMonitoringRole allows, in this account and region only."""
    groups = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:RDS*"
    make = Grant(("logs:CreateLogGroup", "logs:PutRetentionPolicy"), (Sub(groups),))
    streams = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents")
    write = Grant(streams, (Sub(f"{groups}:log-stream:*"),))
    inline = policy("monitoring", [("Groups", make), ("Streams", write)])
    return role(database.part("MonitoringRole"), trust("monitoring.rds.amazonaws.com"), [inline])


def inside(database: DatabaseSettings) -> Mapping[str, object]:
    """Where an instance of its own lies."""
    return {
        "DBSubnetGroupName": Ref(database.part("Subnets")),
        "VPCSecurityGroups": [Ref(database.group_id)],
    }
