"""HTTP APIs of API Gateway in front of functions and services."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from troposphere import AWSObject, GetAtt, Ref, Sub, apigatewayv2

from compiler.component import AlarmSpec, Capability, Chart, Component, Grant, Output, Platform, Value
from compiler.glue import needs_network
from compiler.json_value import Json
from compiler.kinds.domains import Domain, domain_of
from compiler.kinds.network import private_subnets
from compiler.parts.aliases import Target, aliases
from compiler.parts.api_routes import Jwt, authorizer, read, route_resources
from compiler.parts.logs import Logs, log_group
from compiler.parts.metrics import query
from compiler.parts.security_groups import security_group

STAGE = "$default"
_LOGGED = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "route": "$context.routeKey",
    "protocol": "$context.protocol",
    "status": "$context.status",
    "length": "$context.responseLength",
    "latency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "integrationStatus": "$context.integrationStatus",
    "integrationError": "$context.integrationErrorMessage",
    "authorizerError": "$context.authorizer.error",
    "error": "$context.error.message",
}
"""Line of the access log (API Gateway developer guide, logging variables of HTTP APIs)."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cors:
    """What browsers on other origins may do."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    expose: tuple[str, ...]
    credentials: bool
    max_age: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Throttling:
    """Requests per second and at once, for each route."""

    rate: int
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Api(Component):
    """An API with one stage that deploys itself."""

    routes: Mapping[str, Json]
    auth: str
    jwt: Jwt | None
    cors: Cors | None
    throttling: Throttling
    logs: Logs
    domain: Json
    """Name of a component of `domains`, or a map of ``name`` and ``certificate``."""
    default_endpoint: bool

    @property
    def main_id(self) -> str:
        return f"{self.stem}Api"

    @property
    def security_group_id(self) -> str:
        """Of the VPC link, which is there when a route leads to a service."""
        return f"{self.stem}ApiSecurityGroup"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield self._api(platform)
        yield self._log_group(platform)
        yield self._stage()
        if needs_network(platform, self):
            yield from self._vpc_link(platform)
        if self.jwt:
            yield authorizer(platform, self, self.jwt)
        yield from route_resources(platform, self, read(self.routes, self.auth))
        if self.domain:
            yield from self._domain(platform)

    def _api(self, platform: Platform) -> apigatewayv2.Api:
        return apigatewayv2.Api(
            self.main_id,
            Name=f"{platform.name}-{platform.environment}-{self.name}",
            ProtocolType="HTTP",
            DisableExecuteApiEndpoint=not self.default_endpoint,
            **({"CorsConfiguration": _cors(self.cors)} if self.cors else {}),
        )

    def _log_group(self, platform: Platform) -> AWSObject:
        """API Gateway writes through log delivery, which adds each log group to the region's one policy of 5120
        characters, except those under /aws/vendedlogs/ (CloudWatch Logs user guide, logs sent by AWS services)."""
        name = self.logs.name or f"/aws/vendedlogs/{platform.name}/{platform.environment}/{self.name}"
        return log_group(f"{self.main_id}LogGroup", self, Logs(name, self.logs.days), platform)

    def _stage(self) -> apigatewayv2.Stage:
        return apigatewayv2.Stage(
            f"{self.main_id}Stage",
            ApiId=Ref(self.main_id),
            StageName=STAGE,
            AutoDeploy=True,
            AccessLogSettings=apigatewayv2.AccessLogSettings(
                DestinationArn=GetAtt(f"{self.main_id}LogGroup", "Arn"),
                Format=json.dumps(_LOGGED, separators=(",", ":")),
            ),
            DefaultRouteSettings=apigatewayv2.RouteSettings(
                DetailedMetricsEnabled=True,
                ThrottlingRateLimit=self.throttling.rate,
                ThrottlingBurstLimit=self.throttling.burst,
            ),
        )

    def _vpc_link(self, platform: Platform) -> Iterator[AWSObject]:
        yield security_group(self.security_group_id, f"API {self.name} of {platform.name} {platform.environment}")
        yield apigatewayv2.VpcLink(
            f"{self.main_id}VpcLink",
            Name=f"{platform.name}-{platform.environment}-{self.name}",
            SubnetIds=private_subnets(platform),
            SecurityGroupIds=[GetAtt(self.security_group_id, "GroupId")],
        )

    @property
    def _domain_id(self) -> str:
        return f"{self.main_id}Domain"

    @property
    def _own_host(self) -> Value:
        return Ref(self._domain_id) if isinstance(self.domain, str) else str(self.domain["name"])

    def _domain(self, platform: Platform) -> Iterator[AWSObject]:
        site = _site(platform, self.domain)
        logical_id = self._domain_id
        settings = apigatewayv2.DomainNameConfiguration(
            CertificateArn=Ref(site.certificate_id) if site else self.domain["certificate"],
            EndpointType="REGIONAL",
            SecurityPolicy="TLS_1_2",
        )
        name = site.domain if site else self.domain["name"]
        yield apigatewayv2.DomainName(logical_id, DomainName=name, DomainNameConfigurations=[settings])
        if site:
            target = Target(GetAtt(logical_id, "RegionalDomainName"), GetAtt(logical_id, "RegionalHostedZoneId"))
            yield from aliases(self, site.zone_id, [site.domain], target)
        yield apigatewayv2.ApiMapping(
            f"{logical_id}Mapping",
            ApiId=Ref(self.main_id),
            DomainName=Ref(logical_id),
            Stage=STAGE,
            DependsOn=[f"{self.main_id}Stage"],
        )

    @property
    def host(self) -> Value:
        """The name that requests go to: the API's own where the other one is off."""
        if self.domain and not self.default_endpoint:
            return self._own_host
        return Sub(f"${{{self.main_id}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}")

    @property
    def url(self) -> Value:
        if isinstance(self.domain, dict):
            return f"https://{self.domain['name']}"
        if self.domain:
            return Sub(f"https://${{{self._domain_id}}}")
        return Sub(f"https://${{{self.main_id}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}")

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        every = Sub(f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{self.main_id}}}/*")
        invoke = Grant(("execute-api:Invoke",), (every,))
        signed = (invoke,) if any(route.auth == "iam" for route in read(self.routes, self.auth)) else ()
        return {
            "call": Capability(signed, environment={"URL": self.url}),
            "origin": Capability(environment={"DOMAIN": self.host}),
        }

    def attributes(self) -> Mapping[str, Value]:
        target: Value = GetAtt(f"{self.main_id}Domain", "RegionalDomainName") if self.domain else self.host
        return {"url": self.url, "domain": self.host, "id": Ref(self.main_id), "target_domain": target}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}ApiUrl", self.url, f"URL of the API {self.name}")
        if isinstance(self.domain, dict):
            target, name = self.attributes()["target_domain"], self.domain["name"]
            yield Output(f"{self.stem}ApiTargetDomain", target, f"What the DNS record of {name} points at")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        yield AlarmSpec(
            name="ServerErrors",
            description=f"The API {self.name} answers with 5xx more than 10 times a minute",
            metrics=(query("AWS/ApiGateway", "5xx", "Sum", {"ApiId": Ref(self.main_id)}),),
            threshold=10,
        )

    def charts(self, platform: Platform) -> Iterable[Chart]:
        yield Chart(f"API {self.name}", tuple(self._row(one) for one in ("Count", "4xx", "5xx")), "Sum")
        latencies = tuple(self._row(one) for one in ("Latency", "IntegrationLatency"))
        yield Chart(f"API {self.name}: milliseconds (p95)", latencies, "p95")

    def _row(self, metric: str) -> tuple[Value, ...]:
        return "AWS/ApiGateway", metric, "ApiId", Ref(self.main_id)


def _site(platform: Platform, domain: Json) -> Domain | None:
    return domain_of(platform, domain) if isinstance(domain, str) else None


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


KIND = Api
