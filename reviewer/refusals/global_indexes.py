"""Global secondary indexes of a table, of which one update creates or deletes one."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.source.json_value import Json
from reviewer.refusal import Rule, Subject
from reviewer.shapes import objects
from reviewer.values import joined


def _find(subject: Subject) -> Iterator[str]:
    if subject.change.action != "Modify" or subject.change.replacement == "True":
        return
    before, after = (_names(indexes) for indexes in subject.both("GlobalSecondaryIndexes"))
    steps = [
        *(f"`{name}`" for name in after if name not in before),
        *(f"`{name}`" for name in before if name not in after),
    ]
    if len(steps) > 1:
        yield (
            f"DynamoDB creates or deletes one global index an update, and these are {len(steps)}: {joined(steps)}; "
            f"deploy them one after the other"
        )


def _names(indexes: Json) -> list[str]:
    return [str(index.get("IndexName")) for index in objects(indexes)]


RULE = Rule(
    types=frozenset({"AWS::DynamoDB::Table"}),
    find=_find,
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html",
    properties=("GlobalSecondaryIndexes",),
)
