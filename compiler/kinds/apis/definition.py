"""The definition of a REST API as one OpenAPI document, which API Gateway takes as a whole.

As resources of their own, routes would be deleted only after the deployment that was to do without them.
"""

from __future__ import annotations

from collections.abc import Sequence

from compiler.kinds.apis.access import access_policy, endpoint_ids
from compiler.kinds.apis.methods import Definition, method_name, models, operation, validators
from compiler.kinds.apis.preflight import errors, preflight
from compiler.kinds.apis.routes import Route
from compiler.kinds.apis.schemes import schemes
from compiler.kinds.apis.settings import ApiSettings
from compiler.program.component import Platform, Value
from compiler.program.patch import merge_patch
from compiler.shared.definition_text import definition_text
from compiler.source.json_value import Json

_BESIDE = {
    "ApiKeySourceType": "x-amazon-apigateway-api-key-source",
    "BinaryMediaTypes": "x-amazon-apigateway-binary-media-types",
    "MinimumCompressionSize": "x-amazon-apigateway-minimum-compression-size",
    "Policy": "x-amazon-apigateway-policy",
}
"""Properties of the API that the definition says as well: it replaces all that was there."""


def document(platform: Platform, api: ApiSettings, routes: Sequence[Route]) -> dict[str, Json]:
    """All but its version. Parts that would be empty are not there."""
    definition = Definition(platform, api, routes)
    found: dict[str, Json] = {
        "openapi": "3.0.1",
        "info": {"title": f"{platform.name}-{platform.environment}-{api.name}"},
        "paths": _paths(definition),
        "components": _full({"securitySchemes": schemes(platform, api, routes), "schemas": models(routes)}),
        "x-amazon-apigateway-request-validators": validators(routes),
        "x-amazon-apigateway-gateway-responses": errors(api.cors) if api.cors else {},
        "x-amazon-apigateway-endpoint-configuration": _endpoint(platform, api),
        **_beside(platform, api, routes),
    }
    return _full(found)


def _full(parts: dict[str, Json]) -> dict[str, Json]:
    return {name: part for name, part in parts.items() if part not in (None, {})}


def _beside(platform: Platform, api: ApiSettings, routes: Sequence[Route]) -> dict[str, Json]:
    """What the API has beside its routes, what the spec patches into it included."""
    said: Json = {"Policy": access_policy(platform, api, routes)}
    patched = platform.document.data["overrides"].get(api.main_id) or {}
    for patch in (api.properties or {}, patched.get("Properties") or {}):
        said = merge_patch(said, {name: value for name, value in patch.items() if name in _BESIDE})
    return {_BESIDE[name]: value for name, value in said.items()}


def body(whole: dict[str, Json]) -> Value | dict[str, Json]:
    """Text where requests are checked by a model: CloudFormation makes text of the numbers in a map, and a limit that
    is text is none (aws/aws-cdk, issue 11716)."""
    return definition_text(whole) if "schemas" in whole.get("components", {}) else whole


def _paths(definition: Definition) -> dict[str, Json]:
    paths: dict[str, dict[str, Json]] = {path: {} for path in definition.paths}
    for route in definition.routes:
        paths[route.key.split(" ", 1)[1]][method_name(route.key)] = operation(definition, route)
    if definition.api.cors:
        for path, answer in preflight(definition, definition.api.cors).items():
            paths[path]["options"] = answer
    return dict(paths)


def _endpoint(platform: Platform, api: ApiSettings) -> dict[str, Json]:
    closed = {} if api.default_endpoint else {"disableExecuteApiEndpoint": True}
    return {**closed, **({"vpcEndpointIds": endpoint_ids(platform, api)} if api.endpoint == "private" else {})}
