"""Checks of backups: times that fit each other and the lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.arns import region_in
from compiler.source.document import Path
from compiler.source.json_value import Json

_COLD = 90
"""Days that AWS keeps a backup in cold storage at least (AWS Backup developer guide, Lifecycle)."""
_WINDOW = 60
"""Minutes from the latest start to the end at least (AWS Backup API, BackupRuleInput)."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    for name, rule in data["rules"].items():
        yield from _rule(name, rule)
        if data["lock"]:
            yield from _kept(rule["keep_days"], data["lock"], ("rules", name, "keep_days"))
        yield from _copy_in_recovery(name, rule, data)
    if data["lock"]:
        yield from _lock(data["lock"])
    yield from _region(data["recovery"], spec.region)
    yield from _buckets(data["of"], spec)


def _rule(name: str, rule: Mapping[str, Json]) -> Iterator[Fault]:
    yield from _cold(rule["cold_after_days"], rule["keep_days"], ("rules", name))
    for index, copy in enumerate(rule["copies"]):
        path: Path = ("rules", name, "copies", index)
        yield from _cold(copy["cold_after_days"], copy["keep_days"] or rule["keep_days"], path)
        yield from _foreign_key(copy, path)
    start, complete = rule["start_minutes"], rule["complete_minutes"]
    if complete < start + _WINDOW:
        message = f"must be {_WINDOW} minutes after 'start_minutes' at least"
        path = ("rules", name, "complete_minutes")
        yield Fault("short-window", message, path, f"set 'complete_minutes: {start + _WINDOW}' or more")


def _cold(cold: int | None, keep: int, path: Path) -> Iterator[Fault]:
    if cold is not None and keep < cold + _COLD:
        message = f"a backup stays in cold storage for {_COLD} days, so it is kept for {cold + _COLD} at least"
        yield Fault("cold-storage", message, (*path, "keep_days"), f"set 'keep_days: {cold + _COLD}' or more")


def _foreign_key(copy: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    if copy["key"] and _place(copy["key"]) != _place(copy["vault"]):
        message = f"the key is in {_place(copy['key'])}, and the vault in {_place(copy['vault'])}"
        yield Fault("recovery-region", message, (*path, "key"), "name the vault's own key")


def _copy_in_recovery(name: str, rule: Mapping[str, Json], data: Mapping[str, Json]) -> Iterator[Fault]:
    days, path = rule["copy_days"], ("rules", name, "copy_days")
    if days is not None and not data["recovery"]:
        help_text = "remove it, or name a region in 'recovery'"
        yield Fault("unused-setting", "there is no recovery region that gets a copy", path, help_text)
    elif days is not None and data["lock"]:
        yield from _kept(days, data["lock"], path)


def _region(recovery: Mapping[str, Json] | None, region: str) -> Iterator[Fault]:
    if recovery and recovery["region"] == region:
        message = f"the copies would be in {region}, where the backups are"
        yield Fault("recovery-region", message, ("recovery", "region"), "take another region")


def _buckets(names: Sequence[str], spec: ResolvedSpec) -> Iterator[Fault]:
    """Source: AWS Backup developer guide, "Amazon S3 backups": prerequisites."""
    for index, name in enumerate(names):
        bucket = spec.component(name, "buckets")
        if bucket and not bucket.settings["versioning"]:
            message = f"AWS Backup needs versioning on the bucket '{name}'"
            yield Fault("no-versioning", message, ("of", index), f"set 'versioning: true' on {bucket.address}")


def _kept(keep: int, lock: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    least, most = lock["min_days"], lock["max_days"]
    if keep < least or (most is not None and keep > most):
        limits = f"{least} to {most}" if most is not None else f"{least} or more"
        message = f"{keep} days is outside of the vault's lock: every backup would fail"
        yield Fault("vault-lock", message, path, f"the lock takes {limits}")


def _lock(lock: Mapping[str, Json]) -> Iterator[Fault]:
    least, most = lock["min_days"], lock["max_days"]
    if most is not None and most < least:
        message = f"at most {most} days is fewer than at least {least}"
        yield Fault("vault-lock", message, ("lock", "max_days"), f"set 'max_days: {least}' or more")


def _place(arn: str) -> str:
    """Region and account of an ARN."""
    return f"{region_in(arn)} of account {arn.split(':')[4]}"
