"""What REST APIs alone know: their paths, API keys, cache, and from where they are reached."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.source.document import Path
from compiler.source.json_value import Json

_PART = re.compile(r"[\w.:-]+|\{[\w.:-]+\+?\}", re.ASCII)
"""What stands between slashes (API Gateway developer guide, REST API methods: resource names)."""
_KEYWORDS = {
    "additionalProperties",
    "description",
    "enum",
    "format",
    "items",
    "maxLength",
    "maxProperties",
    "maximum",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
    "uniqueItems",
}
"""What JSON schema and the models of an imported definition have in common (OpenAPI 3.0, schema object; API Gateway
developer guide, important notes: limits of arrays are left out of the check, and so are composed models)."""


def rest_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    yield from _paths(data["routes"])
    yield from _issuer(data["jwt"])
    yield from _keys(data)
    yield from _cache(data)
    for key, said in _full(data):
        if said["body"]:
            yield from _model(said["body"], ("routes", key, "body"))
    for key, said in _full(data):
        if said["throttling"] and key.startswith("ANY "):
            message = "limits apply to one method, and ANY is not one"
            yield Fault("not-allowed", message, ("routes", key, "throttling"), "write a route for each method")
    yield from _ranges(data["allow_from"])
    yield from _private(data, spec)
    yield from _mixed(data)


def _full(data: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Routes with settings."""
    yield from ((key, said) for key, said in data["routes"].items() if isinstance(said, Mapping))


def _paths(routes: Mapping[str, Json]) -> Iterator[Fault]:
    names: dict[str, str] = {}
    for key in routes:
        if key == "$default":
            help_text = "write 'ANY /{proxy+}', and 'ANY /' for the root"
            yield Fault("bad-name", "a REST API has no $default", ("routes", key), help_text)
            continue
        path = key.split(" ", 1)[-1]
        for part in path.split("/")[1:] if path != "/" else ():
            if not _PART.fullmatch(part):
                message = f"'{part}' in '{key}' is not a valid part of a path of a REST API"
                help_text = "letters, digits and _.:- or a {name}; no slash at the end"
                yield Fault("bad-name", message, ("routes", key), help_text)
        yield from _siblings(key, path, names)


def _siblings(key: str, path: str, names: dict[str, str]) -> Iterator[Fault]:
    """Below a path there is one parameter, whatever comes after it."""
    parts = path.split("/")
    for count, part in enumerate(parts):
        if part.startswith("{"):
            known = names.setdefault("/".join(parts[:count]), part)
            if known != part:
                message = f"{part} in '{key}' is {known} in another route, and a REST API takes one name"
                yield Fault("duplicate-route", message, ("routes", key), f"write {known} in both")
                return


def _issuer(jwt: Mapping[str, Json] | None) -> Iterator[Fault]:
    if jwt and not jwt["auth"]:
        message = "a REST API takes the tokens of a user pool only"
        help_text = "name it with 'auth', set 'type: http', or let a function decide with 'auth: lambda'"
        yield Fault("not-allowed", message, ("jwt",), help_text)


def _keys(data: Mapping[str, Json]) -> Iterator[Fault]:
    wanted = [key for key, said in _full(data) if said["api_key"]]
    if wanted and not data["plans"]:
        message = "an API key belongs to one of the 'plans', which are not set"
        yield Fault("missing-property", message, ("routes", wanted[0], "api_key"), "plans: {partners: {keys: [acme]}}")
    elif data["plans"] and not wanted:
        message = "no route has 'api_key: true', so the 'plans' limit nothing"
        yield Fault("unused-setting", message, ("plans",), "set 'api_key: true' for a route")
    seen: set[str] = set()
    for name, plan in data["plans"].items():
        for key in plan["keys"]:
            if key in seen:
                message = f"the key '{key}' is in another plan too"
                yield Fault("duplicate-value", message, ("plans", name, "keys"), "a key is in one plan")
            seen.add(key)


def _cache(data: Mapping[str, Json]) -> Iterator[Fault]:
    cached = [key for key, said in _full(data) if said["cache_seconds"]]
    if data["cache_size"] and not cached:
        message = "no route has 'cache_seconds', so the cache would stay empty"
        yield Fault("unused-setting", message, ("cache_size",), "set 'cache_seconds' for a route")
    for key, said in _full(data):
        where = ("routes", key, "cache_seconds")
        if said["cache_by"] and not said["cache_seconds"]:
            message = "'cache_by' needs 'cache_seconds', which is not set"
            yield Fault("unused-setting", message, ("routes", key, "cache_by"), "set 'cache_seconds'")
        if key not in cached:
            continue
        if not data["cache_size"]:
            yield Fault("missing-property", "the API has no cache", where, "set 'cache_size' of the API")
        if not key.startswith("GET "):
            yield Fault("not-allowed", "only responses to GET are cached", where, "write a route for GET")
        if (said["auth"] or data["auth"]) == "iam":
            message = "signed requests are never equal, so no response would be served from the cache"
            yield Fault("not-allowed", message, where, "remove it")


def _model(schema: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    """A word that API Gateway leaves out would let pass what it forbids."""
    for word, said in schema.items():
        if word not in _KEYWORDS:
            message = f"API Gateway does not check '{word}' of a REST API"
            yield Fault("not-allowed", message, (*path, word), "remove it, and check it in the function")
        elif (word == "type" and not isinstance(said, str)) or (
            word == "additionalProperties" and not isinstance(said, bool)
        ):
            help_text = "write one type" if word == "type" else "write true or false"
            yield Fault("not-allowed", f"a REST API does not support this form of '{word}'", (*path, word), help_text)
    if isinstance(schema.get("properties"), Mapping):
        for name, one in schema["properties"].items():
            yield from _inner(one, (*path, "properties", name))
    if "items" in schema:
        yield from _inner(schema["items"], (*path, "items"))


def _inner(schema: Json, path: Path) -> Iterator[Fault]:
    if isinstance(schema, Mapping):
        yield from _model(schema, path)
    else:
        yield Fault("not-allowed", "a REST API takes one schema here", path, "write a map such as {type: string}")


def _ranges(ranges: list[str]) -> Iterator[Fault]:
    for index, one in enumerate(ranges):
        try:
            ipaddress.ip_network(one)
        except ValueError as problem:
            yield Fault("bad-cidr", f"'{one}' is not a valid range: {problem}", ("allow_from", index))


def _private(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    network = spec.component("network")
    own = network is not None and "execute-api" in network.settings["endpoints"]
    if data["endpoint"] != "private":
        if data["vpc_endpoints"]:
            message = "'vpc_endpoints' lead to a private API, and this one is public"
            yield Fault("unused-setting", message, ("vpc_endpoints",), "set 'endpoint: private'")
        return
    if not own and not data["vpc_endpoints"]:
        help_text = "add execute-api to network.endpoints, or name 'vpc_endpoints'"
        yield Fault("missing-property", "a private API needs a VPC endpoint", ("endpoint",), help_text)
    if data["domain"]:
        message = "a private API has no custom domain: use the name of its VPC endpoint"
        yield Fault("not-allowed", message, ("domain",), "remove it")


def _mixed(data: Mapping[str, Json]) -> Iterator[Fault]:
    """The policy that lets everybody to the open routes would let every identity of the account to the signed ones."""
    own = {key: said["auth"] for key, said in _full(data) if said["auth"]}
    asked = {own.get(key, data["auth"]) for key in data["routes"]}
    limited = data["endpoint"] == "private" or data["allow_from"]
    if limited and "iam" in asked and asked != {"iam"}:
        odd = next(iter(own))
        message = "routes with 'auth: iam' beside others can't be in an API that is limited to networks"
        yield Fault("mixed-auth", message, ("routes", odd, "auth"), "make two APIs of it, one with 'auth: iam'")
