"""Streams."""

from __future__ import annotations

from deployer.sandbox.seed import Seed

SEEDS = {
    "AWS::Kinesis::Stream": Seed(("kinesis", "_streams"), lambda wanted: {"Name": wanted.name, "ShardCount": 1}),
}
