"""Streams."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, arn


def _stream(wanted: Wanted) -> Properties:
    return {"Name": wanted.name, "ShardCount": 1}


SEEDS = {"AWS::Kinesis::Stream": Seed(("kinesis", "_streams"), _stream, looks=arn("kinesis", "stream/"))}
