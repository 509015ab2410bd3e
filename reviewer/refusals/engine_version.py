"""Upgrades of a database engine to another major version without permission, and downgrades."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reviewer.refusal import Rule, Subject

_INSTANCE = "AWS::RDS::DBInstance"
"""Of clusters CloudFormation itself allows major upgrades: they have no property for it."""
_SERVICES: Mapping[str, str] = {"AWS::DocDB::DBCluster": "DocumentDB", "AWS::Neptune::DBCluster": "Neptune"}
_SINGLE_NUMBER = ("postgres", "aurora-postgresql")
"""Engines whose major version is the first number; that of others are the first two."""


def _find(subject: Subject) -> Iterator[str]:
    before, after = subject.both("EngineVersion")
    if subject.change.action != "Modify" or not (isinstance(before, str) and isinstance(after, str)):
        return
    engines = subject.both("Engine")
    if engines[0] != engines[1]:
        return
    old, new = _numbers(before), _numbers(after)
    shared = min(len(old), len(new))
    service = _SERVICES.get(subject.change.resource_type, "RDS")
    if new[:shared] < old[:shared]:
        yield f"{before} → {after} is a downgrade, which {service} does not do: restore a snapshot into a new database"
    elif _major(subject, before) != _major(subject, after) and not _allowed(subject):
        yield f"{before} → {after} is a major upgrade; RDS needs `allow_major_upgrade: true`"


def _allowed(subject: Subject) -> bool:
    if subject.change.resource_type != _INSTANCE:
        return True
    return str(subject.new.get("AllowMajorVersionUpgrade", "")).lower() == "true"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version.split("mysql_aurora")[0])))


def _major(subject: Subject, version: str) -> tuple[int, ...]:
    single = subject.new.get("Engine") in _SINGLE_NUMBER
    numbers = _numbers(version)
    return numbers[:1] if single and numbers[:1] >= (10,) else numbers[:2]


RULE = Rule(
    types=frozenset({*_SERVICES, "AWS::RDS::DBCluster", _INSTANCE}),
    find=_find,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html",
    properties=("EngineVersion",),
)
