"""Queues: their URL, by their name."""

from __future__ import annotations

from deployer.question import maybe
from deployer.session import Aws


def _queue(aws: Aws, name: str) -> str | None:
    if name.startswith(("https://", "http://")):
        return name
    found = maybe(lambda: aws.client("sqs", aws.region).get_queue_url(QueueName=name.rpartition(":")[2]))
    return str(found["QueueUrl"]) if found else None


NAMED = {"AWS::SQS::Queue": _queue}
