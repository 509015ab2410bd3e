"""Routes that anyone on the internet may call: the spec says why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault, warning
from compiler.source.json_value import Json

_SHOWN = 3


def open_routes(data: Mapping[str, Json]) -> Iterator[Fault]:
    """A `reason` without a public route, and public routes without a reason."""
    public = [key for key, route in data["routes"].items() if _auth(route, data["auth"]) == "none"]
    if data["reason"] and not public:
        message = "'reason' is only for public routes, and all routes have authorization"
        yield Fault("unused-setting", message, ("reason",), "remove it, or set 'auth: none'")
    for key, route in data["routes"].items():
        if isinstance(route, Mapping) and route["reason"] and key not in public:
            message = "'reason' is only for public routes, and this one has authorization"
            yield Fault("unused-setting", message, ("routes", key, "reason"), "remove it, or set 'auth: none'")
    if not (data["reason"] or _closed(data)):
        yield from _unexplained([key for key in public if not _reason(data["routes"][key])], data["type"])


def _unexplained(keys: list[str], of_type: str) -> Iterator[Fault]:
    """Of a WebSocket API, $connect decides for all routes."""
    if of_type == "websocket":
        keys = [key for key in keys if key == "$connect"]
    if keys:
        shown = ", ".join(f"'{key}'" for key in keys[:_SHOWN])
        rest = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
        message = f"anyone may call {shown}{rest}: no authorization is set"
        yield warning("open-route", message, ("routes",), "set 'auth', or give a 'reason' why anyone may")


def _closed(data: Mapping[str, Json]) -> bool:
    """Whether callers are held back before the API looks at a route."""
    return bool(data["mutual_tls"] or data["allow_from"] or data["endpoint"] == "private")


def _auth(route: Json, general: str) -> str:
    return general if isinstance(route, str) else route["auth"] or general


def _reason(route: Json) -> Json:
    return None if isinstance(route, str) else route["reason"]
