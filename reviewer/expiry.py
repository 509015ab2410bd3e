"""Data that a change lets expire: AWS deletes it by itself some time after the update, what is there already too.

Sources: Expiring objects, and Resolving lifecycle conflicts (S3 user guide), SetQueueAttributes (SQS),
DecreaseStreamRetentionPeriod (Kinesis), PutRetentionPolicy (CloudWatch Logs), Time to Live (DynamoDB), Lifecycle
policies (ECR). A secret is generated anew whenever a part of GenerateSecretString is another:
aws-cloudformation/cloudformation-coverage-roadmap #1161 and #2210.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from reviewer.causes import Causes
from reviewer.change import Change, Risk
from reviewer.reasons import place_behind
from reviewer.shapes import objects

Properties = Mapping[str, Json]


@frozen(eq=True)
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
_FILTERS = ("TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
"""Properties of a lifecycle rule that leave objects out which begin as it says."""
_DAY = _Kept("objects", "day", 86_400, None)
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def expiry_risks(causes: Causes, changes: Sequence[Change]) -> Iterator[Risk]:
    """A line for each store that from now on deletes by itself what it kept before, and for lost logs."""
    for change in changes:
        if _loses_logs(causes, change):
            text = "log events of the old log group are DELETED with it"
            yield Risk("data", change.component, text, place_behind(causes, change, ""))
        if change.action != "Modify" or change.replacement == "True":
            continue
        for detail in {detail.top: detail for detail in change.details}.values():
            for text, approval in _told(causes, change, detail.top):
                place = place_behind(causes, change, detail.top)
                yield Risk("data", change.component, text, place, approval=approval)


def _loses_logs(causes: Causes, change: Change) -> bool:
    """Whether a log group goes although its component stays; with that one nobody would look for them."""
    goes = change.replacement == "True" or (change.action == "Remove" and change.component in causes.sides.wanted)
    return change.resource_type == "AWS::Logs::LogGroup" and goes and not change.retained


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
        for scope, number in after.items():
            what = f"{noun} below `{scope.prefix}`" if scope.prefix else noun
            what = f"some {what}" if scope.others else what
            text = next(_shorter(_DAY, what, _soonest(before, scope), number), "")
            if text:
                yield text, approval


@frozen(eq=True)
class _Scope:
    """Objects that a lifecycle rule is for."""

    prefix: str
    others: str
    """What else than the beginning of its key an object must have; empty: nothing."""

    def holds(self, other: _Scope) -> bool:
        return other.prefix.startswith(self.prefix) and self.others in ("", other.others)


def _soonest(days: Mapping[_Scope, Json], scope: _Scope) -> Json:
    """After how many days what is in a scope is deleted: of several rules S3 takes the shortest time."""
    return _sooner([number for other, number in days.items() if other.holds(scope)])


def _sooner(numbers: Sequence[Json]) -> Json:
    """The smallest; one that is no number if there is one, since then it is not known; None where there is none."""
    unknown = [number for number in numbers if not str(number).isdigit()]
    return next(iter(unknown or sorted(numbers, key=lambda number: int(str(number)))), None)


def _current_days(properties: Properties) -> dict[_Scope, Json]:
    return _days(properties, lambda rule: rule.get("ExpirationInDays"))


def _former_days(properties: Properties) -> dict[_Scope, Json]:
    return _days(properties, lambda rule: _former(rule.get("NoncurrentVersionExpiration")))


def _former(expiration: Json) -> Json:
    return expiration.get("NoncurrentDays") if isinstance(expiration, Mapping) else None


def _days(properties: Properties, of: Callable[[Mapping[str, Json]], Json]) -> dict[_Scope, Json]:
    """Objects → days after which a rule that is on deletes them."""
    lifecycle = properties.get("LifecycleConfiguration")
    rules = objects(lifecycle.get("Rules")) if isinstance(lifecycle, Mapping) else ()
    found: dict[_Scope, Json] = {}
    for rule in rules:
        if rule.get("Status") == "Enabled" and of(rule) is not None:
            scope = _scope(rule)
            found[scope] = _sooner([of(rule), *([found[scope]] if scope in found else [])])
    return found


def _scope(rule: Mapping[str, Json]) -> _Scope:
    others = {name: rule[name] for name in _FILTERS if name in rule}
    return _Scope(str(rule.get("Prefix") or ""), json.dumps(others, sort_keys=True) if others else "")


def _items(old: Properties, new: Properties) -> Iterator[tuple[str, bool]]:
    before, after = _ttl(old), _ttl(new)
    if after and after != before:
        yield f"items are deleted once the time in their `{after}` has passed, what is there now included", False


def _ttl(properties: Properties) -> str:
    ttl = properties.get("TimeToLiveSpecification")
    on = isinstance(ttl, Mapping) and str(ttl.get("Enabled")).lower() == "true"
    return str(ttl.get("AttributeName", "")) if on and isinstance(ttl, Mapping) else ""


def _images(old: Properties, new: Properties) -> Iterator[tuple[str, bool]]:
    kept = _image_counts(old)
    if new.get("LifecyclePolicy") and not all(
        chosen in kept and kept[chosen] <= count for chosen, count in (_image_counts(new) or {"": 0}).items()
    ):
        yield "other images are deleted by its lifecycle policy, within a day", False


def _image_counts(properties: Properties) -> dict[str, int]:
    """Rule without its number → images or days that it keeps; empty where the policy can't be read."""
    policy = properties.get("LifecyclePolicy")
    try:
        read = json.loads(policy["LifecyclePolicyText"]) if isinstance(policy, Mapping) else {}
        rules = [(rule, rule["selection"]) for rule in read.get("rules", ())]
        return {
            json.dumps({**rule, "selection": {**chosen, "countNumber": 0}}, sort_keys=True): int(chosen["countNumber"])
            for rule, chosen in rules
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}


def _generated(old: Properties, new: Properties) -> Iterator[tuple[str, bool]]:
    if new.get("GenerateSecretString") is not None:
        yield (
            "the whole secret is generated anew: what was filled in by hand or rotated is lost, and nothing else hears "
            "of the new value; the former one stays as its previous version for now",
            True,
        )


_TELLERS: Mapping[tuple[str, str], Callable[[Properties, Properties], Iterator[tuple[str, bool]]]] = {
    ("AWS::DynamoDB::GlobalTable", "TimeToLiveSpecification"): _items,
    ("AWS::DynamoDB::Table", "TimeToLiveSpecification"): _items,
    ("AWS::ECR::Repository", "LifecyclePolicy"): _images,
    ("AWS::S3::Bucket", "LifecycleConfiguration"): _objects,
    ("AWS::SecretsManager::Secret", "GenerateSecretString"): _generated,
}
