"""What each type of API knows, and what others may do with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.document import Path
from compiler.source.json_value import Json

_NOUNS = {"http": "an HTTP API", "rest": "a REST API", "websocket": "a WebSocket API"}
_TOP = {
    "account_log_role": ("rest", "websocket"),
    "allow_from": ("rest",),
    "cache_size": ("rest",),
    "cors": ("http", "rest"),
    "endpoint": ("rest",),
    "jwt": ("http", "rest"),
    "mutual_tls": ("http", "rest"),
    "plans": ("rest",),
    "route_by": ("websocket",),
    "vpc_endpoints": ("rest",),
}
_ROUTE = {
    "answer": ("websocket",),
    "api_key": ("rest",),
    "body": ("rest",),
    "cache_by": ("rest",),
    "cache_seconds": ("rest",),
    "needs": ("rest",),
    "scopes": ("http", "rest"),
}
_UNSAID = {"endpoint": "regional", "route_by": "action"}
"""Defaults that are more than nothing."""
_MESSAGES = re.compile(r"\$(connect|disconnect|default)|[\w-]+")
_SECONDS = 29
"""Longest wait of REST and WebSocket APIs (API Gateway quotas, integration timeout)."""


def type_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """What an API says that its type does not know, and what it leaves out."""
    yield from _settings(data)
    for key, said in data["routes"].items():
        yield from _key(data["type"], key)
        if isinstance(said, Mapping):
            yield from _route(data["type"], key, said)
    if data["type"] != "http":
        yield from _log_role(data)
        yield from _functions_only(data, spec)
    if data["type"] == "websocket":
        yield from _connecting(data)
    if data["type"] != "rest" and data["firewall"]:
        message = f"{_NOUNS[data['type']]} can't be behind a firewall itself"
        help_text = "put a cdn with the firewall before it, or set 'type: rest'"
        yield Fault("unused-setting", message, ("firewall",), help_text)


def _settings(data: Mapping[str, Json]) -> Iterator[Fault]:
    for name, types in _TOP.items():
        if data["type"] not in types and data[name] and data[name] != _UNSAID.get(name):
            yield _foreign(data["type"], name, types, (name,))


def _route(kind: str, key: str, said: Mapping[str, Json]) -> Iterator[Fault]:
    for name, types in _ROUTE.items():
        if kind not in types and said[name]:
            yield _foreign(kind, name, types, ("routes", key, name))
    if kind != "http" and (said["timeout"] or 0) > _SECONDS:
        message = f"{_NOUNS[kind]} waits at most {_SECONDS} seconds"
        yield Fault("out-of-range", message, ("routes", key, "timeout"), "lower it")


def _foreign(kind: str, name: str, types: tuple[str, ...], path: tuple[str, ...]) -> Fault:
    help_text = f"remove it, or set 'type: {types[0]}'" if len(types) == 1 else "remove it"
    return Fault("unused-setting", f"{_NOUNS[kind]} has no '{name}'", path, help_text)


def _key(kind: str, key: str) -> Iterator[Fault]:
    path = ("routes", key)
    if kind == "websocket" and not _MESSAGES.fullmatch(key):
        help_text = "write $connect, $disconnect, $default or a word of the messages"
        yield Fault("bad-name", f"'{key}' is not a route of a WebSocket API", path, help_text)
    elif kind != "websocket" and " " not in key and key != "$default":
        help_text = "write a method and a path such as 'GET /orders/{id}'"
        yield Fault("bad-name", f"'{key}' is not a route of {_NOUNS[kind]}", path, help_text)


def _log_role(data: Mapping[str, Json]) -> Iterator[Fault]:
    if not data["account_log_role"]:
        message = f"{_NOUNS[data['type']]} logs with a role that is set for the whole account and region"
        help_text = "set 'account_log_role: existing' if the account has one, otherwise 'create'"
        yield Fault("missing-property", message, ("account_log_role",), help_text)


def _functions_only(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    for key, said in data["routes"].items():
        name = said if isinstance(said, str) else said["to"]
        if spec.component(name, "services"):
            message = f"'{name}' is a service, and {_NOUNS[data['type']]} leads to functions only"
            yield Fault("wrong-kind", message, ("routes", key), "name a function, or set 'type: http'")


def _connecting(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Whoever is connected has been let in: there is nobody to ask again."""
    asked: dict[str, tuple[str, Path]] = {"API": (data["auth"], ("auth",))}
    for key, said in data["routes"].items():
        if isinstance(said, Mapping) and said["auth"]:
            asked[key] = (said["auth"], ("routes", key, "auth"))
    for key, (auth, path) in asked.items():
        if auth == "jwt":
            message = "a WebSocket API takes no tokens itself"
            yield Fault("not-allowed", message, path, "set 'auth: lambda', with a function that looks at the token")
        elif key not in ("API", "$connect"):
            message = "only a connection is authorized, not each message"
            yield Fault("unused-setting", message, path, "remove it, or set it on $connect")
    if data["auth"] != "none" and "$connect" not in data["routes"]:
        help_text = "add a route $connect to a function"
        yield Fault("missing-property", "'auth' applies to $connect, which is not a route", ("routes",), help_text)
    if data["authorizer"] and data["authorizer"]["cache_seconds"]:
        message = "a WebSocket API calls its authorizer for each connection"
        yield Fault("unused-setting", message, ("authorizer", "cache_seconds"), "remove it")


def use_faults(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """What others want of the API that its type can't give."""
    data = component.settings
    if data["type"] != "websocket":
        for user in spec.components():
            for verb in sorted({"send", "manage"} & {*spec.verbs(user, component)}):
                message = f"{user.address} wants to '{verb}', and {_NOUNS[data['type']]} has no connections"
                yield Fault("unknown-verb", message, (), "set 'type: websocket', or let it 'call'")
    own_host = data["domain"] and not data["default_endpoint"]
    if data["type"] != "http" and not own_host:
        for cdn in spec.components("cdn"):
            if any(spec.component(target) is component for target in cdn.settings["paths"].values()):
                message = (
                    f"the cdn '{cdn.name}' would send requests to {_NOUNS[data['type']]} without the stage in the path"
                )
                yield Fault("wrong-kind", message, (), "give it a domain and 'default_endpoint: false'")
