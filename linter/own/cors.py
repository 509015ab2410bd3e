"""Which origins may read answers across sites, and whether with credentials, by resource type.

Names of properties: CloudFormation's resource reference. Meaning of the headers: Fetch standard, "CORS protocol".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from linter.own.resource import PROPERTIES, TemplateResource
from linter.own.values import listed, on

_SETTINGS: Mapping[str, tuple[Path, Path, Path]] = {
    "AWS::ApiGatewayV2::Api": (("CorsConfiguration",), ("AllowOrigins",), ("AllowCredentials",)),
    "AWS::Lambda::Url": (("Cors",), ("AllowOrigins",), ("AllowCredentials",)),
    "AWS::CloudFront::ResponseHeadersPolicy": (
        ("ResponseHeadersPolicyConfig", "CorsConfig"),
        ("AccessControlAllowOrigins", "Items"),
        ("AccessControlAllowCredentials",),
    ),
}
_ORIGIN, _CREDENTIALS = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
_HEADERS = ("method.response.header.", "gatewayresponse.header.")
APIS = ("AWS::ApiGatewayV2::Api", "AWS::Lambda::Url", "AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse")
TYPES = (*APIS, "AWS::CloudFront::ResponseHeadersPolicy")


@frozen(eq=True)
class Sharing:
    """What a resource lets other origins do."""

    path: Path
    any_origin: bool
    credentials: bool


def sharing_of(resource: TemplateResource) -> Iterator[Sharing]:
    """Each place of a resource that says which origins may read."""
    if resource.type in _SETTINGS:
        around, origins, credentials = _SETTINGS[resource.type]
        found, switch = resource.get(*around, *origins), resource.get(*around, *credentials)
        if found is not None:
            yield Sharing((PROPERTIES, *around, *origins), "*" in listed(found), on(switch))
    elif resource.type == "AWS::ApiGateway::GatewayResponse":
        yield from _headers((PROPERTIES, "ResponseParameters"), resource.get("ResponseParameters"))
    else:
        for path, answer in resource.each("Integration", "IntegrationResponses"):
            parameters = answer.get("ResponseParameters") if isinstance(answer, Mapping) else None
            yield from _headers((PROPERTIES, *path, "ResponseParameters"), parameters)


def _headers(path: Path, parameters: Json) -> Iterator[Sharing]:
    """API Gateway writes a literal header in single quotes."""
    for start in _HEADERS if isinstance(parameters, Mapping) else ():
        origin = parameters.get(f"{start}{_ORIGIN}")
        if origin is not None:
            credentials = parameters.get(f"{start}{_CREDENTIALS}") == "'true'"
            yield Sharing((*path, f"{start}{_ORIGIN}"), origin == "'*'", credentials)
