"""What is wrong with the behaviours of a cdn, its functions and its signing keys.

Sources: CloudFront developer guide, "Restrictions on CloudFront Functions", "Optimize high availability with CloudFront
origin failover", "Create key pairs for your signers" and "Quotas"; CloudFront API, CachePolicyConfig.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from compiler.kinds.cdn.edge_lambda_rules import runtimes, viewer_lambdas
from compiler.meaning.fault import Fault
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.json_value import Json

_MOST_CODE = 10 * 1024
_HANDLER = re.compile(r"\bfunction\s+handler\s*\(|\bhandler\s*=")
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END PUBLIC KEY-----\s*")
_RSA, _P256 = bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a8648ce3d030107")
"""Object identifiers in a public key: rsaEncryption, and the curve P-256 (RFC 3279 and RFC 5480)."""
_RSA_2048 = 294
"""Bytes of a public key of 2048 bits whose exponent has three, as all tools make it."""
_NOT_IN_KEYS = ("accept-encoding", "connection", "content-length", "cookie", "expect", "te", "trailer", "upgrade")
"""Headers that a cache policy does not take (developer guide, "Cache based on request headers")."""
_STATUSES = (400, 403, 404, 416, 429, 500, 502, 503, 504)
_EVENT = "viewer-request"


def behavior_faults(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Faults of `behaviors`, `functions` and `signing_keys`."""
    for path, said in data["behaviors"].items():
        place: Path = ("behaviors", path)
        if path not in (data["paths"] or {}):
            message = f"'{path}' is none of the cdn's paths"
            help_text = did_you_mean(path, list(data["paths"] or ())) or "add it to 'paths'"
            yield Fault("unknown-path", message, place, help_text)
            continue
        yield from _cache(said["cache"], (*place, "cache"))
        yield from _failover(said, data["paths"][path], place)
        yield from _functions(said["functions"], data, place)
        if said["signed"] and not data["signing_keys"]:
            message = "signed URLs need a public key that they are checked with"
            yield Fault("no-signing-keys", message, (*place, "signed"), "add it to 'signing_keys'")
    for name, function in data["functions"].items():
        yield from _code(function["code"], ("functions", name, "code"))
        if name in data["lambdas"]:
            message = f"'{name}' is one of 'functions' and one of 'lambdas'"
            yield Fault("duplicate-name", message, ("lambdas", name), "rename one of the two")
    yield from runtimes(data)
    yield from _keys(data)


def _cache(cache: Mapping[str, Json] | None, path: Path) -> Iterator[Fault]:
    if not cache:
        return
    if not cache["min_seconds"] <= cache["seconds"] <= cache["max_seconds"]:
        message = (
            f"the times are out of order: at least {cache['min_seconds']} s, {cache['seconds']} s "
            f"without a header, at most {cache['max_seconds']} s"
        )
        yield Fault("cache-times", message, path, "set min_seconds ≤ seconds ≤ max_seconds")
    for index, header in enumerate(cache["headers"]):
        if header.lower() in _NOT_IN_KEYS:
            message = f"CloudFront takes no '{header}' into a cache key"
            help_text = "name cookies in 'cookies'" if header.lower() == "cookie" else "remove it"
            yield Fault("cache-header", message, (*path, "headers", index), help_text)
        elif header.lower() in (one.lower() for one in cache["headers"][:index]):
            yield Fault("duplicate-value", f"'{header}' is there already", (*path, "headers", index), "remove it")


def _failover(said: Mapping[str, Json], target: str, path: Path) -> Iterator[Fault]:
    failover = said["failover"]
    if not failover:
        return
    if failover["to"] == target:
        message = f"'{target}' would fail over to itself"
        yield Fault("failover-target", message, (*path, "failover", "to"), "name another origin")
    for index, status in enumerate(failover["status"]):
        if status not in _STATUSES:
            message = f"CloudFront does not fail over for {status}"
            help_text = f"it does for {', '.join(map(str, _STATUSES))}"
            yield Fault("failover-status", message, (*path, "failover", "status", index), help_text)
    if said["methods"] == "all":
        message = "only GET, HEAD and OPTIONS fail over, and CloudFront takes no other methods with it"
        yield Fault("failover-methods", message, (*path, "methods"), "set 'methods: options', or remove 'failover'")


def _functions(functions: Mapping[str, str | None], data: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    for event, name in functions.items():
        place = (*path, "functions", event)
        if name and name not in data["functions"] and name not in data["lambdas"]:
            help_text = did_you_mean(name, [*data["functions"], *data["lambdas"]]) or "add it to 'functions'"
            yield Fault("unknown-edge-function", f"there is no function '{name}'", place, help_text)
        elif name in data["functions"] and event.startswith("origin"):
            message = f"CloudFront Functions run at 'viewer-request' and 'viewer-response', not at '{event}'"
            yield Fault("edge-function-event", message, place, "make it one of 'lambdas'")
    yield from viewer_lambdas(functions, data, path)
    taken = "redirects" if data["redirects"] else "spa" if data["spa"] and path[-1] == "/*" else ""
    if functions.get(_EVENT) and taken:
        message = f"CloudFront runs one function for a request, and '{taken}' has one already"
        yield Fault("edge-function-taken", message, (*path, "functions", _EVENT), f"remove it, or '{taken}'")


def _code(code: str, path: Path) -> Iterator[Fault]:
    size = len(code.encode())
    if size > _MOST_CODE:
        message = f"the function has {size:,} bytes, CloudFront takes {_MOST_CODE:,}"
        yield Fault("edge-function-code", message, path, "remove comments and spaces, or do less at the edge")
    if not _HANDLER.search(code):
        message = "the code has no function 'handler', which CloudFront calls"
        yield Fault("edge-function-code", message, path, "write 'function handler(event) { return event.request; }'")


def _keys(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["signing_keys"] and not any(one["signed"] for one in data["behaviors"].values()):
        message = "no path asks for signatures, so the keys have no effect"
        yield Fault("unused-setting", message, ("signing_keys",), "set 'signed: true' on a path of 'behaviors'")
    known: dict[str, str] = {}
    for name, text in data["signing_keys"].items():
        path: Path = ("signing_keys", name)
        if "PRIVATE KEY" in text:
            message = "the file has a private key, which would be readable by everybody who sees the template"
            yield Fault("signing-key", message, path, "name the file of its public key: openssl pkey -pubout")
        elif not _fits(text):
            message = "the file is not a public key in PEM, of RSA with 2048 bits or ECDSA with P-256"
            yield Fault("signing-key", message, path, "make it with: openssl pkey -in private.pem -pubout")
        elif text in known:
            message = f"'{name}' and '{known[text]}' are the same key"
            yield Fault("signing-key", message, path, "remove one of them")
        known.setdefault(text, name)


def _fits(text: str) -> bool:
    found = _PEM.fullmatch(text)
    try:
        key = base64.b64decode("".join(found[1].split()), validate=True) if found else b""
    except binascii.Error:
        return False
    return _P256 in key or (_RSA in key and len(key) == _RSA_2048)
