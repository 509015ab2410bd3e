"""An existing table."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question


def find(question: Question) -> Mapping[str, Json]:
    about = question.ask(lambda: question.client("dynamodb").describe_table(TableName=question.name))["Table"]
    streams = about.get("StreamSpecification", {}).get("StreamEnabled")
    return {
        "key": question.customer_key(about.get("SSEDescription", {}).get("KMSMasterKeyArn")),
        "stream": about.get("LatestStreamArn") if streams else None,
    }
