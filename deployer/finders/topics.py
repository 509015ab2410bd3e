"""An existing topic."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question


def find(question: Question) -> Mapping[str, Json]:
    found = question.ask(lambda: question.client("sns").get_topic_attributes(TopicArn=question.arn))
    return {"key": question.customer_key(found["Attributes"].get("KmsMasterKeyId"))}
