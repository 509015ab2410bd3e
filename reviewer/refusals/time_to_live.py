"""The attribute by which items of a table expire, which can't be changed while they expire."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.refusal import Rule, Subject


def _find(subject: Subject) -> Iterator[str]:
    enabled = [str(value).lower() == "true" for value in subject.both("TimeToLiveSpecification.Enabled")]
    before, after = subject.both("TimeToLiveSpecification.AttributeName")
    if subject.stays and all(enabled) and before != after:
        yield (
            f"items expire by {before}, and DynamoDB takes no other attribute while they do: deploy once without "
            f"expiry, and an hour later with {after}"
        )


RULE = Rule(
    types=frozenset({"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"}),
    find=_find,
    source="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html",
    properties=("TimeToLiveSpecification",),
)
