"""The functions of tenants.yaml. Where each thing is, its function's environment says."""

from __future__ import annotations

import json
import os
import uuid
from typing import Any

import boto3

Event = dict[str, Any]


def intake(event: Event, context: object) -> Event:
    """POST /{tenant} puts a job into the tenant's queue (payload 2.0 of an HTTP API)."""
    tenant = str(event["pathParameters"]["tenant"])
    queue = os.environ.get(f"JOBS_{tenant.upper()}_URL")
    if queue is None:
        return {"statusCode": 404, "body": json.dumps({"error": "there is no such tenant"})}
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=event["body"])
    return {"statusCode": 202, "body": "{}"}


def worker(event: Event, context: object) -> Event:
    """Keep each job as an item of the tenant; the queue gives again what failed."""
    items = boto3.resource("dynamodb").Table(os.environ["ITEMS_NAME"])
    failed = []
    for record in event["Records"]:
        try:
            items.put_item(Item={"id": str(uuid.uuid4()), "tenant": os.environ["TENANT"], "job": record["body"]})
        except Exception as problem:  # noqa: BLE001 - one bad job must not hold up the others
            print(f"{record['messageId']}: {problem!r}")
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
