"""What is wrong with a bucket beyond its schema."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from compiler.kinds.buckets.website_rules import website_faults
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.copy_keys import key_faults
from compiler.shared.log_buckets import log_bucket
from compiler.source.document import Path
from compiler.source.json_value import Json

_CLASSES = ("infrequent_access", "intelligent_tiering", "glacier_instant", "glacier", "deep_archive")
_DAYS_IN_INFREQUENT_ACCESS = 30
"""Source: S3 user guide, "Transitioning objects using Amazon S3 Lifecycle"."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of one resolved bucket."""
    data = component.settings
    yield from _transitions(data["lifecycle"], ("lifecycle",))
    yield from _expiry(data["lifecycle"], data["expire"], ("expire",))
    for prefix, below in data["lifecycle_below"].items():
        yield from _transitions(below, ("lifecycle_below", prefix))
        yield from _expiry(below, below["expire"], ("lifecycle_below", prefix, "expire"))
    yield from _former(data)
    yield from _lock(data)
    yield from _public(data)
    yield from website_faults(component.name, data)
    yield from _own_log(data)
    yield from log_bucket(data["logs_to"], ("logs_to",), spec)
    yield from _replication(data, spec)


def _transitions(lifecycle: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    said = [(name, lifecycle[name]) for name in _CLASSES if lifecycle[name] is not None]
    for (before, days), (after, later) in itertools.pairwise(said):
        wait = _DAYS_IN_INFREQUENT_ACCESS if before == "infrequent_access" else 1
        if later < days + wait:
            message = f"'{after}' comes {later - days} days after '{before}', S3 takes it {wait} or more days after"
            yield Fault("lifecycle-order", message, (*path, after), f"set it to {days + wait} or more")


def _last(lifecycle: Mapping[str, Json]) -> int:
    return max(lifecycle[name] or 0 for name in _CLASSES)


def _expiry(lifecycle: Mapping[str, Json], expire: int | None, path: Path) -> Iterator[Fault]:
    last = _last(lifecycle)
    if expire is not None and expire <= last:
        message = f"objects are deleted after {expire} days, before they move to a cheaper class after {last}"
        yield Fault("lifecycle-order", message, path, f"set it to {last + 1} or more")


def _former(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Former versions: their order, their end, and that there are any that stay."""
    lifecycle, path = data["noncurrent_lifecycle"], ("noncurrent_lifecycle",)
    if all(lifecycle[name] is None for name in _CLASSES):
        return
    yield from _transitions(lifecycle, path)
    last = _last(lifecycle)
    if not data["versioning"] or data["receives_logs"]:
        message = "former versions don't stay: the bucket has no versioning, or receives logs"
        yield Fault("unused-setting", message, path, "remove it")
    elif data["noncurrent_days"] <= last:
        days = data["noncurrent_days"]
        message = f"former versions are deleted after {days} days, before they move to a cheaper class after {last}"
        yield Fault("lifecycle-order", message, path, f"set 'noncurrent_days: {last + 1}' or more")


def _replication(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    said = data["replicate"]
    if not said:
        return
    if sum(bool(said[one]) for one in ("region", "to", "arn")) != 1:
        message = "copies go to one bucket: 'region', 'to' or 'arn'"
        yield Fault("one-of-two", message, ("replicate",), "write exactly one of them")
    yield from _far(data, spec)
    if not data["versioning"]:
        yield Fault("no-versioning", "copies need versioning", ("replicate",), "set 'versioning: true'")
    target = spec.component(said["to"], "buckets")
    if target and not target.settings["versioning"]:
        message = f"copies need versioning on the bucket '{said['to']}' too"
        help_text = f"set 'versioning: true' on {target.address}"
        yield Fault("no-versioning", message, ("replicate", "to"), help_text)
    if target and data["object_lock"] and not target.settings["object_lock"]:
        message = f"copies of locked objects need an object lock on the bucket '{said['to']}' too"
        yield Fault("object-lock", message, ("replicate", "to"), f"give {target.address} an 'object_lock'")
    yield from _copies(said, bool(data["receives_logs"] or data["public_read"]))


def _far(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """A bucket that is created in another region."""
    said, own_key = data["replicate"], bool(data["receives_logs"] or data["public_read"])
    if said["region"] == spec.region:
        message = f"the copies would be in {spec.region}, where the bucket is; 'to' names another bucket here"
        yield Fault("replica-region", message, ("replicate", "region"), "take another region")
    elif said["region"] and not own_key:
        yield from key_faults(said["key"], said["region"], ("replicate",), spec)


def _copies(said: Mapping[str, Json], own_key: bool) -> Iterator[Fault]:
    """`own_key` is whether S3's own key encrypts the objects, as it then does their copies."""
    if said["arn"] and not said["key"] and not own_key:
        message = "objects are encrypted with a KMS key, so copies need one in the region of their bucket"
        yield Fault("missing-property", message, ("replicate",), "name its ARN in 'key'")
    if said["key"] and (own_key or said["to"]):
        why = "S3's own key encrypts the objects and their copies" if own_key else "the platform's key encrypts them"
        yield Fault("unused-setting", f"copies have no key of their own: {why}", ("replicate", "key"), "remove it")
    if said["account"] and not said["arn"]:
        message = "a bucket of the platform is in its account"
        yield Fault("unused-setting", message, ("replicate", "account"), "remove it")


def _lock(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["object_lock"] and not data["versioning"]:
        yield Fault("object-lock", "an object lock needs versioning", ("object_lock",), "set 'versioning: true'")
    if data["object_lock"] and data["receives_logs"]:
        message = "AWS writes no access logs into a bucket that locks objects by default"
        yield Fault("object-lock", message, ("object_lock",), "remove one of 'object_lock' and 'receives_logs'")


def _public(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["public_read"] and data["receives_logs"]:
        help_text = "use another bucket for what is public"
        yield Fault("public-logs", "logs must not be public", ("public_read",), help_text)


def _own_log(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["logs_to"] and data["receives_logs"]:
        message = "a bucket that receives logs has no access log of its own: each log would be logged again"
        yield Fault("log-of-logs", message, ("logs_to",), "remove 'logs_to'")
