"""The operations of a REST API's definition: what a request must have, and the function that answers."""

from __future__ import annotations

import json
from collections.abc import Sequence

from compiler.kinds.apis.authorizers import identity_sources
from compiler.kinds.apis.routes import Route, milliseconds, words
from compiler.kinds.apis.schemes import security
from compiler.kinds.apis.settings import ApiSettings
from compiler.kinds.apis.stage_variables import function_uri
from compiler.program.component import Platform
from compiler.shared.digest import mark
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_PLACES = {
    "header": "method.request.header.%s",
    "path": "method.request.path.%s",
    "query": "method.request.querystring.%s",
}
_CONTENTS = ("$default", "application/json")
"""The first is whatever the request calls its content: one without a model would pass unchecked."""


@frozen()
class Definition:
    """What a REST API is made from."""

    platform: Platform
    api: ApiSettings
    routes: Sequence[Route]

    @property
    def paths(self) -> tuple[str, ...]:
        """Each path that has a route, in an order that the spec's does not change."""
        return tuple(sorted({route.key.split(" ", 1)[1] for route in self.routes}))


def method_name(key: str) -> str:
    """``GET /orders`` → ``get``, as an operation is called under its path."""
    method = key.split(" ", 1)[0]
    return "x-amazon-apigateway-any-method" if method == "ANY" else method.lower()


def operation(definition: Definition, route: Route) -> dict[str, Json]:
    return {
        **({"description": route.reason} if route.reason else {}),
        **_request(definition.api, route),
        **({"security": security(route)} if security(route) else {}),
        "responses": {},
        "x-amazon-apigateway-integration": _integration(definition, route),
    }


def _integration(definition: Definition, route: Route) -> dict[str, Json]:
    keys = cache_keys(definition.api, route)
    limit = milliseconds(route.timeout)
    return {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": function_uri(definition.platform.components[route.to]),
        **({"timeoutInMillis": limit["TimeoutInMillis"]} if limit else {}),
        **({"cacheKeyParameters": keys} if keys else {}),
    }


def cache_keys(api: ApiSettings, route: Route) -> list[str]:
    """What a cached answer is for: the path's own parameters and whoever asks belong to it without being said."""
    if not route.cache_seconds:
        return []
    said = {_PLACES[kind] % name for kind, name in (one.split(".", 1) for one in route.cache_by)}
    said |= {_PLACES["path"] % name for name in parameters(route.key)}
    if route.auth == "jwt":
        said.add("method.request.header.Authorization")
    if route.auth == "lambda" and api.authorizer:
        said |= set(identity_sources(api, api.authorizer))
    return sorted(said)


def parameters(key: str) -> list[str]:
    """Names in the path: ``GET /orders/{id}`` → ``id``."""
    return [part[1:-1].rstrip("+") for part in key.split("/") if part.startswith("{")]


def _request(api: ApiSettings, route: Route) -> dict[str, Json]:
    """Everything that is named stands here."""
    needed = {_PLACES[kind] % name for kind, name in (one.split(".", 1) for one in route.needs)}
    named = needed | set(cache_keys(api, route)) | {_PLACES["path"] % name for name in parameters(route.key)}
    found: dict[str, Json] = {}
    if named:
        found["parameters"] = [_parameter(one, one in needed) for one in sorted(named)]
    if route.body:
        schema = {"$ref": f"#/components/schemas/{_model(route)}"}
        found["requestBody"] = {"required": True, "content": {one: {"schema": schema} for one in _CONTENTS}}
    if any(_checks(route)):
        found["x-amazon-apigateway-request-validator"] = _validator(*_checks(route))
    return found


def _parameter(said: str, needed: bool) -> dict[str, Json]:
    _, _, place, name = said.split(".", 3)
    place = "query" if place == "querystring" else place
    return {"name": name, "in": place, "required": needed or place == "path", "schema": {"type": "string"}}


def _checks(route: Route) -> tuple[bool, bool]:
    """Whether body and parameters are looked at."""
    return bool(route.body), bool(route.needs)


def _validator(body: bool, needs: bool) -> str:
    return " and ".join(word for word, wanted in (("body", body), ("parameters", needs)) if wanted)


def validators(routes: Sequence[Route]) -> dict[str, Json]:
    return {
        _validator(body, needs): {"validateRequestBody": body, "validateRequestParameters": needs}
        for body, needs in sorted({_checks(route) for route in routes} - {(False, False)})
    }


def models(routes: Sequence[Route]) -> dict[str, Json]:
    return {_model(route): json.loads(json.dumps(route.body)) for route in routes if route.body}


def _model(route: Route) -> str:
    return f"{words(route.key)}{mark(route.key)}"
