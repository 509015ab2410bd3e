"""Clients of a user pool, its attributes and where its sign-in pages are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from troposphere import Ref, cognito

from compiler.json_value import Json
from compiler.names import pascal

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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Client:
    """An application that signs users in."""

    callback_urls: tuple[str, ...]
    logout_urls: tuple[str, ...]
    scopes: tuple[str, ...]
    flows: tuple[str, ...]
    secret: bool
    writes: tuple[str, ...]
    access_minutes: int
    id_minutes: int
    refresh_days: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Domain:
    """Where the sign-in pages are."""

    prefix: str | None
    name: str | None
    certificate: str | None


def client_id(pool_id: str, name: str) -> str:
    """Logical id of a client."""
    return f"{pool_id}{pascal(name)}Client"


def client(pool_id: str, name: str, settings: Client, custom: Mapping[str, Json]) -> cognito.UserPoolClient:
    """A client that does not tell whether a user exists and whose tokens can be revoked."""
    units = cognito.TokenValidityUnits(AccessToken="minutes", IdToken="minutes", RefreshToken="days")
    return cognito.UserPoolClient(
        client_id(pool_id, name),
        UserPoolId=Ref(pool_id),
        ClientName=name,
        GenerateSecret=settings.secret,
        ExplicitAuthFlows=sorted(("ALLOW_REFRESH_TOKEN_AUTH", *(_FLOWS[flow] for flow in settings.flows))),
        PreventUserExistenceErrors="ENABLED",
        EnableTokenRevocation=True,
        AccessTokenValidity=settings.access_minutes,
        IdTokenValidity=settings.id_minutes,
        RefreshTokenValidity=settings.refresh_days,
        TokenValidityUnits=units,
        SupportedIdentityProviders=["COGNITO"],
        **_code_flow(settings),
        **_attributes(settings, custom),
    )


def _code_flow(settings: Client) -> dict[str, Json]:
    if not settings.callback_urls:
        return {"AllowedOAuthFlowsUserPoolClient": False}
    found: dict[str, Json] = {
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": list(settings.scopes),
        "CallbackURLs": list(settings.callback_urls),
    }
    return found | ({"LogoutURLs": list(settings.logout_urls)} if settings.logout_urls else {})


def _attributes(settings: Client, custom: Mapping[str, Json]) -> dict[str, Json]:
    """Users may not give themselves what the platform decides on: custom attributes are written on request only."""
    if not custom:
        return {}
    return {
        "ReadAttributes": sorted((*_READABLE, *(f"custom:{name}" for name in custom))),
        "WriteAttributes": sorted((*_WRITABLE, *(f"custom:{name}" for name in settings.writes))),
    }


def schema_attributes(required: Iterable[str], custom: Mapping[str, Json]) -> Iterator[cognito.SchemaAttribute]:
    """The pool's schema: what every user must have, and attributes of its own."""
    for name in sorted(required):
        yield cognito.SchemaAttribute(Name=name, Required=True, Mutable=True)
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


def pages(pool_id: str, domain: Domain) -> cognito.UserPoolDomain:
    """The sign-in pages, under a prefix of AWS's domain or a name of their own."""
    own: dict[str, Json] = {}
    if domain.certificate:
        config = cognito.CustomDomainConfigType(CertificateArn=domain.certificate)
        own["CustomDomainConfig"] = config
    return cognito.UserPoolDomain(
        f"{pool_id}Domain", UserPoolId=Ref(pool_id), Domain=domain.name or domain.prefix, **own
    )
