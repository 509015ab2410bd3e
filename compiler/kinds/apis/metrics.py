"""Alarms and charts of APIs, whose metrics have other names in each type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import Ref

from compiler.kinds.apis.settings import ApiSettings
from compiler.program.component import AlarmSpec, Chart, Platform, Value
from compiler.shared.metrics import query
from compiler.source.json_value import Json

_NAMESPACE = "AWS/ApiGateway"


def api_alarms(platform: Platform, api: ApiSettings) -> Iterator[AlarmSpec]:
    about = "answers with 5xx" if api.type != "websocket" else "fails to handle a message"
    yield AlarmSpec(
        name="ServerErrors",
        description=f"The API {api.name} {about} more than 10 times a minute",
        metrics=_failed(platform, api),
        threshold=10,
    )


def _failed(platform: Platform, api: ApiSettings) -> tuple[Mapping[str, Json], ...]:
    dimensions = _dimensions(platform, api)
    if api.type != "websocket":
        name = "5XXError" if api.type == "rest" else "5xx"
        return (query(_NAMESPACE, name, "Sum", dimensions),)
    parts = [
        {**query(_NAMESPACE, name, "Sum", dimensions), "Id": label, "ReturnData": False}
        for label, name in (("integration", "IntegrationError"), ("execution", "ExecutionError"))
    ]
    total = "FILL(integration, 0) + FILL(execution, 0)"
    return (*parts, {"Id": "failed", "Expression": total, "Label": "Errors", "ReturnData": True})


def api_charts(platform: Platform, api: ApiSettings) -> Iterator[Chart]:
    counts, times = {
        "http": (("Count", "4xx", "5xx"), ("Latency", "IntegrationLatency")),
        "rest": (("Count", "4XXError", "5XXError"), ("Latency", "IntegrationLatency")),
        "websocket": (
            ("ConnectCount", "MessageCount", "ClientError", "IntegrationError", "ExecutionError"),
            ("IntegrationLatency",),
        ),
    }[api.type]
    counted = (*counts, *(("CacheHitCount", "CacheMissCount") if api.cache_size else ()))
    yield Chart(f"API {api.name}", tuple(_row(platform, api, one) for one in counted), "Sum")
    yield Chart(f"API {api.name}: milliseconds (p95)", tuple(_row(platform, api, one) for one in times), "p95")


def _row(platform: Platform, api: ApiSettings, metric: str) -> tuple[Value, ...]:
    named = (part for pair in _dimensions(platform, api).items() for part in pair)
    return _NAMESPACE, metric, *named


def _dimensions(platform: Platform, api: ApiSettings) -> dict[str, Value]:
    """REST APIs are told by name (developer guide, API Gateway dimensions and metrics), the others by id."""
    if api.type == "rest":
        return {"ApiName": f"{platform.name}-{platform.environment}-{api.name}", "Stage": api.stage_name}
    return {"ApiId": Ref(api.main_id)}
