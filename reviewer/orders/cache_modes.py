"""Modes of a cache that its clients have to follow: through one in which it takes the old and the new way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.json_value import Json
from reviewer.order import Order, Split, Stage, Turn


def _split(turn: Turn) -> Split | None:
    if not turn.stays:
        return None
    more: dict[str, Json] = {}
    texts = []
    for text, properties in _between(turn):
        more |= properties
        texts.append(text)
    return Split((Stage(" and ".join(texts), {**turn.old, **more}),)) if more else None


def _between(turn: Turn) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """What the update before has instead, each for its own reason."""
    modes = turn.both("ClusterMode")
    if (str(modes[0]).lower(), str(modes[1]).lower()) == ("disabled", "enabled"):
        yield "cluster mode is made compatible", {"ClusterMode": "compatible"}
    encrypted = [str(value).lower() == "true" for value in turn.both("TransitEncryptionEnabled")]
    required = turn.new.get("TransitEncryptionMode") == "required"
    preferred = {"TransitEncryptionEnabled": True, "TransitEncryptionMode": "preferred"}
    if encrypted == [False, True] and required:
        yield "encryption in transit is preferred", preferred


ORDER = Order(
    types=frozenset({"AWS::ElastiCache::ReplicationGroup"}),
    split=_split,
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html",
)
