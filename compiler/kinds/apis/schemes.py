"""Who may call a REST API, in the words of OpenAPI: its security schemes, and what a route asks of them."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.kinds.apis.authorizers import identity_sources
from compiler.kinds.apis.routes import Route
from compiler.kinds.apis.settings import ApiSettings, Authorizer
from compiler.kinds.apis.stage_variables import function_uri, pool_arn
from compiler.program.component import Platform
from compiler.source.json_value import Json

_NAMES = {"jwt": "jwt", "lambda": "lambda", "iam": "sigv4"}
_KEY = "api_key"


def security(route: Route) -> list[Json]:
    """Empty where everybody may come. A key is asked beside the rest, though OpenAPI would take either."""
    asked: list[Json] = [{_NAMES[route.auth]: list(route.scopes)}] if route.auth != "none" else []
    return [*asked, {_KEY: []}] if route.key_needed else asked


def schemes(platform: Platform, api: ApiSettings, routes: Sequence[Route]) -> dict[str, Json]:
    """Those that the routes ask for (API Gateway developer guide, OpenAPI extensions)."""
    asked = {name for route in routes for one in security(route) for name in one}
    found: dict[str, Json] = {}
    if api.jwt:
        found["jwt"] = _user_pool(platform, str(api.jwt.auth))
    if api.authorizer:
        found["lambda"] = _function(platform, api, api.authorizer)
    found["sigv4"] = {**_header("Authorization"), "x-amazon-apigateway-authtype": "awsSigv4"}
    found[_KEY] = _header("x-api-key")
    return {name: scheme for name, scheme in found.items() if name in asked}


def _header(name: str) -> dict[str, Json]:
    return {"type": "apiKey", "name": name, "in": "header"}


def _user_pool(platform: Platform, pool: str) -> Json:
    return {
        **_header("Authorization"),
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {
            "type": "cognito_user_pools",
            "providerARNs": [pool_arn(platform.components[pool])],
        },
    }


def _function(platform: Platform, api: ApiSettings, authorizer: Authorizer) -> Json:
    """What it looks at stands in its own words; the scheme's header is named for one header alone."""
    kind, name = authorizer.identity[0].split(".", 1) if len(authorizer.identity) == 1 else ("", "")
    return {
        **_header(name if kind == "header" else "Unused"),
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
            "type": "request",
            "authorizerUri": function_uri(platform.components[authorizer.function]),
            "identitySource": ",".join(identity_sources(api, authorizer)),
            "authorizerResultTtlInSeconds": authorizer.cache_seconds,
        },
    }
