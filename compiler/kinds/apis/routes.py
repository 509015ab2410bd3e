"""Routes as the spec gives them, and those of an HTTP API with their integrations and permissions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from troposphere import AWSObject, Ref, Sub, apigatewayv2, awslambda

from compiler.kinds.apis.authorizers import function_authorizer_id, token_authorizer_id
from compiler.kinds.apis.settings import ApiSettings
from compiler.language.names import pascal
from compiler.program.component import Component, Platform
from compiler.shared.balancers import INTERNAL
from compiler.shared.digest import mark
from compiler.shared.ingress import internal_name
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

TYPES = {"none": "NONE", "iam": "AWS_IAM", "jwt": "JWT", "lambda": "CUSTOM"}


@frozen()
class Route:
    """One route with nothing left unsaid."""

    key: str
    to: str
    auth: str
    scopes: tuple[str, ...] = ()
    reason: str | None = None
    throttling: Mapping[str, int] | None = None
    timeout: int | None = None
    answer: bool = False
    key_needed: bool = False
    body: Mapping[str, Json] | None = None
    needs: tuple[str, ...] = ()
    cache_seconds: int | None = None
    cache_by: tuple[str, ...] = ()


def read(said: Mapping[str, Json], auth: str, reason: str | None) -> tuple[Route, ...]:
    """The setting ``routes``; `auth` is that of routes without their own, `reason` that of public ones."""
    routes = (Route(key, one, auth) if isinstance(one, str) else _route_of(key, one, auth) for key, one in said.items())
    return tuple(replace(route, reason=route.reason or reason) if route.auth == "none" else route for route in routes)


def _route_of(key: str, one: Mapping[str, Json], auth: str) -> Route:
    return Route(
        key,
        one["to"],
        one["auth"] or auth,
        tuple(one["scopes"]),
        one["reason"],
        one["throttling"],
        one["timeout"],
        one["answer"],
        one["api_key"],
        one["body"],
        tuple(one["needs"]),
        one["cache_seconds"],
        tuple(one["cache_by"]),
    )


def route_resources(platform: Platform, api: ApiSettings, routes: Sequence[Route]) -> Iterator[AWSObject]:
    """An integration for each component that answers, and the routes to them."""
    for target in sorted({route.to for route in routes}):
        yield from _integrations(platform, api, platform.components[target], routes)
    for route in routes:
        yield _route(platform, api, route)


def _integrations(
    platform: Platform, api: ApiSettings, target: Component, routes: Sequence[Route]
) -> Iterator[AWSObject]:
    """One for each time limit. What is reached on a port is behind the internal load balancer; all else is run."""
    inside = in_network(platform, api, target)
    for limit in limits(routes, target):
        logical_id = integration_id(api, target, limit)
        if inside:
            yield _through_vpc_link(platform, api, logical_id, limit)
        else:
            yield _to_function(api, target, logical_id, limit)
    if not inside:
        yield run_permission(api, target)


def in_network(platform: Platform, api: Component, target: Component) -> bool:
    edges = (edge for edge in platform.edges_to(target, "route") if edge.source == api.address)
    return any(platform.capability(edge).ports for edge in edges)


def limits(routes: Sequence[Route], target: Component) -> list[int | None]:
    """The time limits of the routes to `target`, in an order that the spec's does not change."""
    return sorted({route.timeout for route in routes if route.to == target.address}, key=lambda limit: limit or 0)


def milliseconds(limit: int | None) -> dict[str, int]:
    return {"TimeoutInMillis": limit * 1000} if limit else {}


def _through_vpc_link(
    platform: Platform, api: Component, logical_id: str, limit: int | None
) -> apigatewayv2.Integration:
    """Source: API Gateway developer guide, "Create private integrations for HTTP APIs", of HTTPS listeners too."""
    name = internal_name(platform.spec)
    tls = {"TlsConfig": apigatewayv2.TlsConfig(ServerNameToVerify=name)} if name else {}
    return apigatewayv2.Integration(
        logical_id,
        ApiId=Ref(api.main_id),
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="ANY",
        IntegrationUri=Ref(INTERNAL.listener_id),
        ConnectionType="VPC_LINK",
        ConnectionId=Ref(f"{api.main_id}VpcLink"),
        PayloadFormatVersion="1.0",
        **milliseconds(limit),
        **tls,
    )


def _to_function(api: Component, function: Component, logical_id: str, limit: int | None) -> apigatewayv2.Integration:
    return apigatewayv2.Integration(
        logical_id,
        ApiId=Ref(api.main_id),
        IntegrationType="AWS_PROXY",
        IntegrationUri=function.attributes()["arn"],
        PayloadFormatVersion="2.0",
        **milliseconds(limit),
    )


def run_permission(api: Component, function: Component) -> awslambda.Permission:
    """Only this API may run the function, with any of its routes."""
    source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${%s}/*/*"
    return awslambda.Permission(
        f"{integration_id(api, function)}Permission",
        Action="lambda:InvokeFunction",
        FunctionName=function.attributes()["arn"],
        Principal="apigateway.amazonaws.com",
        SourceArn=Sub(source % api.main_id),
    )


def _route(platform: Platform, api: ApiSettings, route: Route) -> apigatewayv2.Route:
    return apigatewayv2.Route(
        route_id(api, route.key),
        ApiId=Ref(api.main_id),
        RouteKey=route.key,
        Target=route_target(platform, api, route),
        **authorization(api, route),
        **why_open(route, "CKV_AWS_309"),
    )


def authorization(api: ApiSettings, route: Route) -> dict[str, Json]:
    """Who may take a route, in the words of all API types."""
    found: dict[str, Json] = {"AuthorizationType": TYPES[route.auth]}
    if route.auth == "jwt":
        found["AuthorizerId"] = Ref(token_authorizer_id(api))
        found |= {"AuthorizationScopes": list(route.scopes)} if route.scopes else {}
    if route.auth == "lambda":
        found["AuthorizerId"] = Ref(function_authorizer_id(api))
    return found


def why_open(route: Route, rule: str) -> dict[str, Json]:
    """Why scanners should let pass what the spec asks for. Rule ids: checkov's list of policies."""
    return {"Metadata": {"checkov": {"skip": [{"id": rule, "comment": route.reason}]}}} if route.reason else {}


def route_target(platform: Platform, api: Component, route: Route) -> Sub:
    target = platform.components[route.to]
    return Sub(f"integrations/${{{integration_id(api, target, route.timeout)}}}")


def route_id(api: Component, key: str) -> str:
    return f"{api.main_id}{words(key)}{mark(key)}Route"


def integration_id(api: Component, target: Component, limit: int | None = None) -> str:
    return f"{api.main_id}To{target.stem}" + (f"Within{limit}Seconds" if limit else "")


def words(key: str) -> str:
    """``GET /orders/{id}`` → ``GetOrdersId``, for the reader; `mark` keeps two routes apart."""
    return pascal(re.sub(r"[A-Z]+", lambda word: word[0].capitalize(), key))[:80]
