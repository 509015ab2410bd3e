"""Works through the processing queue; what fails is reported one by one, so that the rest is not tried again."""

from __future__ import annotations

import json
from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """SQS event source with partial batch responses."""
    failed = [record["messageId"] for record in event.get("Records", []) if not process(record["body"])]
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}


def process(body: str) -> bool:
    """Whether a message could be processed: here, whether it is a JSON object with a ``job``."""
    try:
        message = json.loads(body)
    except ValueError:
        return False
    return isinstance(message, dict) and "job" in message
