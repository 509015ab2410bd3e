"""Topics."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, arn


def _topic(wanted: Wanted) -> Properties:
    fifo = {"FifoTopic": True} if wanted.name.endswith(".fifo") else {}
    return {"TopicName": wanted.name, **fifo}


SEEDS = {"AWS::SNS::Topic": Seed(("sns", "_topics"), _topic, looks=arn("sns", ""))}
