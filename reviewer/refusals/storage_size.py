"""Storage of a database that would shrink."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.refusal import Rule, Subject


def _find(subject: Subject) -> Iterator[str]:
    before, after = subject.both("AllocatedStorage")
    if (
        subject.change.action == "Modify"
        and str(before).isdigit()
        and str(after).isdigit()
        and int(after) < int(before)
    ):
        yield f"storage {before} → {after} GiB: RDS never makes it smaller"


RULE = Rule(
    types=frozenset({"AWS::RDS::DBInstance"}),
    find=_find,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html",
    properties=("AllocatedStorage",),
)
