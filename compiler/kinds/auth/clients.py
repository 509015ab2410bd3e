"""Clients of a user pool, its attributes and where its sign-in pages are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import AWSObject, GetAtt, Ref, cognito, route53

from compiler.kinds.auth.providers import (
    Provider,
    ResourceServer,
    provider_id,
    provider_names,
    resource_scopes,
    server_id,
)
from compiler.language.names import pascal
from compiler.language.times import in_units
from compiler.shared.global_region import ZONE_OF_DISTRIBUTIONS
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_FLOWS = {
    "admin_password": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "custom": "ALLOW_CUSTOM_AUTH",
    "password": "ALLOW_USER_PASSWORD_AUTH",
    "srp": "ALLOW_USER_SRP_AUTH",
    "user": "ALLOW_USER_AUTH",
}
_TYPES = {"string": "String", "number": "Number", "boolean": "Boolean", "datetime": "DateTime"}
_WRITABLE = (
    "address",
    "birthdate",
    "email",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "website",
    "zoneinfo",
)
_READABLE = (*_WRITABLE, "email_verified", "phone_number_verified")
"""What a client may write and read when nothing is said. Once something is said, everything must be
(Cognito developer guide, attribute permissions and scopes)."""


@frozen()
class Client:
    """An application that signs users in."""

    callback_urls: tuple[str, ...]
    logout_urls: tuple[str, ...]
    scopes: tuple[str, ...]
    flows: tuple[str, ...]
    secret: bool
    writes: tuple[str, ...]
    access_minutes: int | str
    id_minutes: int | str
    refresh_days: int | str
    refresh_rotation: int | None
    machine: bool
    resource_scopes: tuple[str, ...]
    providers: tuple[str, ...]


@frozen(eq=True)
class PoolSettings:
    """What clients need to know of their pool."""

    id: str
    custom: Mapping[str, Json]
    providers: Mapping[str, Provider]
    servers: Mapping[str, ResourceServer]


@frozen()
class Domain:
    """Where the sign-in pages are."""

    prefix: str | None
    name: str | None
    certificate: str | None
    zone: str | None


def client_id(pool_id: str, name: str) -> str:
    """Logical id of a client."""
    return f"{pool_id}{pascal(name)}Client"


def client(pool: PoolSettings, name: str, settings: Client) -> cognito.UserPoolClient:
    """A client that does not tell whether a user exists and whose tokens can be revoked."""
    return cognito.UserPoolClient(
        client_id(pool.id, name),
        UserPoolId=Ref(pool.id),
        ClientName=name,
        GenerateSecret=settings.secret or settings.machine,
        ExplicitAuthFlows=_flows(settings),
        PreventUserExistenceErrors="ENABLED",
        EnableTokenRevocation=True,
        **_validity(settings),
        SupportedIdentityProviders=provider_names(settings.providers, pool.providers),
        **_rotation(settings),
        **_oauth(settings, pool),
        **_attributes(settings, pool.custom),
        **_after(settings, pool.id),
    )


def _validity(settings: Client) -> dict[str, Json]:
    """How long tokens last, each in the unit of its setting or, for a finer time, in the next one that is exact."""
    tokens = {
        "AccessToken": (settings.access_minutes, "minutes", "seconds"),
        "IdToken": (settings.id_minutes, "minutes", "seconds"),
        "RefreshToken": (settings.refresh_days, "days", "minutes"),
    }
    times = {token: in_units(*time) for token, time in tokens.items()}
    units = cognito.TokenValidityUnits(**{token: unit for token, (_, unit) in times.items()})
    return {f"{token}Validity": number for token, (number, _) in times.items()} | {"TokenValidityUnits": units}


def _flows(settings: Client) -> list[str]:
    """A token that is replaced when used can't be renewed in the old way (API reference, RefreshTokenRotationType)."""
    found = [] if settings.machine else [_FLOWS[flow] for flow in settings.flows]
    return sorted(found if settings.refresh_rotation is not None else ("ALLOW_REFRESH_TOKEN_AUTH", *found))


def _rotation(settings: Client) -> dict[str, Json]:
    if settings.refresh_rotation is None:
        return {}
    grace = settings.refresh_rotation
    return {"RefreshTokenRotation": cognito.RefreshTokenRotation(Feature="ENABLED", RetryGracePeriodSeconds=grace)}


def _oauth(settings: Client, pool: PoolSettings) -> dict[str, Json]:
    further = resource_scopes(settings.resource_scopes, pool.servers)
    if settings.machine:
        return {
            "AllowedOAuthFlowsUserPoolClient": True,
            "AllowedOAuthFlows": ["client_credentials"],
            "AllowedOAuthScopes": further,
        }
    if not settings.callback_urls:
        return {"AllowedOAuthFlowsUserPoolClient": False}
    found: dict[str, Json] = {
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": [*settings.scopes, *further],
        "CallbackURLs": list(settings.callback_urls),
    }
    return found | ({"LogoutURLs": list(settings.logout_urls)} if settings.logout_urls else {})


def _after(settings: Client, pool_id: str) -> dict[str, list[str]]:
    """Cognito takes only the names of what is there."""
    servers = {server_id(pool_id, scope.split("/")[0]) for scope in settings.resource_scopes}
    providers = {provider_id(pool_id, name) for name in settings.providers if name != "cognito"}
    found = sorted(servers | providers)
    return {"DependsOn": found} if found else {}


def _attributes(settings: Client, custom: Mapping[str, Json]) -> dict[str, Json]:
    """Users may not give themselves what the platform decides on: custom attributes are written on request only."""
    if not custom:
        return {}
    return {
        "ReadAttributes": sorted((*_READABLE, *(f"custom:{name}" for name in custom))),
        "WriteAttributes": sorted((*_WRITABLE, *(f"custom:{name}" for name in settings.writes))),
    }


def schema_attributes(required: Iterable[str], custom: Mapping[str, Json]) -> Iterator[cognito.SchemaAttribute]:
    """The pool's schema: what every user must have, and attributes of its own.

    Without a type Cognito takes a standard attribute at first, but refuses later updates of the pool (aws-cdk #8585).
    """
    for name in sorted(required):
        yield cognito.SchemaAttribute(Name=name, AttributeDataType="String", Required=True, Mutable=True)
    for name, said in sorted(custom.items()):
        settings = {"type": said} if isinstance(said, str) else said
        yield cognito.SchemaAttribute(
            Name=name,
            AttributeDataType=_TYPES[settings["type"]],
            Mutable=settings.get("mutable", True),
            **_limits(settings),
        )


def _limits(settings: Mapping[str, Json]) -> dict[str, Json]:
    """CloudFormation takes these numbers as text."""
    least, most = settings.get("min"), settings.get("max")
    words = {"string": ("String", "Length"), "number": ("Number", "Value")}
    if settings["type"] not in words or least is most is None:
        return {}
    kind, what = words[settings["type"]]
    limits = {f"{word}{what}": str(value) for word, value in (("Min", least), ("Max", most)) if value is not None}
    make = cognito.StringAttributeConstraints if kind == "String" else cognito.NumberAttributeConstraints
    return {f"{kind}AttributeConstraints": make(**limits)}


def pages(pool_id: str, domain: Domain) -> Iterator[AWSObject]:
    """The sign-in pages, under a prefix of AWS's domain or a name of their own with its record."""
    logical_id = f"{pool_id}Domain"
    own: dict[str, Json] = {}
    if domain.certificate:
        config = cognito.CustomDomainConfigType(CertificateArn=domain.certificate)
        own["CustomDomainConfig"] = config
    yield cognito.UserPoolDomain(logical_id, UserPoolId=Ref(pool_id), Domain=domain.name or domain.prefix, **own)
    if domain.zone:
        target = route53.AliasTarget(
            DNSName=GetAtt(logical_id, "CloudFrontDistribution"),
            HostedZoneId=ZONE_OF_DISTRIBUTIONS,
            EvaluateTargetHealth=False,
        )
        record = {"HostedZoneId": domain.zone, "Name": domain.name, "Type": "A", "AliasTarget": target}
        yield route53.RecordSetType(f"{logical_id}Alias", **record)
