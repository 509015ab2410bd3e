"""A resource of another type under the same logical id, which CloudFormation does not make of it."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.refusal import Rule, Subject

_COPIES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")


def _find(subject: Subject) -> Iterator[str]:
    detail = next((one for one in subject.change.details if one.path == "Type"), None)
    if detail is None:
        return
    kinds = (str(detail.before), str(detail.after))
    way = "make one under another name, move what is in it, and remove this one then"
    if {*kinds} == {*_COPIES}:
        way = "a table gets or loses copies only as a new one under another name, to which its items are moved"
    before, after = (kind.removeprefix("AWS::") for kind in kinds)
    yield f"CloudFormation makes no {after} of a {before}: {way}"


RULE = Rule(
    types=frozenset(),
    find=_find,
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html",
)
