"""The functions of orders.yaml. Where each thing is, its function's environment says."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from typing import Any

import boto3

Event = dict[str, Any]


def api(event: Event, context: object) -> Event:
    """POST /orders takes an order, GET /orders/{id} tells how it is (payload 2.0 of an HTTP API)."""
    if event["requestContext"]["http"]["method"] == "POST":
        order = {"id": str(uuid.uuid4()), "lines": json.loads(event["body"])}
        boto3.client("sqs").send_message(QueueUrl=os.environ["PLACED_URL"], MessageBody=json.dumps(order))
        return _answer(202, {"id": order["id"]})
    found = _orders().get_item(Key={"id": event["pathParameters"]["id"]}).get("Item")
    return _answer(200, {"id": found["id"], "state": found["state"]}) if found else _answer(404, {})


def worker(event: Event, context: object) -> Event:
    """Keep each order, and ask for its receipt."""
    return _each(event, _keep)


def receipts(event: Event, context: object) -> Event:
    """Print the receipt of each order into the log."""
    return _each(event, lambda order: print(_orders().get_item(Key={"id": order["id"]})["Item"]))


def repair(event: Event, context: object) -> Event:
    """Begin to move dead letters back to the queues that they came from."""
    started = boto3.client("sqs").start_message_move_task(SourceArn=os.environ["FAILED_DEAD_LETTERS_ARN"])
    return {"task": started["TaskHandle"]}


def _keep(order: Event) -> None:
    _orders().put_item(Item={"id": order["id"], "lines": json.dumps(order["lines"]), "state": "accepted"})
    boto3.client("sqs").send_message(QueueUrl=os.environ["RECEIPTS_URL"], MessageBody=json.dumps({"id": order["id"]}))


def _each(event: Event, action: Callable[[Event], object]) -> Event:
    """Messages that fail come back alone, and are dead letters after a few tries."""
    failed = []
    for record in event["Records"]:
        try:
            action(json.loads(record["body"]))
        except Exception as problem:  # noqa: BLE001 - one bad message must not hold up the others
            print(f"{record['messageId']}: {problem!r}")
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _orders() -> Any:
    return boto3.resource("dynamodb").Table(os.environ["ORDERS_NAME"])


def _answer(status: int, body: Event) -> Event:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
