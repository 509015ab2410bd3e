"""Settings of APIs, and the names that all parts of an API share."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import Ref, Sub

from compiler.program.component import Component, Value
from compiler.shared.cors import Cors
from compiler.shared.logs import Logs
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_STEMS = {"http": "", "rest": "Rest", "websocket": "Websocket"}
"""A type of its own has a logical id of its own: CloudFormation never changes the type of a resource."""
_HOST = "${%s}.execute-api.${AWS::Region}.${AWS::URLSuffix}"


@frozen()
class Throttling:
    """Requests per second and at once, for each route."""

    rate: int
    burst: int


@frozen()
class Jwt:
    """Tokens that an API takes: of a user pool, or of an issuer."""

    auth: str | None
    issuer: str | None
    audience: tuple[str, ...]


@frozen()
class Authorizer:
    """The function that decides who may send requests."""

    function: str
    identity: tuple[str, ...]
    cache_seconds: int
    simple: bool


@frozen()
class MutualTls:
    """Certificates that callers must show."""

    truststore: str
    version: str | None


@frozen()
class Quota:
    """Requests in a period."""

    limit: int
    per: str


@frozen()
class Plan:
    """What the holders of some API keys may use."""

    keys: tuple[str, ...]
    rate: int
    burst: int
    quota: Quota | None


@frozen(kw_only=True)
class ApiSettings(Component):
    """All that a spec says of an API."""

    type: str
    routes: Mapping[str, Json]
    auth: str
    reason: str | None
    jwt: Jwt | None
    authorizer: Authorizer | None
    cors: Cors | None
    throttling: Throttling
    logs: Logs
    account_log_role: str | None
    domain: Json
    """Name of a component of `domains`, or a map of ``name`` and ``certificate``."""
    mutual_tls: MutualTls | None
    default_endpoint: bool
    route_by: str
    endpoint: str
    vpc_endpoints: tuple[str, ...]
    allow_from: tuple[str, ...]
    firewall: str | None
    plans: Mapping[str, Plan]
    cache_size: str | None

    @property
    def main_id(self) -> str:
        return f"{self.stem}{_STEMS[self.type]}"

    @property
    def stage_id(self) -> str:
        return f"{self.main_id}Stage"

    @property
    def stage_name(self) -> str:
        """An HTTP API alone can do without a stage in its URL."""
        return "$default" if self.type == "http" else "live"

    # what has a name that is taken once keeps its logical id when the type changes

    @property
    def log_group_id(self) -> str:
        return f"{self.stem}LogGroup"

    @property
    def domain_id(self) -> str:
        return f"{self.stem}Domain"

    @property
    def _own_host(self) -> Value:
        return Ref(self.domain_id) if isinstance(self.domain, str) else str(self.domain["name"])

    @property
    def host(self) -> Value:
        """The name that requests go to: the API's own where the other one is off."""
        if self.domain and not self.default_endpoint:
            return self._own_host
        return Sub(_HOST % self.main_id)

    @property
    def url(self) -> Value:
        scheme = "wss" if self.type == "websocket" else "https"
        if isinstance(self.domain, dict):
            return f"{scheme}://{self.domain['name']}"
        if self.domain:
            return Sub(f"{scheme}://${{{self.domain_id}}}")
        return Sub(f"{scheme}://{_HOST % self.main_id}{self._stage_path}")

    @property
    def connections_url(self) -> Value:
        """Where messages for those connected are posted to."""
        if isinstance(self.domain, dict) and not self.default_endpoint:
            return f"https://{self.domain['name']}"
        if self.domain and not self.default_endpoint:
            return Sub(f"https://${{{self.domain_id}}}")
        return Sub(f"https://{_HOST % self.main_id}{self._stage_path}")

    @property
    def _stage_path(self) -> str:
        return "" if self.type == "http" else f"/{self.stage_name}"
