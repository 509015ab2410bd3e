"""EventBridge rules that run a function: for events of a bus, of AWS services, and of a bucket's objects."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, GetAtt, awslambda, events

from compiler.kinds.functions.runnable import Runnable
from compiler.kinds.functions.trigger import Trigger
from compiler.program.component import Platform
from compiler.shared.deliveries import SERVICE
from compiler.shared.digest import mark
from compiler.shared.json_text import json_text
from compiler.source.json_value import Json

_DETAIL_TYPES = {
    "created": "Object Created",
    "deleted": "Object Deleted",
    "restored": "Object Restore Completed",
    "tagged": "Object Tags Added",
    "untagged": "Object Tags Deleted",
}
"""Source: S3 user guide, "EventBridge event message structure"."""


def pattern_rule(platform: Platform, function: Runnable, one: Trigger) -> Iterator[AWSObject]:
    """Of a bus of the platform, or of the account's own one to which AWS services send."""
    options = {"EventBusName": platform.components[one.bus].attributes()["name"]} if one.bus else {}
    where = platform.stem(one.bus) if one.bus else "DefaultBus"
    logical_id = f"{function.main_id}From{where}{mark(json_text(one.pattern))}"
    options["EventPattern"] = dict(one.pattern or {})
    yield from _rule(platform, function, one, (logical_id, options))


def bucket_rule(platform: Platform, function: Runnable, one: Trigger) -> Iterator[AWSObject]:
    """S3 sends a bucket's events to the account's own bus."""
    said = json_text([sorted(one.events or ()), one.prefix, one.suffix])
    logical_id = f"{function.main_id}From{platform.stem(str(one.bucket))}{mark(said)}"
    name = platform.components[str(one.bucket)].attributes()["name"]
    detail: dict[str, Json] = {"bucket": {"name": [name]}}
    key = _key(one.prefix, one.suffix)
    if key:
        detail["object"] = {"key": [key]}
    kinds = [_DETAIL_TYPES[event] for event in sorted(one.events or ())]
    pattern = {"source": ["aws.s3"], "detail-type": kinds, "detail": detail}
    yield from _rule(platform, function, one, (logical_id, {"EventPattern": pattern}))


def _key(prefix: str | None, suffix: str | None) -> dict[str, str]:
    """A list of two filters would be either of them; a wildcard is both."""
    if prefix and suffix:
        return {"wildcard": f"{prefix}*{suffix}"}
    said = {"prefix": prefix, "suffix": suffix}
    return {name: value for name, value in said.items() if value}


def _rule(
    platform: Platform, function: Runnable, one: Trigger, rule: tuple[str, dict[str, Json]]
) -> Iterator[AWSObject]:
    logical_id, options = rule
    lost: dict[str, Json] = {}
    if one.undelivered:
        queue = platform.components[one.undelivered].attributes()["arn"]
        lost["DeadLetterConfig"] = events.DeadLetterConfig(Arn=queue)
    yield events.Rule(
        logical_id,
        Description=f"Runs {function.path}",
        State="ENABLED",
        Targets=[events.Target(Id=function.name, Arn=function.arn, **lost)],
        **options,
    )
    yield awslambda.Permission(
        f"{logical_id}Permission",
        Action="lambda:InvokeFunction",
        FunctionName=function.run_by,
        Principal=SERVICE,
        SourceArn=GetAtt(logical_id, "Arn"),
    )
