"""`AWS::DynamoDB::Table` as a component of `tables`, where it has nothing else."""

from __future__ import annotations

from compiler.source.json_value import Json

TYPE = "AWS::DynamoDB::Table"
SECTION = "tables"
VERBS = ("read", "write")
ATTRIBUTES = {"": "name", "Arn": "arn"}
_KNOWN = frozenset(
    {
        "TableName",
        "AttributeDefinitions",
        "BillingMode",
        "KeySchema",
        "LocalSecondaryIndexes",
        "GlobalSecondaryIndexes",
        "TimeToLiveSpecification",
        "PointInTimeRecoverySpecification",
        "StreamSpecification",
    }
)
_PROJECTIONS = {"ALL": "all", "KEYS_ONLY": "keys", "INCLUDE": "include"}
_STREAMS = {"KEYS_ONLY": "keys", "NEW_IMAGE": "new", "OLD_IMAGE": "old", "NEW_AND_OLD_IMAGES": "both"}


def native(properties: dict[str, Json]) -> dict[str, Json] | None:
    """The settings; None where a property has no setting."""
    if not properties.keys() <= _KNOWN or properties.get("BillingMode") != "PAY_PER_REQUEST":
        return None
    settings: dict[str, Json] = {"key": _key(properties["KeySchema"])}
    types = {row["AttributeName"]: row["AttributeType"] for row in properties["AttributeDefinitions"]}
    settings["types"] = {name: one for name, one in types.items() if one != "S"} or None
    local, other = properties.get("LocalSecondaryIndexes", ()), properties.get("GlobalSecondaryIndexes", ())
    indexes = {row["IndexName"]: {**_index(row), "local": True} for row in local}
    settings["indexes"] = {**indexes, **{row["IndexName"]: _index(row) for row in other}} or None
    ttl = properties.get("TimeToLiveSpecification", {})
    settings["ttl"] = ttl.get("AttributeName") if ttl.get("Enabled") else None
    stream = properties.get("StreamSpecification", {}).get("StreamViewType")
    settings["stream"] = _STREAMS[stream] if stream else None
    recovery = properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled")
    settings["point_in_time_recovery"] = recovery
    return {key: value for key, value in settings.items() if value is not None}


def _key(schema: list[Json]) -> Json:
    names = [row["AttributeName"] for row in sorted(schema, key=lambda row: str(row["KeyType"]))]
    return names[0] if len(names) == 1 else names


def _index(row: dict[str, Json]) -> dict[str, Json]:
    projection = row.get("Projection", {})
    kind = _PROJECTIONS[projection.get("ProjectionType", "ALL")]
    more = {"include": projection["NonKeyAttributes"]} if kind == "include" else {}
    return {"key": _key(row["KeySchema"]), **({} if kind == "all" else {"projection": kind}), **more}
