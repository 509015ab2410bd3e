"""From where a REST API takes requests: its resource policy and the VPC endpoints of a private one."""

from __future__ import annotations

from collections.abc import Sequence

from troposphere import Ref

from compiler.kinds.apis.routes import Route
from compiler.kinds.apis.settings import ApiSettings
from compiler.program.component import Platform, Value
from compiler.shared.endpoints import endpoint_id
from compiler.source.json_value import Json

SERVICE = "execute-api"


def endpoint_ids(platform: Platform, api: ApiSettings) -> list[Value]:
    """The platform's own endpoint, where the network has one, and those that the spec names."""
    network = platform.document.data.get("network") or {}
    own: list[Value] = [Ref(endpoint_id(SERVICE))] if SERVICE in network.get("endpoints", ()) else []
    return [*own, *api.vpc_endpoints]


def access_policy(platform: Platform, api: ApiSettings, routes: Sequence[Route]) -> Json:
    """None where everybody may come.

    An allowance would let every identity of the account pass routes with ``auth: iam`` without a permission of its own,
    so those have only the denials (API Gateway developer guide, how resource policies affect authorization).
    """
    denied = [_denied(sid, condition) for sid, condition in _conditions(platform, api)]
    if not denied:
        return None
    signed = all(route.auth == "iam" for route in routes)
    allowed = [_statement("Preflight", "Allow", "*/OPTIONS/*")] if api.cors else []
    if not signed:
        allowed = [_statement("Requests", "Allow", "*")]
    return {"Version": "2012-10-17", "Statement": [*allowed, *denied]}


def _conditions(platform: Platform, api: ApiSettings) -> list[tuple[str, Json]]:
    found: list[tuple[str, Json]] = []
    private = api.endpoint == "private"
    if private:
        found.append(("OtherNetworks", {"StringNotEquals": {"aws:SourceVpce": endpoint_ids(platform, api)}}))
    if api.allow_from:
        key = "aws:VpcSourceIp" if private else "aws:SourceIp"
        found.append(("OtherAddresses", {"NotIpAddress": {key: list(api.allow_from)}}))
    return found


def _denied(sid: str, condition: Json) -> Json:
    return {**_statement(sid, "Deny", "*"), "Condition": condition}


def _statement(sid: str, effect: str, what: str) -> dict[str, Json]:
    """``execute-api:/`` is this very API, whose id the policy can't know."""
    return {
        "Sid": sid,
        "Effect": effect,
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": f"execute-api:/{what}",
    }
