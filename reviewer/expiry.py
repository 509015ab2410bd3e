"""Data that a change lets expire: AWS deletes it by itself some time after the update, what is there already too.

Sources: Expiring objects (S3 user guide), SetQueueAttributes (SQS), DecreaseStreamRetentionPeriod (Kinesis),
PutRetentionPolicy (CloudWatch Logs), Time to Live (DynamoDB), Lifecycle policies (ECR).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from compiler.source.json_value import Json
from reviewer.causes import Causes
from reviewer.change import Change, Risk
from reviewer.reasons import place_behind
from reviewer.shapes import objects

Properties = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A period for which a type keeps what is in it."""

    what: str
    """What is deleted."""
    unit: str
    seconds: int
    """Of one unit of the property."""
    default: int | None
    """Of the property, in its unit; None where all is kept."""


_KEPT: Mapping[tuple[str, str], _Kept] = {
    ("AWS::Kinesis::Stream", "RetentionPeriodHours"): _Kept("records", "hour", 3_600, 24),
    ("AWS::Logs::LogGroup", "RetentionInDays"): _Kept("log events", "day", 86_400, None),
    ("AWS::SQS::Queue", "MessageRetentionPeriod"): _Kept("messages", "second", 1, 345_600),
}
_DAY = _Kept("objects", "day", 86_400, None)
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def expiry_risks(causes: Causes, changes: Sequence[Change]) -> Iterator[Risk]:
    """A line for each store that from now on deletes by itself what it kept before."""
    for change in changes:
        if change.action != "Modify" or change.replacement == "True":
            continue
        for detail in {detail.top: detail for detail in change.details}.values():
            for text, approval in _told(causes, change, detail.top):
                place = place_behind(causes, change, detail.top)
                yield Risk("data", change.component, text, place, approval=approval)


def _told(causes: Causes, change: Change, top: str) -> Iterator[tuple[str, bool]]:
    """What the change of one property deletes, and whether somebody has to approve of it."""
    old, new = causes.sides.properties(causes.sides.address(change))
    kept, teller = _KEPT.get((change.resource_type, top)), _TELLERS.get((change.resource_type, top))
    if kept is not None:
        before, after = old.get(top, kept.default), new.get(top, kept.default)
        yield from ((text, False) for text in _shorter(kept, kept.what, before, after))
    if teller is not None:
        yield from teller(old, new)


def _shorter(kept: _Kept, what: str, before: Json, after: Json) -> Iterator[str]:
    """Told where less is kept than before; None keeps all, and what is no number is not known."""
    numbers = (after is None or str(after).isdigit()) and (before is None or str(before).isdigit())
    if numbers and after is not None and (before is None or int(after) < int(before)):
        was = "kept before" if before is None else f"after {_span(kept, before)} before"
        yield f"{what} are deleted after {_span(kept, after)} ({was}), what is there now included"


def _span(kept: _Kept, number: Json) -> str:
    seconds = int(str(number)) * kept.seconds
    unit, size = next((unit, size) for unit, size in _UNITS if seconds % size == 0)
    return f"{seconds // size} {unit}{'' if seconds == size else 's'}"


def _objects(old: Properties, new: Properties) -> Iterator[tuple[str, bool]]:
    """Objects of a bucket, by the beginning of their key, and their former versions."""
    for days, noun, approval in ((_current_days, "objects", True), (_former_days, "former versions of objects", False)):
        before, after = days(old), days(new)
        for prefix, number in after.items():
            what = f"{noun} below `{prefix}`" if prefix else noun
            text = next(_shorter(_DAY, what, before.get(prefix, before.get("")), number), "")
            if text:
                yield text, approval


def _current_days(properties: Properties) -> dict[str, Json]:
    return _days(properties, lambda rule: rule.get("ExpirationInDays"))


def _former_days(properties: Properties) -> dict[str, Json]:
    return _days(properties, lambda rule: _former(rule.get("NoncurrentVersionExpiration")))


def _former(expiration: Json) -> Json:
    return expiration.get("NoncurrentDays") if isinstance(expiration, Mapping) else None


def _days(properties: Properties, of: Callable[[Mapping[str, Json]], Json]) -> dict[str, Json]:
    """Beginning of the key → days after which a rule that is on deletes."""
    lifecycle = properties.get("LifecycleConfiguration")
    rules = objects(lifecycle.get("Rules")) if isinstance(lifecycle, Mapping) else ()
    on = [rule for rule in rules if rule.get("Status") == "Enabled" and of(rule) is not None]
    return {str(rule.get("Prefix") or ""): of(rule) for rule in on}


def _items(old: Properties, new: Properties) -> Iterator[tuple[str, bool]]:
    before, after = _ttl(old), _ttl(new)
    if after and after != before:
        yield f"items are deleted once the time in their `{after}` has passed, what is there now included", False


def _ttl(properties: Properties) -> str:
    ttl = properties.get("TimeToLiveSpecification")
    on = isinstance(ttl, Mapping) and str(ttl.get("Enabled")).lower() == "true"
    return str(ttl.get("AttributeName", "")) if on and isinstance(ttl, Mapping) else ""


def _images(old: Properties, new: Properties) -> Iterator[tuple[str, bool]]:
    if new.get("LifecyclePolicy"):
        yield "other images are deleted by its lifecycle policy, within a day", False


_TELLERS: Mapping[tuple[str, str], Callable[[Properties, Properties], Iterator[tuple[str, bool]]]] = {
    ("AWS::DynamoDB::GlobalTable", "TimeToLiveSpecification"): _items,
    ("AWS::DynamoDB::Table", "TimeToLiveSpecification"): _items,
    ("AWS::ECR::Repository", "LifecyclePolicy"): _images,
    ("AWS::S3::Bucket", "LifecycleConfiguration"): _objects,
}
