"""Trust policies: who may assume a role of the spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from awacs.aws import Action, Allow, Condition, PolicyDocument, Principal, Statement, StringEquals, StringLike
from troposphere import Ref, Sub

from compiler.program.component import Value
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_SAY_THEIR_ACCOUNT = frozenset(
    f"{service}.amazonaws.com"
    for service in ("bedrock", "ecs-tasks", "events", "pipes", "scheduler", "states", "vpc-flow-logs")
)
"""Services whose guides show ``aws:SourceAccount`` in the trust policy of their roles. Others, EC2 and Lambda among
them, assume a role without it and would be kept out; there iam:PassRole holds a role to its own account."""


@frozen()
class Oidc:
    """Tokens of an OpenID Connect provider."""

    provider: str
    audience: str
    subjects: tuple[str, ...]


@frozen()
class Trusted:
    """The setting ``trusted``."""

    services: tuple[str, ...]
    accounts: tuple[Json, ...]
    oidc: tuple[Oidc, ...]


def trust_policy(trusted: Trusted) -> PolicyDocument:
    """A statement for all services with the same conditions, and one for each account and provider."""
    statements = [*_services(trusted.services)]
    statements += [_account(one if isinstance(one, Mapping) else {"account": one}) for one in trusted.accounts]
    statements += [_oidc(one) for one in trusted.oidc]
    return PolicyDocument(Version="2012-10-17", Statement=statements)


def _services(services: tuple[str, ...]) -> Iterator[Statement]:
    own = {"Condition": Condition(StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")}))}
    for service in sorted(services):
        yield Statement(
            Effect=Allow,
            Principal=Principal("Service", service),
            Action=[Action("sts", "AssumeRole")],
            **(own if service in _SAY_THEIR_ACCOUNT else {}),
        )


def _account(said: Mapping[str, Json]) -> Statement:
    names = [f"role/{name.lstrip('/')}" for name in said.get("roles", ())] or ["root"]
    principals = [_arn(said["account"], name) for name in names]
    external = said.get("external_id")
    limited = {"Condition": Condition(StringEquals({"sts:ExternalId": external}))} if external else {}
    return Statement(
        Effect=Allow, Principal=Principal("AWS", principals), Action=[Action("sts", "AssumeRole")], **limited
    )


def _arn(account: str, name: str) -> Value:
    return Sub(f"arn:${{AWS::Partition}}:iam::{account}:{name}")


def _oidc(one: Oidc) -> Statement:
    patterns = any(sign in subject for subject in one.subjects for sign in "*?")
    audience, subject = f"{one.provider}:aud", {f"{one.provider}:sub": list(one.subjects)}
    equal = {audience: one.audience} | ({} if patterns else subject)
    conditions = [StringEquals(equal), *([StringLike(subject)] if patterns else [])]
    provider = Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:oidc-provider/{one.provider}")
    return Statement(
        Effect=Allow,
        Principal=Principal("Federated", provider),
        Action=[Action("sts", "AssumeRoleWithWebIdentity")],
        Condition=Condition(conditions),
    )
