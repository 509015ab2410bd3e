"""Answers HTTP API requests: who asked for what, and which components are wired in."""

from __future__ import annotations

import json
import os
from typing import Any

WIRED = ("MAIN_HOST", "SESSIONS_HOST", "MEDIA_NAME", "EMAIL_URL", "NOTIFICATIONS_ARN")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Lambda proxy integration, payload 2.0."""
    request = event.get("requestContext", {}).get("http", {})
    body = {
        "method": request.get("method"),
        "path": event.get("rawPath"),
        "wired": {name: name in os.environ for name in WIRED},
    }
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
