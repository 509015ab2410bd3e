"""What the checks and the kind of domains both know: who uses a domain and its certificate."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.interpolation import CLOSE, OPEN
from compiler.source.json_value import Json


def certificate_pointer(name: str) -> str:
    """The symbol that reads the certificate of the domain `name`."""
    return f"{OPEN}{name}.certificate_arn{CLOSE}"


def signs_in(name: str, platform_data: Mapping[str, Json]) -> bool:
    """Whether the sign-in pages of a user pool have the certificate of the domain `name`."""
    pools = (platform_data.get("auth") or {}).values()
    return any(((one.get("domain") or {}).get("certificate")) == certificate_pointer(name) for one in pools)


def mentions(value: Json, text: str) -> bool:
    """Whether any string in `value` has `text`."""
    if isinstance(value, str):
        return text in value
    children = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(mentions(child, text) for child in children)
