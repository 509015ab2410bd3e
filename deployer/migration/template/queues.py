"""`AWS::SQS::Queue` as a component of `queues`, where it has nothing else."""

from __future__ import annotations

from compiler.source.json_value import Json

TYPE = "AWS::SQS::Queue"
SECTION = "queues"
ATTRIBUTES = {"": "url", "Arn": "arn", "QueueName": "name", "QueueUrl": "url"}
POLICY = ("AWS::SQS::QueuePolicy", "Queues")
_SECONDS = {
    "VisibilityTimeout": ("visibility_seconds", 30),
    "ReceiveMessageWaitTimeSeconds": ("wait_seconds", 0),
    "DelaySeconds": ("delay_seconds", 0),
}
"""Property → setting, and what SQS takes without it (SQS API reference, SetQueueAttributes)."""
_FLAGS = ("FifoQueue", "ContentBasedDeduplication", "SqsManagedSseEnabled")
_RETENTION = "MessageRetentionPeriod"
_REDRIVE = "RedrivePolicy"
_DAYS = 86_400
_USUAL_DAYS = 4
_TO = ".arn}"


def native(properties: dict[str, Json]) -> dict[str, Json] | None:
    """The settings; None where a property has no setting."""
    if not properties.keys() <= {"QueueName", _RETENTION, _REDRIVE, *_SECONDS, *_FLAGS}:
        return None
    settings: dict[str, Json] = {}
    if _true(properties.get("FifoQueue")):
        settings = {"fifo": True, "content_deduplication": _true(properties.get("ContentBasedDeduplication"))}
    settings |= _kept(int(properties.get(_RETENTION, _USUAL_DAYS * _DAYS)))
    settings |= {name: int(properties.get(key, usual)) for key, (name, usual) in _SECONDS.items()}
    if _REDRIVE not in properties:
        return settings
    target = properties[_REDRIVE]["deadLetterTargetArn"]
    if not isinstance(target, str) or not target.startswith(f"${{{SECTION}.") or not target.endswith(_TO):
        return None
    name = target.removeprefix(f"${{{SECTION}.").removesuffix(_TO)
    return {**settings, "dead_letter": {"queue": name, "after": int(properties[_REDRIVE]["maxReceiveCount"])}}


def _true(value: Json) -> bool:
    return str(value).lower() == "true"


def _kept(seconds: int) -> dict[str, Json]:
    """Whole days, or a text where the time has a finer grain."""
    if seconds % _DAYS:
        return {"retention_days": f"{seconds}s"}
    return {} if seconds == _USUAL_DAYS * _DAYS else {"retention_days": seconds // _DAYS}
