"""A function's mapping to a stream that would be made a second time: Lambda has one of each function and source."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.differences import same
from reviewer.refusal import Rule, Subject


def _find(subject: Subject) -> Iterator[str]:
    kept = all(same(*subject.both(name)) for name in ("FunctionName", "EventSourceArn"))
    caused = any(detail.cause.startswith("replacement of ") for detail in subject.change.details)
    if subject.change.replacement == "True" and kept and not caused:
        yield (
            "the mapping is made anew while the old one of the same function and source is there: remove it in a "
            "deployment of its own before"
        )


RULE = Rule(
    types=frozenset({"AWS::Lambda::EventSourceMapping"}),
    find=_find,
    source="https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html",
    properties=("StartingPosition",),
)
