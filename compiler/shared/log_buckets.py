"""Buckets that logs are sent to."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.source.document import Path


def log_bucket(name: str | None, path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    """A fault when `name` is a bucket that does not receive logs. For every kind that sends logs to a bucket."""
    bucket = spec.offering(name, "log")
    if bucket and not bucket.settings["receives_logs"]:
        message = f"the bucket '{name}' does not receive logs"
        yield Fault("not-a-log-bucket", message, path, f"set 'receives_logs: true' on {bucket.address}")
