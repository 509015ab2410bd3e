"""An RDS Proxy in front of a database: its endpoints, the role that it signs in with, and its way to the database.

Sources: RDS user guide, RDS Proxy: quotas and limitations, IAM roles, end-to-end IAM authentication, proxy endpoints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from awacs.aws import Action, Allow, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Ref, Select, Split, ec2, iam, rds

from compiler.kinds.databases.access import login
from compiler.kinds.databases.settings import DatabaseSettings, Proxy
from compiler.program.component import Grant, Platform, Value
from compiler.shared.digest import mark
from compiler.shared.physical_names import physical_name
from compiler.shared.platform_key import key_grant
from compiler.shared.roles import policy, role
from compiler.shared.security_groups import security_group
from compiler.shared.subnets import isolated_subnets

_LONGEST_NAME = 60
_PORTS = {"POSTGRESQL": 5432, "MYSQL": 3306}
_ARN_PARTS = 6
"""Colons before the id in ``arn:aws:rds:region:account:db-proxy:prx-…``."""


def proxy_port(database: DatabaseSettings) -> int:
    return _PORTS[database.facts.proxied]


def proxy_resource(database: DatabaseSettings) -> Value:
    """The id by which IAM knows the proxy in ``rds-db:connect``."""
    found: Value = Select(_ARN_PARTS, Split(":", GetAtt(database.part("Proxy"), "DBProxyArn")))
    return found


def proxy(database: DatabaseSettings, platform: Platform, settings: Proxy) -> Iterator[AWSObject]:
    yield security_group(database.proxy_group_id, f"Proxy of the database {database.name}")
    yield from _way(database)
    yield _role(database, platform)
    yield _proxy(database, platform, settings)
    yield _target(database, settings)
    if database.facts.aurora and database.reader_count:
        yield _reader_endpoint(database, platform)


def _way(database: DatabaseSettings) -> Iterator[AWSObject]:
    about = {
        "IpProtocol": "tcp",
        "FromPort": database.port_number,
        "ToPort": database.port_number,
        "Description": f"Proxy of {database.name} to {database.name} on {database.port_number}",
    }
    inner, outer = Ref(database.group_id), Ref(database.proxy_group_id)
    yield ec2.SecurityGroupIngress(database.part("FromProxy"), GroupId=inner, SourceSecurityGroupId=outer, **about)
    yield ec2.SecurityGroupEgress(
        database.part("ProxyEgress"), GroupId=outer, DestinationSecurityGroupId=inner, **about
    )


def _role(database: DatabaseSettings, platform: Platform) -> iam.Role:
    """Without aws:SourceAccount in its trust: RDS Proxy sends no global condition keys (its limitations)."""
    trusted = Statement(
        Effect=Allow, Principal=Principal("Service", "rds.amazonaws.com"), Action=[Action("sts", "AssumeRole")]
    )
    document = PolicyDocument(Version="2012-10-17", Statement=[trusted])
    return role(database.part("ProxyRole"), document, [policy("sign-in", _grants(database, platform))])


def _grants(database: DatabaseSettings, platform: Platform) -> list[tuple[str, Grant]]:
    if database.iam_users:
        users = login(database.resource_ids[:1], database.iam_users)
        return [("Login", Grant(("rds-db:connect",), users))]
    read = Grant(("secretsmanager:GetSecretValue",), (database.secret_arn,))
    return [("Secret", read), ("SecretKey", key_grant(platform, "secretsmanager", "Decrypt"))]


def _proxy(database: DatabaseSettings, platform: Platform, settings: Proxy) -> rds.DBProxy:
    return rds.DBProxy(
        database.part("Proxy"),
        DBProxyName=_name(database, platform),
        EngineFamily=database.facts.proxied,
        RequireTLS=True,
        IdleClientTimeout=settings.idle_seconds,
        RoleArn=GetAtt(database.part("ProxyRole"), "Arn"),
        VpcSubnetIds=isolated_subnets(platform),
        VpcSecurityGroupIds=[Ref(database.proxy_group_id)],
        **_sign_in(database),
    )


def _sign_in(database: DatabaseSettings) -> Mapping[str, object]:
    """IAM on both sides for the users that have it, else the master user's secret."""
    if database.iam_users:
        return {"DefaultAuthScheme": "IAM_AUTH"}
    return {"Auth": [rds.AuthFormat(AuthScheme="SECRETS", IAMAuth="DISABLED", SecretArn=database.secret_arn)]}


def _name(database: DatabaseSettings, platform: Platform, part: str = "") -> str:
    """Another one when the proxy must be replaced: the new one is there before the old one goes."""
    fixed = f"{database.facts.proxied} {len(isolated_subnets(platform))}"
    words = (platform.name, platform.environment, database.name, *([part] if part else ()), mark(fixed))
    return physical_name(words, _LONGEST_NAME)


def _target(database: DatabaseSettings, settings: Proxy) -> rds.DBProxyTargetGroup:
    query = {"InitQuery": settings.init_query} if settings.init_query else {}
    form = "DBClusterIdentifiers" if database.facts.aurora else "DBInstanceIdentifiers"
    return rds.DBProxyTargetGroup(
        database.part("ProxyTarget"),
        DBProxyName=Ref(database.part("Proxy")),
        TargetGroupName="default",
        ConnectionPoolConfigurationInfo=rds.ConnectionPoolConfigurationInfoFormat(
            ConnectionBorrowTimeout=settings.borrow_seconds,
            MaxConnectionsPercent=settings.connections_percent,
            MaxIdleConnectionsPercent=settings.idle_percent,
            **query,
        ),
        **{form: [Ref(database.main_id)]},
        # it connects at once, to an instance that must be there
        DependsOn=[database.part("FromProxy"), database.part("ProxyEgress"), *database.member_ids],
    )


def _reader_endpoint(database: DatabaseSettings, platform: Platform) -> rds.DBProxyEndpoint:
    return rds.DBProxyEndpoint(
        database.part("ProxyReader"),
        DBProxyEndpointName=_name(database, platform, "reader"),
        DBProxyName=Ref(database.part("Proxy")),
        TargetRole="READ_ONLY",
        VpcSubnetIds=isolated_subnets(platform),
        VpcSecurityGroupIds=[Ref(database.proxy_group_id)],
    )
