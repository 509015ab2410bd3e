"""Shards of a stream, of which one update makes at most twice as many, and at least half as many."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.order import Order, Split, Stage, Turn


def _split(turn: Turn) -> Split | None:
    before, after = turn.both("ShardCount")
    if not (str(before).isdigit() and str(after).isdigit()) or not turn.stays:
        return None
    between = tuple(_between(int(before), int(after)))
    stages = (Stage(f"{count} shards", {**turn.old, "ShardCount": count}) for count in between)
    return Split(tuple(stages)) if between and int(after) > 0 else None


def _between(count: int, wanted: int) -> Iterator[int]:
    while count > 0 and not (count / 2 <= wanted <= count * 2):
        count = count * 2 if wanted > count else -(-count // 2)
        yield count


ORDER = Order(
    types=frozenset({"AWS::Kinesis::Stream"}),
    split=_split,
    source="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html",
)
