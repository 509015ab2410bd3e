"""What Lambda does with a function's role in its own network: it polls for events, and sends what becomes of them.

Source: Lambda developer guide, "How Lambda processes records from stream and queue-based event sources" and "Retaining
records of asynchronous invocations".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.reach.values import Resources, each, listed, name, of_type, spelled
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_BY_CODE = ("kinesis:PutRecord", "kinesis:PutRecords", "sqs:SendMessage")
"""What is done to a queue or stream that events come from by the function's code alone."""


@frozen(eq=True)
class Events:
    """Of one function; all are spelled as `spelled` does."""

    sources: frozenset[str]
    destinations: frozenset[str]

    def does(self, action: str, statement: Mapping[str, Json]) -> bool:
        """Whether Lambda does what the statement allows in the code's place."""
        about = set(map(spelled, listed(statement.get("Resource"))))
        polled = action not in _BY_CODE and about <= self.sources | self.destinations
        return bool(about) and (polled or about <= self.destinations)


def events_of(resources: Resources, function: str) -> Events:
    mappings = tuple(_of(resources, function, "EventSourceMapping"))
    both = (*mappings, *_of(resources, function, "EventInvokeConfig"))
    sources = (spelled(arn) for one in mappings for arn in listed(one.get("EventSourceArn")))
    return Events(frozenset(sources), frozenset(arn for one in both for arn in _destinations(one)))


def _of(resources: Resources, function: str, kind: str) -> Iterator[Mapping[str, Json]]:
    """Those of the function and of its aliases."""
    own = {function, *_aliases(resources, function)}
    for _, properties in of_type(resources, f"AWS::Lambda::{kind}"):
        if name(properties.get("FunctionName")).partition(".")[0] in own:
            yield properties


def _destinations(properties: Mapping[str, Json]) -> Iterator[str]:
    for when in ("OnFailure", "OnSuccess"):
        yield from map(spelled, each(properties, ("DestinationConfig", when, "Destination")))


def _aliases(resources: Resources, function: str) -> Iterator[str]:
    for alias, properties in of_type(resources, "AWS::Lambda::Alias"):
        if name(properties.get("FunctionName")) == function:
            yield alias
