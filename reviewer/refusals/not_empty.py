"""Buckets and repositories, which are only deleted when they are empty."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.refusal import LEFT, Rule, Subject
from reviewer.stores import ONLY_EMPTY
from reviewer.template_set import qualified


def _find(subject: Subject) -> Iterator[str]:
    kept = subject.change.policy != "Delete" or str(subject.old.get("EmptyOnDelete")).lower() == "true"
    empty = subject.sides.before.emptied.get(qualified(subject.address))
    if subject.goes and not kept and not empty:
        found = ", and something is in it" if empty is False else ""
        noun = ONLY_EMPTY[subject.change.resource_type]
        yield f"CloudFormation deletes the {noun} only if it is empty{found}: {LEFT}. Empty it before"


RULE = Rule(
    types=frozenset(ONLY_EMPTY),
    find=_find,
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html",
    kind="leftover",
)
