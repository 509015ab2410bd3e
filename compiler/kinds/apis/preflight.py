"""What browsers ask a REST API before they call it from another origin, and how they may read its own errors."""

from __future__ import annotations

from compiler.kinds.apis.methods import Definition
from compiler.shared.cors import Cors
from compiler.source.json_value import Json

_ALL = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"
_STATUS = "204"
_ALLOW_ORIGIN = "Access-Control-Allow-Origin"


def preflight(definition: Definition, cors: Cors) -> dict[str, Json]:
    """An answer for each path that has no route for OPTIONS itself."""
    keys = {route.key for route in definition.routes}
    return {path: _options(cors) for path in definition.paths if f"OPTIONS {path}" not in keys}


def _origins(cors: Cors) -> tuple[str, ...]:
    return ("*",) if "*" in cors.origins else cors.origins


def _options(cors: Cors) -> dict[str, Json]:
    said = {name: {"schema": {"type": "string"}} for name in _headers(cors)}
    return {
        "responses": {_STATUS: {"description": "What other origins may do", "headers": said}},
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": f'{{"statusCode": {_STATUS}}}'},
            "responses": {"default": _answer(cors)},
        },
    }


def _answer(cors: Cors) -> dict[str, Json]:
    headers = {f"method.response.header.{name}": f"'{value}'" for name, value in _headers(cors).items()}
    several = {"responseTemplates": {"application/json": _choice(cors)}} if len(_origins(cors)) > 1 else {}
    return {"statusCode": _STATUS, "responseParameters": headers, **several}


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


def errors(cors: Cors) -> dict[str, Json]:
    """Answers of the API itself: without the header a browser shows none of them."""
    if len(_origins(cors)) > 1:
        return {}
    header = {f"gatewayresponse.header.{_ALLOW_ORIGIN}": f"'{_origins(cors)[0]}'"}
    return {f"DEFAULT_{kind}": {"responseParameters": header} for kind in ("4XX", "5XX")}
