"""Paths and methods of a REST API, what their requests must have, and the functions that answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from troposphere import AWSObject, GetAtt, Ref, apigateway

from compiler.component import Platform, Value
from compiler.json_value import Json
from compiler.parts.api_authorizers import identity_sources, run_uri
from compiler.parts.api_routes import Route, authorization, milliseconds, why_open, words
from compiler.parts.api_settings import ApiSettings
from compiler.parts.digest import mark

_AUTHORIZATION = {"jwt": "COGNITO_USER_POOLS"}
_PLACES = {
    "header": "method.request.header.%s",
    "path": "method.request.path.%s",
    "query": "method.request.querystring.%s",
}
_DRAFT = "http://json-schema.org/draft-04/schema#"
"""The only one that models take (API Gateway developer guide, data models for REST APIs)."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Definition:
    """What the resources of a REST API are made from."""

    platform: Platform
    api: ApiSettings
    routes: Sequence[Route]

    @property
    def paths(self) -> tuple[str, ...]:
        """Each path that has a route, in an order that the spec's does not change."""
        return tuple(sorted({route.key.split(" ", 1)[1] for route in self.routes}))


def methods(definition: Definition) -> Iterator[AWSObject]:
    api = definition.api
    for step in sorted({step for path in definition.paths for step in _steps(path)}):
        yield _resource(api, step)
    for checks in sorted({_checks(route) for route in definition.routes} - {(False, False)}):
        yield _validator(api, *checks)
    for route in definition.routes:
        if route.body:
            yield _model(api, route, route.body)
        yield _method(definition, route)


def _steps(path: str) -> list[str]:
    """``/orders/{id}`` → ``/orders``, ``/orders/{id}``; the root is there with the API."""
    parts = [part for part in path.split("/") if part]
    return ["/" + "/".join(parts[: count + 1]) for count in range(len(parts))]


def _resource(api: ApiSettings, path: str) -> apigateway.Resource:
    parent, _, part = path.rpartition("/")
    return apigateway.Resource(
        _resource_id(api, path), RestApiId=Ref(api.main_id), ParentId=resource(api, parent or "/"), PathPart=part
    )


def resource(api: ApiSettings, path: str) -> Value:
    """The id of a path."""
    return GetAtt(api.main_id, "RootResourceId") if path == "/" else Ref(_resource_id(api, path))


def _resource_id(api: ApiSettings, path: str) -> str:
    return f"{api.main_id}{words(path)}{mark(path)}Resource"


def method_id(api: ApiSettings, key: str) -> str:
    return f"{api.main_id}{words(key)}{mark(key)}Method"


def _method(definition: Definition, route: Route) -> apigateway.Method:
    api, (method, path) = definition.api, route.key.split(" ", 1)
    return apigateway.Method(
        method_id(api, route.key),
        RestApiId=Ref(api.main_id),
        ResourceId=resource(api, path),
        HttpMethod=method,
        ApiKeyRequired=route.key_needed,
        Integration=_integration(definition, route),
        **_authorization(api, route),
        **_request(api, route),
        **why_open(route, "CKV_AWS_59"),
    )


def _authorization(api: ApiSettings, route: Route) -> dict[str, Json]:
    found = authorization(api, route)
    return {**found, "AuthorizationType": _AUTHORIZATION.get(route.auth, found["AuthorizationType"])}


def _integration(definition: Definition, route: Route) -> apigateway.Integration:
    keys = {"CacheKeyParameters": cache_keys(definition.api, route)} if cache_keys(definition.api, route) else {}
    return apigateway.Integration(
        Type="AWS_PROXY",
        IntegrationHttpMethod="POST",
        Uri=run_uri(definition.platform.components[route.to]),
        **milliseconds(route.timeout),
        **keys,
    )


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
    """Everything that is named stands here; ``True`` is what must be there."""
    needed = {_PLACES[kind] % name for kind, name in (one.split(".", 1) for one in route.needs)}
    named = needed | set(cache_keys(api, route)) | {_PLACES["path"] % name for name in parameters(route.key)}
    found: dict[str, Json] = {}
    if named:
        always = _PLACES["path"] % ""
        found["RequestParameters"] = {one: one in needed or one.startswith(always) for one in sorted(named)}
    if route.body:
        # whatever the request calls its content: one without a model would pass unchecked
        found["RequestModels"] = {"$default": Ref(_model_id(api, route))}
    if any(_checks(route)):
        found["RequestValidatorId"] = Ref(_validator_id(api, *_checks(route)))
    return found


def _checks(route: Route) -> tuple[bool, bool]:
    """Whether body and parameters are looked at."""
    return bool(route.body), bool(route.needs)


def _validator_id(api: ApiSettings, body: bool, needs: bool) -> str:
    return f"{api.main_id}{'Body' if body else ''}{'Parameters' if needs else ''}Validator"


def _validator(api: ApiSettings, body: bool, needs: bool) -> apigateway.RequestValidator:
    return apigateway.RequestValidator(
        _validator_id(api, body, needs),
        RestApiId=Ref(api.main_id),
        Name=" and ".join(word for word, wanted in (("body", body), ("parameters", needs)) if wanted),
        ValidateRequestBody=body,
        ValidateRequestParameters=needs,
    )


def _model_id(api: ApiSettings, route: Route) -> str:
    return f"{api.main_id}{words(route.key)}{mark(route.key)}Model"


def _model(api: ApiSettings, route: Route, body: Mapping[str, Json]) -> apigateway.Model:
    return apigateway.Model(
        _model_id(api, route),
        RestApiId=Ref(api.main_id),
        Name=f"{words(route.key)}{mark(route.key)}",
        ContentType="application/json",
        Schema=json.loads(json.dumps({"$schema": _DRAFT, **body})),
    )
