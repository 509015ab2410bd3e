"""Tables: what users may do, how keys become a table, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
"""
ARN = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${OrdersTable}"


def built(text: str, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}", environment)))


def table(settings: str, environment: str = "dev") -> dict[str, Json]:
    body: dict[str, Json] = built(f"tables: {{orders: {settings}}}\n", environment)["OrdersTable"]
    return body


def access(verb: str) -> list[Json]:
    """What a function that does `verb` with a table may do."""
    text = f"""
tables: {{orders: {{key: id, indexes: {{by-day: {{key: day}}}}}}}}
functions:
  job: {{runtime: python3.13, code: ., handler: app.handler, uses: {{orders: {verb}}}}}
"""
    found: list[Json] = built(text)["JobAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return found


ALLOWED = {
    "read": {"BatchGetItem", "ConditionCheckItem", "DescribeTable", "GetItem", "Query", "Scan"},
    "write": {"BatchWriteItem", "ConditionCheckItem", "DeleteItem", "DescribeTable", "PutItem", "UpdateItem"},
}
WHERE = {
    "read": [{"Fn::Sub": ARN}, {"Fn::Sub": f"{ARN}/index/by-day"}],
    "write": [{"Fn::Sub": ARN}],
}


@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_verb_allows_its_actions_on_that_table(verb: str) -> None:
    items, key = access(verb)
    assert set(items["Action"]) == {f"dynamodb:{action}" for action in ALLOWED[verb]}
    assert items["Resource"] == WHERE[verb]
    assert key["Resource"] == [{"Ref": "PlatformKeyArn"}]
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}


@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_verb_allows_no_more_than_that(verb: str) -> None:
    found = access(verb)
    assert len(found) == 2
    assert not any("*" in action for one in found for action in one["Action"])
    assert not any(resource == "*" for one in found for resource in one["Resource"])
    assert ("kms:GenerateDataKey" in found[1]["Action"]) == (verb == "write")
    assert "kms:CreateGrant" not in found[1]["Action"]


@pytest.mark.parametrize(("environment", "protected", "policy"), [("dev", False, "Delete"), ("prod", True, "Retain")])
def test_a_table_is_encrypted_and_can_be_brought_back(environment: str, protected: bool, policy: str) -> None:
    body = table("{key: id}", environment)
    properties = body["Properties"]
    assert properties["SSESpecification"] == {
        "SSEEnabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": {"Ref": "PlatformKeyArn"},
    }
    recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}
    assert properties["PointInTimeRecoverySpecification"] == recovery
    assert properties["DeletionProtectionEnabled"] is protected
    assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == (policy, "Retain")


SCHEMA = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]


@pytest.mark.parametrize(
    ("settings", "length", "kind"),
    [
        ("{key: id}", 1, None),
        ("{key: [id]}", 1, None),
        ("{key: {partition: id}}", 1, None),
        ("{key: [id, at]}", 2, "S"),
        ("{key: [id, at], types: {at: N}}", 2, "N"),
        ("{key: {partition: id, sort: at}, types: {at: N}}", 2, "N"),
        ("{key: {partition: {name: id, type: S}, sort: {name: at, type: B}}}", 2, "B"),
    ],
)
def test_a_key_may_be_written_in_many_ways(settings: str, length: int, kind: str | None) -> None:
    properties = table(settings)["Properties"]
    assert properties["KeySchema"] == SCHEMA[:length]
    types = {one["AttributeName"]: one["AttributeType"] for one in properties["AttributeDefinitions"]}
    assert types == {"id": "S"} | ({"at": kind} if kind else {})


INDEXES = """{
  key: [id, at],
  indexes: {
    by-day: {key: day, capacity: {read: 2, write: 3}},
    by-name: {key: [name, id], projection: include, include: [title]},
    local: {key: [id, name], local: true, projection: keys}},
  billing: {read: 5, write: 6}, stream: both, ttl: gone_at}"""


def test_indexes_and_units() -> None:
    properties = table(INDEXES)["Properties"]
    by_day, by_name = properties["GlobalSecondaryIndexes"]
    assert by_day["ProvisionedThroughput"] == {"ReadCapacityUnits": 2, "WriteCapacityUnits": 3}
    assert by_name["ProvisionedThroughput"] == {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    assert by_name["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["title"]}
    (local,) = properties["LocalSecondaryIndexes"]
    assert local["Projection"] == {"ProjectionType": "KEYS_ONLY"} and "ProvisionedThroughput" not in local
    assert properties["BillingMode"] == "PROVISIONED"
    assert properties["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "gone_at", "Enabled": True}
    assert {one["AttributeName"] for one in properties["AttributeDefinitions"]} == {"id", "at", "day", "name"}


def test_on_demand_has_no_units() -> None:
    properties = table("{key: id, indexes: {by-day: {key: day}}}")["Properties"]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert "ProvisionedThroughput" not in properties
    assert "ProvisionedThroughput" not in properties["GlobalSecondaryIndexes"][0]


def many(count: int, local: str, include: int = 0) -> str:
    names = ", ".join(f"a{number}" for number in range(include))
    more = f", projection: include, include: [{names}]" if include else ""
    indexes = (f"i{number:03}: {{key: [id, k{number}], local: {local}{more}}}" for number in range(count))
    return f"{{key: [id, at], indexes: {{{', '.join(indexes)}}}}}"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{}", "missing-property"),
        ("{key: [a, b, c]}", "out-of-range"),
        ("{key: {sort: at}}", "missing-property"),
        ("{key: {partition: id, sort: id}}", "table-key"),
        ("{key: id, types: {day: N}}", "table-type"),
        ("{key: {partition: {name: id, type: N}}, types: {id: B}}", "table-type"),
        ("{key: id, types: {id: X}}", "not-allowed"),
        ("{key: id, billing: monthly}", "bad-value"),
        ("{key: id, billing: {read: 5}}", "missing-property"),
        ("{key: id, ttl: id}", "table-ttl"),
        (many(21, "false"), "table-limit"),
        (many(6, "true"), "table-limit"),
        (many(6, "false", 20), "table-limit"),
        ("{key: id, indexes: {near: {key: [id, at], local: true}}}", "table-index"),
        ("{key: [id, at], indexes: {near: {key: [day, name], local: true}}}", "table-index"),
        ("{key: [id, at], indexes: {near: {key: [id, at], local: true}}}", "table-index"),
        ("{key: [id, at], indexes: {near: {key: id, local: true}}}", "table-index"),
        ("{key: id, indexes: {near: {key: at, include: [x]}}}", "table-index"),
        ("{key: id, indexes: {near: {key: at, projection: include}}}", "table-index"),
        ("{key: id, indexes: {near: {key: at, capacity: {read: 1, write: 1}}}}", "table-index"),
        ("{key: id, indexes: {ab: {key: at}}}", "bad-name"),
    ],
)
def test_faults(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}tables: {{orders: {settings}}}\n")} == {code}


@pytest.mark.parametrize("settings", [many(20, "false"), many(5, "true"), "{key: id, ttl: at}"])
def test_what_is_just_right(settings: str) -> None:
    assert faults(f"{HEAD}tables: {{orders: {settings}}}\n") == ()
