"""What `connect`, `manage` and `backup` give to whoever uses a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import GetAtt, Ref, Sub

from compiler.kinds.databases.extensions import extensions_id
from compiler.kinds.databases.settings import DatabaseSettings
from compiler.program.component import Capability, Grant, Platform, Port, Value
from compiler.shared.cluster_backups import cluster_copies
from compiler.shared.secrets import by_secret

_OWN = "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}"
_LOGIN = "arn:${AWS::Partition}:rds-db:${AWS::Region}:${AWS::AccountId}:dbuser"


def login(resources: Iterable[Value], users: Iterable[str]) -> tuple[Value, ...]:
    """ARNs of database users for ``rds-db:connect`` (service authorization reference, RDS IAM authentication)."""
    names = tuple(users)
    return tuple(Sub(f"{_LOGIN}:${{Id}}/{name}", Id=resource) for resource in resources for name in names)


def as_master(database: DatabaseSettings, platform: Platform) -> Capability:
    """The master user's sign-in, without the way to the database."""
    keys = {"USERNAME": _key(database, "username"), "PASSWORD": _key(database, "password")}
    return by_secret(database.secret_arn, keys, platform, database.secret_key)


def by_token(database: DatabaseSettings, resources: Iterable[Value]) -> Capability:
    """Sign-in with IAM tokens, without the way to the database."""
    grant = Grant(("rds-db:connect",), login(resources, database.iam_users))
    return Capability(grants=(grant,), environment={"IAM_USERS": ",".join(database.iam_users)})


def reached(
    database: DatabaseSettings, sign_in: Capability, ports: tuple[Port, ...], environment: Mapping[str, Value]
) -> Capability:
    """`sign_in` with the way to the database, once something answers there."""
    return Capability(
        grants=sign_in.grants,
        ports=ports,
        environment={**environment, **sign_in.environment},
        secrets=sign_in.secrets,
        secret_grants=sign_in.secret_grants,
        after=(
            *database.member_ids,
            *((database.part("ProxyTarget"),) if database.proxy else ()),
            *_extended(database),
        ),
    )


def _ready(database: DatabaseSettings) -> tuple[str, ...]:
    """What has to be there before anything is asked of the database."""
    return (*database.member_ids, *_extended(database))


def _extended(database: DatabaseSettings) -> tuple[str, ...]:
    return (extensions_id(database),) if database.creates_extensions else ()


def queried(database: DatabaseSettings, platform: Platform) -> Capability:
    """SQL by HTTPS, as the master user, with neither a connection nor a way to the database.

    Source: Aurora user guide, "Authorizing access to the Amazon RDS Data API", and the service authorization reference.
    """
    if not database.data_api:
        return Capability()
    sign_in = as_master(database, platform)
    actions = ("BatchExecuteStatement", "BeginTransaction", "CommitTransaction", "ExecuteStatement")
    run = Grant(tuple(f"rds-data:{one}" for one in (*actions, "RollbackTransaction")), (database.arn,))
    environment = {"ARN": database.arn, "SECRET_ARN": database.secret_arn, "NAME": database.database}
    return Capability(grants=(run, *sign_in.grants), environment=environment, after=_ready(database))


def _key(database: DatabaseSettings, key: str) -> Value:
    """One key of the secret, as ECS reads it (ECS developer guide: ``arn:json-key:version-stage:version-id``)."""
    if database.source:
        return f"{database.source.secret}:{key}::"
    if database.password == "generated":
        return Sub(f"${{{database.secret_id}}}:{key}::")
    return Sub(f"${{{database.main_id}.MasterUserSecret.SecretArn}}:{key}::")


def backup(database: DatabaseSettings) -> Capability:
    """Source: the managed policy AWSBackupServiceRolePolicyForBackup, whose snapshots have names that AWS makes."""
    grants = cluster_copies(database.arn) if database.facts.aurora else _instance_copies(database)
    return Capability(grants, environment={"ARN": database.arn})


def _instance_copies(database: DatabaseSettings) -> tuple[Grant, ...]:
    snapshots = Sub(f"{_OWN}:snapshot:awsbackup:*")
    every = (Sub(f"{_OWN}:db:*"), Sub(f"{_OWN}:snapshot:*"))
    make = ("rds:AddTagsToResource", "rds:CreateDBSnapshot", "rds:ListTagsForResource")
    return (
        Grant(make, (GetAtt(database.main_id, "DBInstanceArn"), snapshots)),
        # a list that is asked for without a name is one of all
        Grant(("rds:DescribeDBInstances", "rds:DescribeDBSnapshots"), every),
        Grant(("rds:DeleteDBSnapshot", "rds:ModifyDBSnapshotAttribute"), (snapshots,)),
    )


def door(database: DatabaseSettings) -> Port:
    return Port(database.port_number, Ref(database.group_id))
