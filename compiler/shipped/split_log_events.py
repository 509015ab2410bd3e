"""Gives Firehose a document for each event of a batch that CloudWatch Logs sends.

Sources: CloudWatch Logs user guide, "Subscription filters with AWS Lambda"; Firehose API reference, PutRecordBatch.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import boto3

MOST_RECORDS = 500
"""Of one call."""
MOST_BYTES = 4_000_000
"""Of one call, which takes 4 MiB."""
LONGEST = 900_000
"""Bytes of a document; a record takes 1,000 KiB."""
TRIES = 6
"""Of a call; after them Lambda runs the function again."""


def handler(event: Mapping[str, Any], context: Any) -> None:
    data = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if data["messageType"] != "DATA_MESSAGE":
        return  # CloudWatch Logs tries whether it reaches the function
    firehose: Any = boto3.client("firehose")
    for batch in batches([document(data, one) for one in data["logEvents"]]):
        send(firehose, batch)


def document(data: Mapping[str, Any], event: Mapping[str, Any]) -> bytes:
    """One line of JSON: the text of the event, and its fields if it is an object."""
    found = {
        "@timestamp": moment(event["timestamp"]),
        "id": event["id"],
        "account": data["owner"],
        "log_group": data["logGroup"],
        "log_stream": data["logStream"],
        "message": event["message"].encode()[:LONGEST].decode(errors="ignore"),
    }
    fields = parsed(event["message"])
    whole = json.dumps({**found, "fields": fields}).encode() if fields else b""
    return whole if 0 < len(whole) <= LONGEST else json.dumps(found, ensure_ascii=False).encode()


def moment(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{rest:03d}Z"


def parsed(message: str) -> Any:
    """The fields of an event that is a JSON object, where they are wanted."""
    if os.environ["FIELDS"] != "true" or not message.lstrip().startswith("{"):
        return None
    try:
        return json.loads(message)
    except ValueError:
        return None


def batches(documents: Sequence[bytes]) -> Iterator[list[dict[str, bytes]]]:
    """As many documents together as one call takes."""
    batch: list[dict[str, bytes]] = []
    size = 0
    for one in documents:
        if batch and (len(batch) == MOST_RECORDS or size + len(one) > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append({"Data": one})
        size += len(one)
    if batch:
        yield batch


def send(firehose: Any, batch: Sequence[Mapping[str, bytes]]) -> None:
    """Sends what Firehose did not take again. Raises RuntimeError when it does not take it at all."""
    for attempt in range(TRIES):
        answer = firehose.put_record_batch(DeliveryStreamName=os.environ["STREAM"], Records=batch)
        states = zip(batch, answer["RequestResponses"], strict=True)
        batch = [record for record, state in states if "ErrorCode" in state]
        if not batch:
            return
        time.sleep(2**attempt)
    raise RuntimeError(f"Firehose did not take {len(batch)} log events")
