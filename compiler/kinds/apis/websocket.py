"""WebSocket APIs: connections that stay, messages that pick a route by one of their fields."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from troposphere import AWSObject, Ref, apigatewayv2

from compiler.kinds.apis.authorizers import run_uri
from compiler.kinds.apis.http import stage
from compiler.kinds.apis.logs import account_needs
from compiler.kinds.apis.routes import (
    Route,
    authorization,
    integration_id,
    limits,
    milliseconds,
    route_id,
    route_target,
    run_permission,
    why_open,
)
from compiler.kinds.apis.settings import ApiSettings
from compiler.program.component import Component, Platform


def websocket_api(platform: Platform, api: ApiSettings, routes: Sequence[Route]) -> Iterator[AWSObject]:
    yield apigatewayv2.Api(
        api.main_id,
        Name=f"{platform.name}-{platform.environment}-{api.name}",
        ProtocolType="WEBSOCKET",
        RouteSelectionExpression=f"$request.body.{api.route_by}",
        DisableExecuteApiEndpoint=not api.default_endpoint,
    )
    yield stage(api, routes, account_needs(platform))
    for target in sorted({route.to for route in routes}):
        yield from _integrations(api, platform.components[target], routes)
    for route in routes:
        yield from _route(platform, api, route)


def _integrations(api: ApiSettings, function: Component, routes: Sequence[Route]) -> Iterator[AWSObject]:
    for limit in limits(routes, function):
        yield apigatewayv2.Integration(
            integration_id(api, function, limit),
            ApiId=Ref(api.main_id),
            IntegrationType="AWS_PROXY",
            IntegrationMethod="POST",
            IntegrationUri=run_uri(function),
            **milliseconds(limit),
        )
    yield run_permission(api, function)


def _route(platform: Platform, api: ApiSettings, route: Route) -> Iterator[AWSObject]:
    """Only the connection is authorized: messages come through it."""
    asked = route if route.key == "$connect" else dataclasses.replace(route, auth="none")
    answers = {"RouteResponseSelectionExpression": "$default"} if route.answer else {}
    yield apigatewayv2.Route(
        route_id(api, route.key),
        ApiId=Ref(api.main_id),
        RouteKey=route.key,
        Target=route_target(platform, api, route),
        **authorization(api, asked),
        **answers,
        **why_open(route, "CKV_AWS_309"),
    )
    if route.answer:
        yield apigatewayv2.RouteResponse(
            f"{route_id(api, route.key)}Response",
            ApiId=Ref(api.main_id),
            RouteId=Ref(route_id(api, route.key)),
            RouteResponseKey="$default",
        )
