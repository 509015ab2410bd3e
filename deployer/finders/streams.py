"""An existing stream."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question


def find(question: Question) -> Mapping[str, Json]:
    found = question.ask(lambda: question.client("kinesis").describe_stream_summary(StreamName=question.name))
    return {"key": question.customer_key(found["StreamDescriptionSummary"].get("KeyId"))}
