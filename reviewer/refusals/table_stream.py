"""The kind of images in a table's stream, which can't be changed while the stream is on."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.refusal import Rule, Subject


def _find(subject: Subject) -> Iterator[str]:
    before, after = subject.both("StreamSpecification.StreamViewType")
    if subject.stays and before and after and before != after:
        yield (
            f"the stream has {before}, and DynamoDB makes no {after} of that: deploy once without `stream`, and then "
            f"with the other one, which is a new stream"
        )


RULE = Rule(
    types=frozenset({"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"}),
    find=_find,
    source="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html",
    properties=("StreamSpecification",),
)
