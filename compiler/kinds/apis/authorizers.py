"""Authorizers of APIs: tokens of an issuer or user pool, and functions that decide."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, Ref, Sub, apigatewayv2, awslambda

from compiler.kinds.apis.settings import ApiSettings, Authorizer, Jwt
from compiler.program.component import Component, Platform, Value
from compiler.source.json_value import Json

_SOURCES = {
    "http": {"header": "$request.header.%s", "query": "$request.querystring.%s"},
    "rest": {"header": "method.request.header.%s", "query": "method.request.querystring.%s"},
    "websocket": {"header": "route.request.header.%s", "query": "route.request.querystring.%s"},
}
"""Where an authorizer looks (API Gateway developer guide, Lambda authorizers of each type of API)."""


def token_authorizer_id(api: Component) -> str:
    return f"{api.main_id}Authorizer"


def function_authorizer_id(api: Component) -> str:
    return f"{api.main_id}LambdaAuthorizer"


def authorizers(platform: Platform, api: ApiSettings) -> Iterator[AWSObject]:
    """Those that the API's routes may name; a REST API has them in its definition."""
    if api.jwt and api.type != "rest":
        yield _tokens(platform, api, api.jwt)
    if api.authorizer:
        function = platform.components[api.authorizer.function]
        if api.type != "rest":
            yield _function(api, api.authorizer, run_uri(function))
        yield _permission(api, function)


def _tokens(platform: Platform, api: ApiSettings, jwt: Jwt) -> apigatewayv2.Authorizer:
    """Takes the tokens of ``auth: jwt``."""
    issuer, audience = _issued(platform, jwt)
    return apigatewayv2.Authorizer(
        token_authorizer_id(api),
        ApiId=Ref(api.main_id),
        AuthorizerType="JWT",
        Name="jwt",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration=apigatewayv2.JWTConfiguration(Issuer=issuer, Audience=audience),
    )


def _issued(platform: Platform, jwt: Jwt) -> tuple[Value | None, list[Value]]:
    """Issuer and audiences; those of a user pool are the ids of its clients."""
    if not jwt.auth:
        return jwt.issuer, list(jwt.audience)
    said = dict(platform.components[jwt.auth].offers(platform)["authorize"].environment)
    return said.pop("ISSUER"), list(said.values())


def identity_sources(api: ApiSettings, authorizer: Authorizer) -> list[str]:
    pairs = (one.split(".", 1) for one in authorizer.identity)
    return [_SOURCES[api.type][kind] % name for kind, name in pairs]


def _function(api: ApiSettings, authorizer: Authorizer, uri: Value) -> apigatewayv2.Authorizer:
    """Version of the event, form of the answer and cache are of HTTP APIs alone (AWS::ApiGatewayV2::Authorizer)."""
    options: dict[str, Json] = {}
    if api.type == "http":
        options["AuthorizerPayloadFormatVersion"] = "2.0"
        options["EnableSimpleResponses"] = authorizer.simple
        options["AuthorizerResultTtlInSeconds"] = authorizer.cache_seconds
    return apigatewayv2.Authorizer(
        function_authorizer_id(api),
        ApiId=Ref(api.main_id),
        AuthorizerType="REQUEST",
        Name="lambda",
        AuthorizerUri=uri,
        IdentitySource=identity_sources(api, authorizer),
        **options,
    )


def _permission(api: ApiSettings, function: Component) -> awslambda.Permission:
    """Only this authorizer may run the function. That of a REST API has no id that a template knows."""
    authorizer = function_authorizer_id(api)
    which = "*" if api.type == "rest" else f"${{{authorizer}}}"
    source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${%s}/authorizers/%s"
    return awslambda.Permission(
        f"{authorizer}Permission",
        Action="lambda:InvokeFunction",
        FunctionName=function.attributes()["arn"],
        Principal="apigateway.amazonaws.com",
        SourceArn=Sub(source % (api.main_id, which)),
    )


def run_uri(function: Component) -> Sub:
    """What API Gateway calls to run a function; an HTTP API's integrations take its plain ARN as well."""
    uri = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function}/invocations"
    return Sub(uri, Function=function.attributes()["arn"])
