"""A delivery stream between OpenSearch and another kind of destination."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.json_value import Json
from reviewer.refusal import Rule, Subject

_SEARCH = frozenset(
    {
        "AmazonOpenSearchServerlessDestinationConfiguration",
        "AmazonopensearchserviceDestinationConfiguration",
        "ElasticsearchDestinationConfiguration",
    }
)
_ENDING = "DestinationConfiguration"


def _find(subject: Subject) -> Iterator[str]:
    before, after = (_target(side) for side in (subject.old, subject.new))
    if subject.stays and before and after and before != after and _SEARCH & {before, after}:
        names = [name.removesuffix(_ENDING) for name in (before, after)]
        yield f"Firehose does not switch from {names[0]} to {names[1]}: make a new one under another name"


def _target(properties: Mapping[str, Json]) -> str:
    return next((name for name in properties if name.endswith(_ENDING)), "")


RULE = Rule(
    types=frozenset({"AWS::KinesisFirehose::DeliveryStream"}),
    find=_find,
    source="https://docs.aws.amazon.com/firehose/latest/APIReference/API_UpdateDestination.html",
)
