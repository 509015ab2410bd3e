"""HTTP APIs: the API, its stage that deploys itself, and the way into the network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from troposphere import AWSObject, GetAtt, Ref, apigatewayv2

from compiler.kinds.apis.logs import access_log
from compiler.kinds.apis.routes import Route, route_id, route_resources
from compiler.kinds.apis.settings import ApiSettings
from compiler.program.component import Platform
from compiler.program.glue import needs_network
from compiler.shared.cors import Cors
from compiler.shared.security_groups import security_group
from compiler.shared.subnets import private_subnets
from compiler.source.json_value import Json


def http_api(platform: Platform, api: ApiSettings, routes: Sequence[Route]) -> Iterator[AWSObject]:
    yield apigatewayv2.Api(
        api.main_id,
        Name=f"{platform.name}-{platform.environment}-{api.name}",
        ProtocolType="HTTP",
        DisableExecuteApiEndpoint=not api.default_endpoint,
        **({"CorsConfiguration": _cors(api.cors)} if api.cors else {}),
    )
    yield stage(api, routes)
    if needs_network(platform, api):
        yield from _vpc_link(platform, api)
    yield from route_resources(platform, api, routes)


def stage(api: ApiSettings, routes: Sequence[Route], after: Iterable[str] = ()) -> apigatewayv2.Stage:
    """Of an HTTP or a WebSocket API."""
    limited = [route for route in routes if route.throttling]
    options: dict[str, Json] = {}
    if limited:
        options["RouteSettings"] = {route.key: _limits(api, route).to_dict() for route in limited}
    waits = [*after, *(route_id(api, route.key) for route in limited)]
    options |= {"DependsOn": waits} if waits else {}
    return apigatewayv2.Stage(
        api.stage_id,
        ApiId=Ref(api.main_id),
        StageName=api.stage_name,
        AutoDeploy=True,
        AccessLogSettings=apigatewayv2.AccessLogSettings(**access_log(api)),
        DefaultRouteSettings=_limits(api),
        **options,
    )


def _limits(api: ApiSettings, route: Route | None = None) -> apigatewayv2.RouteSettings:
    said = route.throttling if route else None
    return apigatewayv2.RouteSettings(
        DetailedMetricsEnabled=True,
        ThrottlingRateLimit=said["rate"] if said else api.throttling.rate,
        ThrottlingBurstLimit=said["burst"] if said else api.throttling.burst,
    )


def _vpc_link(platform: Platform, api: ApiSettings) -> Iterator[AWSObject]:
    yield security_group(api.security_group_id or "", f"API {api.name} of {platform.name} {platform.environment}")
    yield apigatewayv2.VpcLink(
        f"{api.main_id}VpcLink",
        Name=f"{platform.name}-{platform.environment}-{api.name}",
        SubnetIds=private_subnets(platform),
        SecurityGroupIds=[GetAtt(api.security_group_id, "GroupId")],
    )


def _cors(cors: Cors) -> apigatewayv2.Cors:
    exposed = {"ExposeHeaders": list(cors.expose)} if cors.expose else {}
    return apigatewayv2.Cors(
        AllowOrigins=list(cors.origins),
        AllowMethods=list(cors.methods),
        AllowHeaders=list(cors.headers),
        AllowCredentials=cors.credentials,
        MaxAge=cors.max_age,
        **exposed,
    )
