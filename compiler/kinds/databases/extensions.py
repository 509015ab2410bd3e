"""Extensions of a database, which each deployment creates: a function in the network, run by a deploy-time step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from troposphere import AWSObject, GetAtt, Ref, awslambda, ec2

from compiler.kinds.databases.extension_facts import libraries
from compiler.kinds.databases.settings import DatabaseSettings
from compiler.program.component import Grant, Platform, Value
from compiler.shared.deploy_steps import Step, deploy_step, step_id
from compiler.shared.digest import mark
from compiler.shared.json_text import with_references
from compiler.shared.logs import Logs
from compiler.shared.platform_key import key_grant
from compiler.shared.security_groups import outgoing_group
from compiler.shared.shipped import Shipped, code, shipped
from compiler.shared.subnets import private_subnets

_CODE = "create_extensions"
_SECONDS = 300
_LOG_DAYS = 365
"""A few lines a deployment, about a change of the database."""


def extensions_id(database: DatabaseSettings) -> str:
    """Logical id of the step after which the extensions are there."""
    return step_id(_stem(database))


def extensions(database: DatabaseSettings, platform: Platform) -> Iterator[AWSObject]:
    """None is ever dropped: a removed one would take along what is made of it."""
    yield outgoing_group(platform, _group_id(database), f"Extensions of the database {database.name}")
    yield from _way(database)
    function = _function(database, platform)
    yield from shipped(platform, database, function)
    step = Step(
        name=f"extensions of {database.path}",
        stem=_stem(database),
        days=_LOG_DAYS,
        runs={"Function": function.arn},
        given=_given(database),
        reads=None,
        version={"Code": mark(code(_CODE)), "Database": database.resource_ids[0]},
        grants=[("Run", Grant(("lambda:InvokeFunction",), (function.arn,)))],
        after=[database.part("FromExtensions"), database.part("ExtensionsEgress"), *database.member_ids],
    )
    yield from deploy_step(platform, database, step)


def _stem(database: DatabaseSettings) -> str:
    return database.part("Extensions")


def _group_id(database: DatabaseSettings) -> str:
    return database.part("ExtensionsSecurityGroup")


def _way(database: DatabaseSettings) -> Iterator[AWSObject]:
    about = {
        "IpProtocol": "tcp",
        "FromPort": database.port_number,
        "ToPort": database.port_number,
        "Description": f"Extensions of {database.name} to {database.name} on {database.port_number}",
    }
    inner, outer = Ref(database.group_id), Ref(_group_id(database))
    yield ec2.SecurityGroupIngress(database.part("FromExtensions"), GroupId=inner, SourceSecurityGroupId=outer, **about)
    yield ec2.SecurityGroupEgress(
        database.part("ExtensionsEgress"), GroupId=outer, DestinationSecurityGroupId=inner, **about
    )


def _function(database: DatabaseSettings, platform: Platform) -> Shipped:
    """In the private subnets, as the isolated ones have no way to Secrets Manager."""
    read = Grant(("secretsmanager:GetSecretValue",), (database.secret_arn,))
    decrypt = key_grant(platform, "secretsmanager", "Decrypt")
    decrypt = replace(decrypt, resources=(database.secret_key,)) if database.secret_key else decrypt
    groups = [GetAtt(_group_id(database), "GroupId")]
    return Shipped(
        logical_id=database.part("ExtensionsFunction"),
        code=_CODE,
        about=f"Creates the extensions of {database.path}",
        log=Logs(f"/{platform.name}/{platform.environment}/{database.address.replace('.', '/')}/extensions", _LOG_DAYS),
        timeout=_SECONDS,
        grants=[("Secret", read), ("SecretKey", decrypt)],
        network=awslambda.VPCConfig(SubnetIds=private_subnets(platform), SecurityGroupIds=groups),
    )


def _given(database: DatabaseSettings) -> Value:
    return with_references(
        {
            "host": GetAtt(database.main_id, "Endpoint.Address"),
            "port": database.port_number,
            "database": database.database,
            "secret": database.secret_arn,
            "region": Ref("AWS::Region"),
            "extensions": list(database.extensions),
            "preloaded": dict(libraries(database.engine, database.extensions)),
        }
    )
