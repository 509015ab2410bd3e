"""What the splitter runs: Python that needs nothing but Lambda's own runtime, and stands whole in the template."""

SOURCE = """\
import base64
import gzip
import json
import os
import time

import boto3

firehose = boto3.client("firehose")
MOST_RECORDS = 500
MOST_BYTES = 4000000
MOST_TEXT = 900000
TRIES = 6


def handler(event, context):
    data = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if data["messageType"] == "DATA_MESSAGE":
        for batch in batches([document(data, one) for one in data["logEvents"]]):
            send(batch)


def document(data, event):
    seconds, milliseconds = divmod(event["timestamp"], 1000)
    when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    found = {
        "@timestamp": f"{when}.{milliseconds:03d}Z",
        "id": event["id"],
        "account": data["owner"],
        "log_group": data["logGroup"],
        "log_stream": data["logStream"],
        "message": event["message"].encode()[:MOST_TEXT].decode(errors="ignore"),
    }
    fields = parsed(event["message"])
    whole = json.dumps({**found, "fields": fields} if fields else found).encode()
    return whole if len(whole) < MOST_TEXT else json.dumps(found, ensure_ascii=False).encode()


def parsed(message):
    if os.environ["FIELDS"] != "true" or not message.lstrip().startswith("{"):
        return None
    try:
        return json.loads(message)
    except ValueError:
        return None


def batches(documents):
    batch, size = [], 0
    for one in documents:
        if batch and (len(batch) == MOST_RECORDS or size + len(one) > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append({"Data": one})
        size += len(one)
    if batch:
        yield batch


def send(records):
    for attempt in range(TRIES):
        answer = firehose.put_record_batch(DeliveryStreamName=os.environ["STREAM"], Records=records)
        states = zip(records, answer["RequestResponses"])
        records = [record for record, state in states if "ErrorCode" in state]
        if not records:
            return
        time.sleep(2**attempt)
    raise RuntimeError(f"Firehose did not take {len(records)} log events")
"""
