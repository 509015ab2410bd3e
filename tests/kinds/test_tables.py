"""Tables: what users may do, how keys become a table, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
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
    found: list[Json] = built(text)["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
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


BOUNDS = """{
  key: id,
  indexes: {by-day: {key: day}, by-name: {key: name, capacity: {read: 2, write: {min: 1, max: 9, target: 50}}}},
  billing: {read: {min: 5, max: 100}, write: 4}}"""


def scaling(settings: str) -> dict[str, Json]:
    """Logical id → properties of what scales, without what it scales."""
    found = built(f"tables: {{orders: {settings}}}\n")
    return {name: body["Properties"] for name, body in found.items() if "Scal" in name}


def test_units_with_bounds_scale_by_their_load() -> None:
    found = scaling(BOUNDS)
    assert set(found) == {
        f"OrdersTable{which}{noun}"
        for which in ("Read", "ByDayIndexRead", "ByNameIndexWrite")
        for noun in ("ScalableTarget", "Scaling")
    }
    assert found["OrdersTableReadScalableTarget"] == {
        "ServiceNamespace": "dynamodb",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
        "ResourceId": {"Fn::Sub": "table/${OrdersTable}"},
        "MinCapacity": 5,
        "MaxCapacity": 100,
    }
    index = found["OrdersTableByNameIndexWriteScalableTarget"]
    assert index["ScalableDimension"] == "dynamodb:index:WriteCapacityUnits"
    assert index["ResourceId"] == {"Fn::Sub": "table/${OrdersTable}/index/by-name"}
    policy = found["OrdersTableByNameIndexWriteScaling"]
    assert policy["ScalingTargetId"] == {"Ref": "OrdersTableByNameIndexWriteScalableTarget"}
    assert policy["TargetTrackingScalingPolicyConfiguration"] == {
        "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"},
        "TargetValue": 50,
    }
    assert found["OrdersTableReadScaling"]["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 70


def test_units_start_at_their_lower_bound_and_an_index_has_the_tables() -> None:
    properties = table(BOUNDS)["Properties"]
    assert properties["ProvisionedThroughput"] == {"ReadCapacityUnits": 5, "WriteCapacityUnits": 4}
    by_day, by_name = properties["GlobalSecondaryIndexes"]
    assert by_day["ProvisionedThroughput"] == {"ReadCapacityUnits": 5, "WriteCapacityUnits": 4}
    assert by_name["ProvisionedThroughput"] == {"ReadCapacityUnits": 2, "WriteCapacityUnits": 1}


@pytest.mark.parametrize("settings", ["{key: id}", "{key: id, billing: {read: 5, write: 5}}"])
def test_fixed_units_do_not_scale(settings: str) -> None:
    assert scaling(settings) == {}


OFF = ("OnDemandThroughput", "TableClass", "ContributorInsightsSpecification", "KinesisStreamSpecification")


@pytest.mark.parametrize(
    ("settings", "name", "value"),
    [
        ("on_demand_limits: {read: 9, write: 3}", OFF[0], {"MaxReadRequestUnits": 9, "MaxWriteRequestUnits": 3}),
        ("on_demand_limits: {write: 3}", OFF[0], {"MaxWriteRequestUnits": 3}),
        ("table_class: infrequent-access", OFF[1], "STANDARD_INFREQUENT_ACCESS"),
        ("contributor_insights: throttled", OFF[2], {"Enabled": True, "Mode": "THROTTLED_KEYS"}),
        ("contributor_insights: all", OFF[2], {"Enabled": True, "Mode": "ACCESSED_AND_THROTTLED_KEYS"}),
        ("stream_to: changes", OFF[3], {"StreamArn": {"Ref": "ChangesStreamArn"}}),
    ],
)
def test_what_a_setting_becomes(settings: str, name: str, value: Json) -> None:
    text = (
        f"tables: {{orders: {{key: id, indexes: {{by-day: {{key: day}}}}, {settings}}}}}\nstreams: {{changes: {{}}}}\n"
    )
    properties = built(text)["OrdersTable"]["Properties"]
    assert properties[name] == value
    assert [one for one in OFF if one in properties] == [name]
    (index,) = properties["GlobalSecondaryIndexes"]
    assert index.get(name) == (value if name in (OFF[0], OFF[2]) else None)


KEY = "arn:aws:kms:eu-west-1:222222222222:key/1234"
FAR = "arn:aws:kms:us-west-2:222222222222:key/5678"
COPIES = f"replicas: {{eu-west-1: {{key: '{KEY}'}}, us-west-2: {{key: '{FAR}'}}}}"


def copied(settings: str, environment: str = "dev") -> dict[str, Json]:
    found = built(f"tables: {{orders: {{key: id, {settings}}}}}\n", environment)
    assert "OrdersTable" not in found
    body: dict[str, Json] = found["OrdersTableGlobal"]
    return body


def test_a_table_with_copies_has_a_key_in_every_region() -> None:
    body = copied(COPIES, "prod")
    assert body["Type"] == "AWS::DynamoDB::GlobalTable"
    properties = body["Properties"]
    keys = {one["Region"]: one["SSESpecification"]["KMSMasterKeyId"] for one in properties["Replicas"]}
    assert keys == {"us-east-1": {"Ref": "PlatformKeyArn"}, "eu-west-1": KEY, "us-west-2": FAR}
    assert properties["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
    assert properties["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}
    assert all(one["PointInTimeRecoverySpecification"] == recovery for one in properties["Replicas"])
    assert all(one["DeletionProtectionEnabled"] for one in properties["Replicas"])
    assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_copies_with_the_key_that_aws_keeps_name_none_and_need_none() -> None:
    text = """
tables: {orders: {key: id, replicas: {eu-west-1: {key: aws-managed}}}}
functions: {job: {runtime: python3.13, code: ., handler: app.handler, uses: {orders: [read, write]}}}
"""
    found = built(text)
    assert not any("SSESpecification" in one for one in found["OrdersTableGlobal"]["Properties"]["Replicas"])
    statements = found["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert {action.split(":")[0] for one in statements for action in one["Action"]} == {"dynamodb"}


def test_copies_have_the_tags_of_the_platform() -> None:
    home, *others = copied(COPIES)["Properties"]["Replicas"]
    tags = [{"Key": "stackwright:environment", "Value": "dev"}, {"Key": "stackwright:platform", "Value": "demo"}]
    assert [one["Tags"] for one in others] == [tags, tags]
    assert "Tags" not in home


def test_users_of_a_table_with_copies_have_that_of_the_platforms_region_alone() -> None:
    text = f"""
tables: {{orders: {{key: id, {COPIES}}}}}
functions: {{job: {{runtime: python3.13, code: ., handler: app.handler, uses: {{orders: read}}}}}}
"""
    items, key = built(text)["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert items["Resource"] == [{"Fn::Sub": ARN.replace("OrdersTable", "OrdersTableGlobal")}]
    assert key["Resource"] == [{"Ref": "PlatformKeyArn"}]


def test_units_of_a_table_with_copies_are_its_own_scaling() -> None:
    settings = f"indexes: {{by-day: {{key: day}}}}, billing: {{read: 5, write: {{min: 2, max: 9}}}}, {COPIES}"
    properties = copied(settings)["Properties"]
    writes = {
        "WriteCapacityAutoScalingSettings": {
            "MinCapacity": 2,
            "MaxCapacity": 9,
            "SeedCapacity": 2,
            "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70},
        }
    }
    (index,) = properties["GlobalSecondaryIndexes"]
    assert properties["WriteProvisionedThroughputSettings"] == index["WriteProvisionedThroughputSettings"] == writes
    for replica in properties["Replicas"]:
        assert replica["ReadProvisionedThroughputSettings"] == {"ReadCapacityUnits": 5}
        assert [one["IndexName"] for one in replica["GlobalSecondaryIndexes"]] == ["by-day"]
    assert not any("Scal" in name for name in built(f"tables: {{orders: {{key: id, {settings}}}}}\n"))


def test_only_the_table_itself_sends_to_a_stream() -> None:
    text = f"tables: {{orders: {{key: id, stream_to: changes, {COPIES}}}}}\nstreams: {{changes: {{}}}}\n"
    home, *others = built(text)["OrdersTableGlobal"]["Properties"]["Replicas"]
    assert home["KinesisStreamSpecification"] == {"StreamArn": {"Ref": "ChangesStreamArn"}}
    assert not any("KinesisStreamSpecification" in one for one in others)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{key: id, billing: {read: {min: 5, max: 5}, write: 5}}", "scale-limits"),
        ("{key: id, billing: {read: {min: 5}, write: 5}}", "missing-property"),
        ("{key: id, billing: {read: {min: 5, max: 9, target: 95}, write: 5}}", "out-of-range"),
        ("{key: id, billing: {read: 5, write: 5}, on_demand_limits: {read: 9}}", "unused-setting"),
        ("{key: id, stream_to: queue}", "unknown-component"),
        ("{key: id, replicas: {eu-west-1: {}}}", "missing-property"),
        ("{key: id, replicas: {europe: {key: aws-managed}}}", "bad-name"),
        ("{key: id, replicas: {eu-west-1: {key: alias/mine}}}", "bad-value"),
        ("{key: id, replicas: {us-east-1: {key: aws-managed}}}", "table-replica"),
        (f"{{key: id, replicas: {{eu-west-1: {{key: '{FAR}'}}}}}}", "table-replica"),
        (f"{{key: id, replicas: {{eu-west-1: {{key: '{KEY}'}}, us-west-2: {{key: aws-managed}}}}}}", "table-replica"),
        (f"{{key: id, stream: new, {COPIES}}}", "table-replica"),
        (f"{{key: id, billing: {{read: 5, write: 5}}, {COPIES}}}", "table-replica"),
        (
            "{key: id, billing: {read: {min: 1, max: 2}, write: 1},"
            " indexes: {by-day: {key: day}, by_day: {key: [day, id]}}}",
            "table-index",
        ),
    ],
)
def test_faults_of_scaling_and_copies(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}tables: {{orders: {settings}}}\n")} == {code}


@pytest.mark.parametrize(
    "settings",
    [
        "{key: id, billing: {read: 1, write: 1}, indexes: {by-day: {key: day}, by_day: {key: [day, id]}}}",
        f"{{key: id, stream: both, {COPIES}}}",
        f"{{key: id, billing: {{read: 5, write: {{min: 1, max: 2}}}}, {COPIES}}}",
    ],
)
def test_what_is_just_right_with_copies(settings: str) -> None:
    assert faults(f"{HEAD}tables: {{orders: {settings}}}\n") == ()


@pytest.mark.parametrize("other", ["queues", "topics", "buses"])
def test_only_a_stream_takes_the_changes(other: str) -> None:
    text = f"{HEAD}tables: {{orders: {{key: id, stream_to: there}}}}\n{other}: {{there: {{}}}}\n"
    assert [(one.code, one.suggestion) for one in faults(text)] == [("wrong-kind", "use a component of: streams")]
