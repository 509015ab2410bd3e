"""Routes of an HTTP API with the integrations, permissions and authorizer that they need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from troposphere import AWSObject, Ref, Sub, apigatewayv2, awslambda

from compiler.component import Component, Platform, Value
from compiler.json_value import Json
from compiler.kinds.load_balancer import INTERNAL_LISTENER_ID
from compiler.names import pascal
from compiler.parts.digest import mark

_TYPES = {"none": "NONE", "iam": "AWS_IAM", "jwt": "JWT"}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Jwt:
    """Tokens that an API takes: of a user pool, or of an issuer."""

    auth: str | None
    issuer: str | None
    audience: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Route:
    """One route with nothing left unsaid."""

    key: str
    to: str
    auth: str
    scopes: tuple[str, ...]


def read(said: Mapping[str, Json], auth: str) -> tuple[Route, ...]:
    """The setting ``routes``; `auth` holds for a route that says nothing of it."""
    full = {key: {"to": one} if isinstance(one, str) else one for key, one in said.items()}
    return tuple(
        Route(key, one["to"], one.get("auth") or auth, tuple(one.get("scopes", ()))) for key, one in full.items()
    )


def route_resources(platform: Platform, api: Component, routes: Sequence[Route]) -> Iterator[AWSObject]:
    """An integration for each component that answers, and the routes to them."""
    for target in sorted({route.to for route in routes}):
        yield from _integration(platform, api, platform.components[target])
    for route in routes:
        yield _route(api, route)


def authorizer(platform: Platform, api: Component, jwt: Jwt) -> apigatewayv2.Authorizer:
    """Takes the tokens of ``auth: jwt``."""
    issuer, audience = _tokens(platform, jwt)
    return apigatewayv2.Authorizer(
        f"{api.main_id}Authorizer",
        ApiId=Ref(api.main_id),
        AuthorizerType="JWT",
        Name="jwt",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration=apigatewayv2.JWTConfiguration(Issuer=issuer, Audience=audience),
    )


def _tokens(platform: Platform, jwt: Jwt) -> tuple[Value | None, list[Value]]:
    """Issuer and audiences; those of a user pool are the ids of its clients."""
    if not jwt.auth:
        return jwt.issuer, list(jwt.audience)
    said = dict(platform.components[jwt.auth].offers(platform)["authorize"].environment)
    return said.pop("ISSUER"), list(said.values())


def _integration(platform: Platform, api: Component, target: Component) -> Iterator[AWSObject]:
    """What is reached on a port is behind the internal load balancer; all else is run by its ARN."""
    logical_id = _integration_id(api, target.name)
    edges = (edge for edge in platform.edges_to(target, "route") if edge.source == api.name)
    if any(platform.capability(edge).ports for edge in edges):
        yield _through_vpc_link(api, logical_id)
    else:
        yield from _to_function(api, target, logical_id)


def _through_vpc_link(api: Component, logical_id: str) -> apigatewayv2.Integration:
    return apigatewayv2.Integration(
        logical_id,
        ApiId=Ref(api.main_id),
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="ANY",
        IntegrationUri=Ref(INTERNAL_LISTENER_ID),
        ConnectionType="VPC_LINK",
        ConnectionId=Ref(f"{api.main_id}VpcLink"),
        PayloadFormatVersion="1.0",
    )


def _to_function(api: Component, function: Component, logical_id: str) -> Iterator[AWSObject]:
    arn = function.attributes()["arn"]
    yield apigatewayv2.Integration(
        logical_id,
        ApiId=Ref(api.main_id),
        IntegrationType="AWS_PROXY",
        IntegrationUri=arn,
        PayloadFormatVersion="2.0",
    )
    source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${%s}/*/*"
    yield awslambda.Permission(
        f"{logical_id}Permission",
        Action="lambda:InvokeFunction",
        FunctionName=arn,
        Principal="apigateway.amazonaws.com",
        SourceArn=Sub(source % api.main_id),
    )


def _route(api: Component, route: Route) -> apigatewayv2.Route:
    options: dict[str, Json] = {"AuthorizationType": _TYPES[route.auth]}
    if route.auth == "jwt":
        options["AuthorizerId"] = Ref(f"{api.main_id}Authorizer")
        options |= {"AuthorizationScopes": list(route.scopes)} if route.scopes else {}
    return apigatewayv2.Route(
        f"{api.main_id}{_words(route.key)}{mark(route.key)}Route",
        ApiId=Ref(api.main_id),
        RouteKey=route.key,
        Target=Sub(f"integrations/${{{_integration_id(api, route.to)}}}"),
        **options,
    )


def _integration_id(api: Component, target: str) -> str:
    return f"{api.main_id}To{pascal(target)}"


def _words(key: str) -> str:
    """``GET /orders/{id}`` → ``GetOrdersId``, for the reader; `mark` keeps two routes apart."""
    return pascal(re.sub(r"[A-Z]+", lambda word: word[0].capitalize(), key))[:80]
