"""Faults of what a user pool has beyond its own users: providers, machines and scopes of APIs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.names import pascal
from compiler.meaning.fault import Fault
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.json_value import Json

OWN = "cognito"
"""The word for the pool's own users among the providers of a client."""
_NEEDED = {"google": ("client_id", "secret"), "oidc": ("client_id", "secret", "issuer"), "saml": ("metadata_url",)}
_SETTINGS = ("client_id", "secret", "issuer", "metadata_url")


def client_faults(path: Path, client: Mapping[str, Json], data: Mapping[str, Json]) -> Iterator[Fault]:
    yield from _scopes(path, client, data["resource_servers"])
    for index, name in enumerate(client["providers"]):
        if name != OWN and name not in data["providers"]:
            message, known = f"there is no provider '{name}'", (OWN, *data["providers"])
            yield Fault("unknown-provider", message, (*path, "providers", index), did_you_mean(name, known))
    if client["machine"]:
        yield from _machine(path, client, data)
    elif client["resource_scopes"] and not client["callback_urls"]:
        message = "only tokens of the sign-in pages and of machines have scopes of APIs"
        help_text = "add 'callback_urls', or 'machine: true'"
        yield Fault("unused-setting", message, (*path, "resource_scopes"), help_text)
    if client["refresh_rotation"] is not None:
        yield from _rotation(path, client, data["plan"])


def _scopes(path: Path, client: Mapping[str, Json], servers: Mapping[str, Json]) -> Iterator[Fault]:
    known = [f"{name}/{scope}" for name, server in servers.items() for scope in server["scopes"]]
    for index, scope in enumerate(client["resource_scopes"]):
        if scope not in known:
            message = f"no resource server has the scope '{scope}'"
            yield Fault("unknown-scope", message, (*path, "resource_scopes", index), did_you_mean(scope, known))


def _machine(path: Path, client: Mapping[str, Json], data: Mapping[str, Json]) -> Iterator[Fault]:
    for word in ("callback_urls", "logout_urls", "writes"):
        if client[word]:
            message = f"'{word}' is for users, and a client for machines has none"
            yield Fault("unused-setting", message, (*path, word), "remove it, or make two clients")
    if client["providers"] != [OWN]:
        message = "'providers' is for users, and a client for machines has none"
        yield Fault("unused-setting", message, (*path, "providers"), "remove it, or make two clients")
    if not client["resource_scopes"]:
        message = "a machine client needs 'resource_scopes'"
        yield Fault("missing-property", message, path, "add 'resource_scopes', such as [orders/read]")
    if not data["domain"]:
        message = "a machine client needs the token endpoint of the pool's 'domain'"
        yield Fault("missing-property", message, (*path, "machine"), "add 'domain: {prefix: …}' to the pool")


def _rotation(path: Path, client: Mapping[str, Json], plan: str) -> Iterator[Fault]:
    where = (*path, "refresh_rotation")
    if client["machine"]:
        yield Fault("unused-setting", "a machine gets no refresh token", where, "remove it")
    elif not client["flows"]:
        message = "Cognito would let a client without any flow renew tokens in the way that rotation forbids"
        yield Fault("missing-property", message, where, "name one of 'flows', such as srp")
    if plan == "lite":
        yield Fault("plan-limit", "the plan lite has no rotation of tokens", where, "set 'plan: essentials'")


def provider_faults(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Providers without what they need, with what is of other types, and names that can't stand together."""
    if data["providers"] and not data["domain"]:
        message = "users come from providers over the sign-in pages, and the pool has none"
        yield Fault("missing-property", message, ("providers",), "add 'domain: {prefix: …}' to the pool")
    seen: dict[str, str] = {}
    for name, provider in data["providers"].items():
        yield from _settings(("providers", name), provider)
        key = "Google" if provider["type"] == "google" else pascal(name)
        if name == OWN or key in seen:
            other = "the pool's own users" if name == OWN else f"'{seen[key]}'"
            message = f"'{name}' is for Cognito or CloudFormation the same as {other}"
            yield Fault("duplicate-name", message, ("providers", name), "rename it, or remove one of the two")
        seen.setdefault(key, name)
    yield from _servers(data["resource_servers"])


def _settings(path: Path, provider: Mapping[str, Json]) -> Iterator[Fault]:
    needed = _NEEDED[provider["type"]]
    for word in _SETTINGS:
        if word in needed and not provider[word]:
            yield Fault(
                "missing-property", f"a provider of type {provider['type']} needs '{word}'", path, f"add '{word}'"
            )
        elif provider[word] and word not in needed:
            message = f"a provider of type {provider['type']} has no '{word}'"
            yield Fault("unused-setting", message, (*path, word), "remove it")


def _servers(servers: Mapping[str, Json]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for name, server in servers.items():
        for key in (server["identifier"] or name, pascal(name)):
            if seen.get(key, name) != name:
                message = f"'{name}' is for Cognito or CloudFormation the same as '{seen[key]}'"
                yield Fault("duplicate-name", message, ("resource_servers", name), "rename one of the two")
            seen.setdefault(key, name)
