"""Buckets and repositories, which are only deleted when they are empty."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.refusal import Rule, Subject
from reviewer.stores import ONLY_EMPTY


def _find(subject: Subject) -> Iterator[str]:
    change = subject.change
    gone = change.action == "Remove" or change.replacement == "True"
    if gone and change.policy == "Delete" and str(subject.old.get("EmptyOnDelete")).lower() != "true":
        yield f"CloudFormation deletes the {ONLY_EMPTY[change.resource_type]} only if it is empty: empty it before"


RULE = Rule(
    types=frozenset(ONLY_EMPTY),
    find=_find,
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html",
)
