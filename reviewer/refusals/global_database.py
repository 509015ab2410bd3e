"""Clusters of an Aurora global database: upgrades of one alone, another name of the whole.

Source: Aurora user guide, "Upgrading an Amazon Aurora global database"; RDS API reference, CreateGlobalCluster: the
source must not be a member of another global database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from compiler.source.json_value import Json
from reviewer.refusal import Rule, Subject
from reviewer.template_set import qualified, references

_CLUSTER, _GLOBAL = "AWS::RDS::DBCluster", "AWS::RDS::GlobalCluster"
_SOURCE, _NAME = "SourceDBClusterIdentifier", "GlobalClusterIdentifier"


def _find(subject: Subject) -> Iterator[str]:
    if subject.change.resource_type == _GLOBAL:
        yield from _renamed(subject)
        return
    before, after = subject.both("EngineVersion")
    if not subject.stays or not (isinstance(before, str) and isinstance(after, str)):
        return
    if _major(subject, before) != _major(subject, after) and _is_member(subject):
        yield (
            f"{before} → {after} is a major upgrade of one cluster of a global database: upgrade all of it with "
            "`aws rds modify-global-cluster` first"
        )


def _renamed(subject: Subject) -> Iterator[str]:
    if subject.change.replacement == "True" and subject.both(_NAME)[0] != subject.both(_NAME)[1]:
        yield "its cluster is still in the global database of the old name: remove that one before"


def _is_member(subject: Subject) -> bool:
    """A secondary names the global database; the primary is the source of one that stays."""
    if subject.old.get(_NAME) and subject.new.get(_NAME):
        return True
    sides, own = subject.sides, qualified(subject.address)
    sources = (
        sides.properties(address)[0].get(_SOURCE)
        for address in sides.old.addresses()
        if sides.old.resource(address).get("Type") == _GLOBAL
    )
    return any(name == own for source in sources for name, _ in references(source))


def _major(subject: Subject, version: str) -> Json:
    numbers = re.findall(r"[0-9]+", version)
    return numbers[: 1 if "postgres" in str(subject.new.get("Engine")) else 2]


RULE = Rule(
    types=frozenset({_CLUSTER, _GLOBAL}),
    find=_find,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-upgrade.html",
    properties=("EngineVersion", _NAME),
)
