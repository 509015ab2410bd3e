"""What is wrong with a bucket beyond its schema."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from compiler.checks import Fault
from compiler.document import Path
from compiler.json_value import Json

_CLASSES = ("infrequent_access", "glacier_instant", "glacier", "deep_archive")
_DAYS_IN_INFREQUENT_ACCESS = 30
"""Source: S3 user guide, "Transitioning objects using Amazon S3 Lifecycle"."""


def check(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    """Faults of one resolved bucket."""
    yield from _transitions(data["lifecycle"])
    yield from _expiry(data)
    yield from _lock(data)
    yield from _public(data)
    yield from _own_log(data)
    yield from log_bucket(data["logs_to"], ("logs_to",), platform_data)


def log_bucket(name: str | None, path: Path, platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    """A fault when `name` is a bucket that does not receive logs. For every kind that sends logs to a bucket."""
    bucket = (platform_data.get("buckets") or {}).get(name)
    if bucket is not None and not bucket["receives_logs"]:
        message = f"the bucket '{name}' does not receive logs"
        yield Fault("not-a-log-bucket", message, path, f"set 'receives_logs: true' on buckets.{name}")


def _transitions(lifecycle: Mapping[str, Json]) -> Iterator[Fault]:
    said = [(name, lifecycle[name]) for name in _CLASSES if lifecycle[name] is not None]
    for (before, days), (after, later) in itertools.pairwise(said):
        wait = _DAYS_IN_INFREQUENT_ACCESS if before == "infrequent_access" else 1
        if later < days + wait:
            message = f"'{after}' comes {later - days} days after '{before}', S3 takes it {wait} or more days after"
            yield Fault("lifecycle-order", message, ("lifecycle", after), f"set it to {days + wait} or more")


def _expiry(data: Mapping[str, Json]) -> Iterator[Fault]:
    last = max((data["lifecycle"][name] or 0 for name in _CLASSES), default=0)
    if data["expire"] is not None and data["expire"] <= last:
        message = f"objects are deleted after {data['expire']} days, before they move to a cheaper class after {last}"
        yield Fault("lifecycle-order", message, ("expire",), f"set it to {last + 1} or more")


def _lock(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["object_lock"] and not data["versioning"]:
        yield Fault("object-lock", "an object lock needs versioning", ("object_lock",), "set 'versioning: true'")
    if data["object_lock"] and data["receives_logs"]:
        message = "AWS writes no access logs into a bucket that locks objects by default"
        yield Fault("object-lock", message, ("object_lock",), "take one of 'object_lock' and 'receives_logs' away")


def _public(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["public_read"] and data["receives_logs"]:
        help_text = "use another bucket for what is public"
        yield Fault("public-logs", "logs must not be public", ("public_read",), help_text)


def _own_log(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["logs_to"] and data["receives_logs"]:
        message = "a bucket that receives logs has no access log of its own: each log would be logged again"
        yield Fault("log-of-logs", message, ("logs_to",), "take 'logs_to' away")
