"""What browsers ask a REST API before they call it from another origin, and how they may read its own errors."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, Ref, apigateway

from compiler.json_value import Json
from compiler.parts.api_methods import Definition, method_id, resource
from compiler.parts.api_settings import ApiSettings, Cors

_ALL = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"
_STATUS = "204"
_ALLOW_ORIGIN = "Access-Control-Allow-Origin"


def preflight(definition: Definition, cors: Cors) -> Iterator[AWSObject]:
    """An answer for each path that has no route for OPTIONS itself."""
    keys = {route.key for route in definition.routes}
    for path in definition.paths:
        if f"OPTIONS {path}" not in keys:
            yield _options(definition.api, path, cors)
    if len(_origins(cors)) == 1:
        yield from _errors(definition.api, _origins(cors)[0])


def _origins(cors: Cors) -> tuple[str, ...]:
    return ("*",) if "*" in cors.origins else cors.origins


def _options(api: ApiSettings, path: str, cors: Cors) -> apigateway.Method:
    headers = _headers(cors)
    several = {"ResponseTemplates": {"application/json": _choice(cors)}} if len(_origins(cors)) > 1 else {}
    answer = apigateway.IntegrationResponse(
        StatusCode=_STATUS,
        ResponseParameters={f"method.response.header.{name}": f"'{value}'" for name, value in headers.items()},
        **several,
    )
    return apigateway.Method(
        method_id(api, f"OPTIONS {path}"),
        RestApiId=Ref(api.main_id),
        ResourceId=resource(api, path),
        HttpMethod="OPTIONS",
        AuthorizationType="NONE",
        Integration=apigateway.Integration(
            Type="MOCK",
            RequestTemplates={"application/json": f'{{"statusCode": {_STATUS}}}'},
            IntegrationResponses=[answer],
        ),
        MethodResponses=[
            apigateway.MethodResponse(
                StatusCode=_STATUS,
                ResponseParameters={f"method.response.header.{name}": True for name in headers},
            )
        ],
    )


def _headers(cors: Cors) -> dict[str, str]:
    methods = _ALL if "*" in cors.methods else ",".join(cors.methods)
    found: dict[str, str] = {
        _ALLOW_ORIGIN: _origins(cors)[0],
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": ",".join(cors.headers),
        "Access-Control-Max-Age": str(cors.max_age),
    }
    if cors.expose:
        found["Access-Control-Expose-Headers"] = ",".join(cors.expose)
    if cors.credentials:
        found["Access-Control-Allow-Credentials"] = "true"
    return found | ({"Vary": "Origin"} if len(_origins(cors)) > 1 else {})


def _choice(cors: Cors) -> str:
    """The origin that asks, if it is one of those allowed (developer guide, override of a response header)."""
    wanted = " || ".join(f'$origin == "{one}"' for one in cors.origins)
    return (
        '#set($origin = $input.params().header.get("Origin"))\n'
        '#if($origin == "")\n#set($origin = $input.params().header.get("origin"))\n#end\n'
        f"#if({wanted})\n#set($context.responseOverride.header.{_ALLOW_ORIGIN} = $origin)\n#end\n"
    )


def _errors(api: ApiSettings, origin: str) -> Iterator[AWSObject]:
    """Answers of the API itself: without the header a browser shows none of them."""
    header: Json = {f"gatewayresponse.header.{_ALLOW_ORIGIN}": f"'{origin}'"}
    for kind in ("4XX", "5XX"):
        yield apigateway.GatewayResponse(
            f"{api.main_id}Default{kind.capitalize()}",
            RestApiId=Ref(api.main_id),
            ResponseType=f"DEFAULT_{kind}",
            ResponseParameters=header,
        )
