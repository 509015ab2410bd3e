"""Checks of backups: times that fit each other and the lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.checks import Fault
from compiler.json_value import Json

_COLD = 90
"""Days that AWS keeps a backup in cold storage at least (AWS Backup developer guide, Lifecycle)."""
_WINDOW = 60
"""Minutes from the latest start to the end at least (AWS Backup API, BackupRuleInput)."""


def check(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterable[Fault]:
    for name, rule in data["rules"].items():
        yield from _rule(name, rule)
        if data["lock"]:
            yield from _kept(name, rule["keep_days"], data["lock"])
    if data["lock"]:
        yield from _lock(data["lock"])


def _rule(name: str, rule: Mapping[str, Json]) -> Iterator[Fault]:
    cold, keep = rule["cold_after_days"], rule["keep_days"]
    if cold is not None and keep < cold + _COLD:
        message = f"a backup stays in cold storage for {_COLD} days, so it is kept for {cold + _COLD} at least"
        yield Fault("cold-storage", message, ("rules", name, "keep_days"), f"set 'keep_days: {cold + _COLD}' or more")
    start, complete = rule["start_minutes"], rule["complete_minutes"]
    if complete < start + _WINDOW:
        message = f"must be {_WINDOW} minutes after 'start_minutes' at least"
        path = ("rules", name, "complete_minutes")
        yield Fault("short-window", message, path, f"set 'complete_minutes: {start + _WINDOW}' or more")


def _kept(name: str, keep: int, lock: Mapping[str, Json]) -> Iterator[Fault]:
    least, most = lock["min_days"], lock["max_days"]
    if keep < least or (most is not None and keep > most):
        limits = f"{least} to {most}" if most is not None else f"{least} or more"
        message = f"{keep} days is outside of the vault's lock: every backup would fail"
        yield Fault("vault-lock", message, ("rules", name, "keep_days"), f"the lock takes {limits}")


def _lock(lock: Mapping[str, Json]) -> Iterator[Fault]:
    least, most = lock["min_days"], lock["max_days"]
    if most is not None and most < least:
        message = f"at most {most} days is fewer than at least {least}"
        yield Fault("vault-lock", message, ("lock", "max_days"), f"set 'max_days: {least}' or more")
