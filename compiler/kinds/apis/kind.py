"""APIs of API Gateway (HTTP, REST, WebSocket) in front of functions and services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref, Sub

from compiler.kinds.apis.authorizers import authorizers
from compiler.kinds.apis.domain import host_name
from compiler.kinds.apis.http import http_api
from compiler.kinds.apis.logs import access_log_group, account_role, log_group_ids
from compiler.kinds.apis.metrics import api_alarms, api_charts
from compiler.kinds.apis.plans import key_outputs
from compiler.kinds.apis.rest import rest_api
from compiler.kinds.apis.routes import Route, read
from compiler.kinds.apis.settings import ApiSettings
from compiler.kinds.apis.websocket import websocket_api
from compiler.program.component import AlarmSpec, Capability, Chart, Grant, Output, Platform, Value
from compiler.source.frozen import frozen

_TYPES = {"http": http_api, "rest": rest_api, "websocket": websocket_api}
_ARN = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${%s}/%s"


@frozen(kw_only=True)
class Api(ApiSettings):
    """An API with one stage."""

    @property
    def security_group_id(self) -> str:
        """Of the VPC link, which is there when a route leads to a service."""
        return f"{self.stem}SecurityGroup"

    @property
    def _routes(self) -> tuple[Route, ...]:
        return read(self.routes, self.auth, self.reason)

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield access_log_group(platform, self)
        yield from account_role(platform, self)
        yield from _TYPES[self.type](platform, self, self._routes)
        if self.type != "rest":
            yield from authorizers(platform, self)
        if self.domain:
            yield from host_name(platform, self)

    def answering_ids(self, platform: Platform) -> Iterable[str]:
        """Routes, stage and permissions too: an API alone answers that it has none of these."""
        return (str(part.title) for part in self.build(platform))

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        return {
            "call": Capability(self._signed(), environment={"URL": self.url}),
            "send": self._connections("POST"),
            "manage": self._connections("DELETE", "GET", "POST"),
            "origin": Capability(environment={"DOMAIN": self.host}),
            "logs": Capability(log_groups=log_group_ids(self)),
        }

    def _signed(self) -> tuple[Grant, ...]:
        if not any(route.auth == "iam" for route in self._routes):
            return ()
        what = f"{self.stage_name}/$connect" if self.type == "websocket" else "*"
        return (Grant(("execute-api:Invoke",), (Sub(_ARN % (self.main_id, what)),)),)

    def _connections(self, *methods: str) -> Capability:
        """Requests to those connected (API Gateway developer guide, IAM for WebSocket connections)."""
        if self.type != "websocket":
            return Capability()
        paths = (f"{self.stage_name}/{method}/@connections/*" for method in methods)
        resources = tuple(Sub(_ARN % (self.main_id, path)) for path in paths)
        allowed = Grant(("execute-api:ManageConnections",), resources)
        return Capability((allowed,), environment={"ENDPOINT": self.connections_url})

    def attributes(self) -> Mapping[str, Value]:
        target: Value = GetAtt(self.domain_id, "RegionalDomainName") if self.domain else self.host
        return {"url": self.url, "domain": self.host, "id": Ref(self.main_id), "target_domain": target}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Url", self.url, f"URL of the API {self.name}")
        if isinstance(self.domain, dict):
            target, name = self.attributes()["target_domain"], self.domain["name"]
            yield Output(f"{self.stem}TargetDomain", target, f"What the DNS record of {name} points at")
        yield from key_outputs(self)

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        return api_alarms(platform, self)

    def charts(self, platform: Platform) -> Iterable[Chart]:
        return api_charts(platform, self)


KIND = Api
