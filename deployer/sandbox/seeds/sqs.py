"""Queues."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, arn


def _queue(wanted: Wanted) -> Properties:
    fifo = {"FifoQueue": True} if wanted.name.endswith(".fifo") else {}
    return {"QueueName": wanted.name, **fifo}


SEEDS = {"AWS::SQS::Queue": Seed(("sqs", "_queues"), _queue, looks=arn("sqs", ""))}
