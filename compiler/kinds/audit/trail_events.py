"""Events that a trail records beyond those of management: reads and writes of data, and unusual activity."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import Sub, cloudtrail

from compiler.program.component import Value
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_INSIGHTS = ("ApiCallRateInsight", "ApiErrorRateInsight")


@frozen()
class DataEvents:
    """Which accesses to data are recorded: ``none``, ``write`` or ``all``."""

    objects: str
    buckets: tuple[str, ...]
    items: str
    functions: bool


def events(wanted: DataEvents | None, insights: bool, own_bucket: str) -> dict[str, Json]:
    """Properties of a trail; `own_bucket` is the logical id of the bucket that it writes to itself."""
    found: dict[str, Json] = {}
    selectors = list(_data(wanted, own_bucket)) if wanted else []
    if selectors:
        found["AdvancedEventSelectors"] = [_selector("Management events", _field("eventCategory", "Management"))]
        found["AdvancedEventSelectors"] += selectors
    if insights:
        found["InsightSelectors"] = [cloudtrail.InsightSelector(InsightType=one) for one in _INSIGHTS]
    return found


def _data(wanted: DataEvents, own_bucket: str) -> Iterator[cloudtrail.AdvancedEventSelector]:
    if wanted.objects != "none":
        yield _of("Objects", "AWS::S3::Object", wanted.objects, _objects(wanted.buckets, own_bucket))
    if wanted.items != "none":
        yield _of("Items of tables", "AWS::DynamoDB::Table", wanted.items)
    if wanted.functions:
        yield _of("Functions", "AWS::Lambda::Function", "all")


def _objects(buckets: tuple[str, ...], own_bucket: str) -> cloudtrail.AdvancedFieldSelector:
    """Not the trail's own files: each would be an event that makes another file."""
    if buckets:
        named: list[Value] = [Sub(f"arn:${{AWS::Partition}}:s3:::{name}/") for name in sorted(buckets)]
        return cloudtrail.AdvancedFieldSelector(Field="resources.ARN", StartsWith=named)
    return cloudtrail.AdvancedFieldSelector(Field="resources.ARN", NotStartsWith=[Sub(f"${{{own_bucket}.Arn}}/")])


def _of(name: str, kind: str, access: str, *more: cloudtrail.AdvancedFieldSelector) -> cloudtrail.AdvancedEventSelector:
    written = (_field("readOnly", "false"),) if access == "write" else ()
    fields = (_field("eventCategory", "Data"), _field("resources.type", kind), *written, *more)
    return _selector(name, *fields)


def _selector(name: str, *fields: cloudtrail.AdvancedFieldSelector) -> cloudtrail.AdvancedEventSelector:
    return cloudtrail.AdvancedEventSelector(Name=name, FieldSelectors=list(fields))


def _field(name: str, value: str) -> cloudtrail.AdvancedFieldSelector:
    return cloudtrail.AdvancedFieldSelector(Field=name, Equals=[value])
