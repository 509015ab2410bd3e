"""Who else a user pool takes users from, and the scopes of APIs that its tokens may have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import Ref, cognito

from compiler.kinds.auth.rules import OWN
from compiler.language.names import pascal
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_TYPES = {"google": "Google", "oidc": "OIDC", "saml": "SAML"}


@frozen()
class Provider:
    """One identity provider; which settings count depends on `type`."""

    type: str
    client_id: str | None
    secret: str | None
    key: str
    issuer: str | None
    metadata_url: str | None
    scopes: tuple[str, ...]
    attributes: Mapping[str, str]


@frozen()
class ResourceServer:
    """An API with what tokens may be for there."""

    identifier: str | None
    scopes: Mapping[str, str]


def provider_id(pool_id: str, name: str) -> str:
    """Logical id of a provider."""
    return f"{pool_id}{pascal(name)}Provider"


def provider_names(names: tuple[str, ...], providers: Mapping[str, Provider]) -> list[str]:
    """Cognito's names of the providers that a client takes users from. Google's is fixed."""
    return ["COGNITO" if name == OWN else _name(name, providers[name]) for name in names]


def providers_of(pool_id: str, providers: Mapping[str, Provider]) -> Iterator[cognito.UserPoolIdentityProvider]:
    for name, provider in providers.items():
        yield cognito.UserPoolIdentityProvider(
            provider_id(pool_id, name),
            UserPoolId=Ref(pool_id),
            ProviderName=_name(name, provider),
            ProviderType=_TYPES[provider.type],
            ProviderDetails=_details(provider),
            AttributeMapping=dict(provider.attributes),
        )


def _name(name: str, provider: Provider) -> str:
    return "Google" if provider.type == "google" else name


def _details(provider: Provider) -> dict[str, Json]:
    """Source: API reference, CreateIdentityProvider, ProviderDetails."""
    if provider.type == "saml":
        return {"MetadataURL": provider.metadata_url}
    found = {
        "client_id": provider.client_id,
        "client_secret": f"{{{{resolve:secretsmanager:{provider.secret}:SecretString:{provider.key}}}}}",
        "authorize_scopes": " ".join(provider.scopes),
    }
    if provider.type == "oidc":
        found |= {"oidc_issuer": provider.issuer, "attributes_request_method": "GET"}
    return found


def server_id(pool_id: str, name: str) -> str:
    """Logical id of a resource server."""
    return f"{pool_id}{pascal(name)}Server"


def servers_of(pool_id: str, servers: Mapping[str, ResourceServer]) -> Iterator[cognito.UserPoolResourceServer]:
    for name, server in servers.items():
        scopes = [
            cognito.ResourceServerScopeType(ScopeName=scope, ScopeDescription=about)
            for scope, about in sorted(server.scopes.items())
        ]
        yield cognito.UserPoolResourceServer(
            server_id(pool_id, name),
            UserPoolId=Ref(pool_id),
            Identifier=server.identifier or name,
            Name=name,
            Scopes=scopes,
        )


def resource_scopes(said: tuple[str, ...], servers: Mapping[str, ResourceServer]) -> list[str]:
    """``orders/read`` as tokens have it: with the identifier of the server."""
    pairs = [scope.split("/", 1) for scope in said]
    return [f"{servers[name].identifier or name}/{scope}" for name, scope in pairs]
