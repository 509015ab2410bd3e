"""REST APIs: the API with its definition, the deployment of it, and the stage that serves it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from troposphere import AWSObject, Ref, Sub, apigateway

from compiler.kinds.apis.access import access_policy, endpoint_ids
from compiler.kinds.apis.authorizers import authorizers
from compiler.kinds.apis.definition import body, document
from compiler.kinds.apis.logs import access_log, account_needs, execution_log_group, execution_log_group_id
from compiler.kinds.apis.plans import plans
from compiler.kinds.apis.routes import Route, run_permission
from compiler.kinds.apis.settings import ApiSettings
from compiler.kinds.apis.stage_variables import stage_variables
from compiler.program.component import Platform
from compiler.shared.web_acl import association
from compiler.source.json_value import Json


def rest_api(platform: Platform, api: ApiSettings, routes: Sequence[Route]) -> Iterator[AWSObject]:
    whole = document(platform, api, routes)
    version = _version(platform, api, _api(platform, api, routes, whole))
    yield _api(platform, api, routes, {**whole, "info": {**whole["info"], "version": version}})
    yield from authorizers(platform, api)
    for target in sorted({route.to for route in routes}):
        yield run_permission(api, platform.components[target])
    yield execution_log_group(platform, api)
    deployment = f"{api.main_id}Deployment{version}"
    yield apigateway.Deployment(deployment, RestApiId=Ref(api.main_id))
    yield _stage(platform, api, routes, deployment)
    yield from plans(platform, api)
    stage = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${%s}/stages/${%s}"
    yield from association(platform, api, Sub(stage % (api.main_id, api.stage_id)))


def _api(platform: Platform, api: ApiSettings, routes: Sequence[Route], whole: dict[str, Json]) -> apigateway.RestApi:
    """Policy and endpoint stand in the definition too: what it does not say would be gone when it replaces the old
    one (API Gateway API reference, PutRestApi)."""
    private = {"VpcEndpointIds": endpoint_ids(platform, api)} if api.endpoint == "private" else {}
    policy = access_policy(platform, api, routes)
    return apigateway.RestApi(
        api.main_id,
        Name=f"{platform.name}-{platform.environment}-{api.name}",
        Body=body(whole),
        Mode="overwrite",
        DisableExecuteApiEndpoint=not api.default_endpoint,
        EndpointConfiguration=apigateway.EndpointConfiguration(Types=[api.endpoint.upper()], **private),
        **({"Policy": policy} if policy else {}),
    )


def _version(platform: Platform, api: ApiSettings, frozen: apigateway.RestApi) -> str:
    """A deployment is a copy of the definition that never changes, so another definition is another deployment: its
    logical id has the definition's hash, what the spec patches into it included. The definition has it as well, and is
    so taken anew before each deployment, whatever somebody changed by hand."""
    patches = {name: said for name, said in platform.document.data["overrides"].items() if name == api.main_id}
    text = json.dumps([frozen.to_dict(), patches, api.properties], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12].upper()


def _stage(platform: Platform, api: ApiSettings, routes: Sequence[Route], deployment: str) -> apigateway.Stage:
    """Says that there is no cache: to leave it unsaid would leave the cache on, without its keys, when it is taken out
    (CloudFormation coverage roadmap, issue 2231)."""
    size = {"CacheClusterSize": api.cache_size} if api.cache_size else {}
    return apigateway.Stage(
        api.stage_id,
        RestApiId=Ref(api.main_id),
        DeploymentId=Ref(deployment),
        StageName=api.stage_name,
        TracingEnabled=True,
        AccessLogSetting=apigateway.AccessLogSetting(**access_log(api)),
        CacheClusterEnabled=bool(api.cache_size),
        Variables=stage_variables(platform, api, routes),
        MethodSettings=[_everywhere(api), *(_here(api, one) for one in routes if _own(api, one))],
        DependsOn=sorted((execution_log_group_id(api), *account_needs(platform))),
        **size,
    )


def _own(api: ApiSettings, route: Route) -> bool:
    """Whether the stage says something of the route itself: beside a cache, of each that may have been kept before."""
    return bool(route.throttling or (api.cache_size and route.key.startswith("GET ")))


def _everywhere(api: ApiSettings) -> apigateway.MethodSetting:
    return _setting(api, "/*", "*", None)


def _here(api: ApiSettings, route: Route) -> apigateway.MethodSetting:
    """Slashes below the root are written as ~1 (AWS::ApiGateway::Stage MethodSetting)."""
    method, path = route.key.split(" ", 1)
    return _setting(api, "/" if path == "/" else "/" + path.replace("/", "~1"), method, route)


def _setting(api: ApiSettings, path: str, method: str, route: Route | None) -> apigateway.MethodSetting:
    limits = (route and route.throttling) or {"rate": api.throttling.rate, "burst": api.throttling.burst}
    seconds = route.cache_seconds if route else None
    cache = {"CachingEnabled": bool(seconds), **({"CacheDataEncrypted": True} if api.cache_size else {})}
    return apigateway.MethodSetting(
        ResourcePath=path,
        HttpMethod=method,
        MetricsEnabled=True,
        LoggingLevel="ERROR",
        DataTraceEnabled=False,
        ThrottlingRateLimit=limits["rate"],
        ThrottlingBurstLimit=limits["burst"],
        **cache,
        **({"CacheTtlInSeconds": seconds} if seconds else {}),
    )
