"""Resources with a name of their own, which can't be replaced: the new one is made while the old one has the name."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.names import NAMED
from reviewer.refusal import Rule, Subject


def _find(subject: Subject) -> Iterator[str]:
    if subject.change.action == "Modify" and subject.change.note.startswith(NAMED):
        yield f"{subject.change.resource_type.rpartition('::')[2]} {subject.change.note}"


RULE = Rule(
    types=frozenset(),
    find=_find,
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html",
)
