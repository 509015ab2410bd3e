"""An existing queue."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question


def find(question: Question) -> Mapping[str, Json]:
    sqs = question.client("sqs")
    url = question.ask(lambda: sqs.get_queue_url(QueueName=question.name))["QueueUrl"]
    found = question.ask(lambda: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["KmsMasterKeyId"]))
    return {"key": question.customer_key(found.get("Attributes", {}).get("KmsMasterKeyId"))}
