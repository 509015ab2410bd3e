"""Cluster parameters, and the logs that they write.

Source: DocumentDB developer guide, cluster parameters reference.
"""

from __future__ import annotations

from compiler.kinds.documents.settings import DocumentsSettings, Profiler

_EVERY_EVENT = 3


def family(version: str | None) -> str:
    """``docdb5.0``: one a major version."""
    return f"docdb{'.'.join(str(version).split('.')[:2])}"


def parameters(documents: DocumentsSettings) -> dict[str, str]:
    given = {name: str(value) for name, value in documents.engine_parameters.items()}
    return {**given, "tls": documents.tls, "audit_logs": _audit(documents.audit), **_profiler(documents.profiler)}


def _audit(events: tuple[str, ...]) -> str:
    """``enabled`` is the older word for ddl alone, which scanners look for."""
    if len(events) == _EVERY_EVENT:
        return "all"
    return {(): "disabled", ("ddl",): "enabled"}.get(events) or ",".join(sorted(events))


def _profiler(profiler: Profiler) -> dict[str, str]:
    if not profiler.enabled:
        return {"profiler": "disabled"}
    return {
        "profiler": "enabled",
        "profiler_threshold_ms": str(profiler.threshold_ms),
        "profiler_sampling_rate": str(float(profiler.sampling)),
    }


def exports(documents: DocumentsSettings) -> tuple[str, ...]:
    """Logs that go to CloudWatch Logs."""
    return (*(("audit",) if documents.audit else ()), *(("profiler",) if documents.profiler.enabled else ()))
