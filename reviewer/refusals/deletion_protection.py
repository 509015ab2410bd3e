"""Resources whose own protection from deletion is on when they are to be deleted."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.deletion_guards import GUARDS_OF, is_guarded
from reviewer.refusal import LEFT, Rule, Subject


def _find(subject: Subject) -> Iterator[str]:
    change = subject.change
    gone = change.action == "Remove" or change.replacement == "True"
    if (
        gone
        and change.policy not in ("Retain", "RetainExceptOnCreate")
        and is_guarded(change.resource_type, subject.old)
    ):
        yield f"deletion protection is on: {LEFT}. Turn it off in a deployment of its own before"


RULE = Rule(
    types=frozenset(GUARDS_OF),
    find=_find,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
    kind="leftover",
)
