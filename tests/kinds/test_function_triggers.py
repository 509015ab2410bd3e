"""Functions that streams, changes of tables, events of buses and of buckets run."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
streams: {clicks: {}}
tables: {profiles: {key: id, stream: both}, plain: {key: id}}
buckets: {uploads: {events: false}}
buses: {orders: {}}
queues: {failed: {}, ordered: {fifo: true}}
"""


def spec(trigger: str) -> str:
    basis = "runtime: python3.13, code: job, handler: app.handler"
    return f"{HEAD}functions: {{job: {{{basis}, triggers: [{trigger}]}}}}\n"


def built(trigger: str) -> dict[str, Json]:
    return dict(resources(compiled(spec(trigger))))


def access(trigger: str) -> dict[str, Json]:
    statements = built(trigger)["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return {one["Sid"]: one for one in statements}


def rule_of(found: dict[str, Json]) -> tuple[str, Json]:
    ((name, body),) = ((name, one) for name, one in found.items() if one["Type"] == "AWS::Events::Rule")
    return name, body["Properties"]


def test_a_stream_feeds_a_function_with_the_settings_of_its_trigger() -> None:
    settings = "batch: 200, window_seconds: 5, only_new: true, retries: 0, max_age_seconds: 60, split_on_error: true"
    found = built(f"{{stream: clicks, {settings}, parallel: 2, on_failure: failed, filter: {{data: {{a: [1]}}}}}}")
    mapping = found["JobFunctionFromClicksStream"]
    assert mapping["DependsOn"] == ["JobFunctionAccess"]
    assert mapping["Properties"] == {
        "FunctionName": {"Ref": "JobFunction"},
        "EventSourceArn": {"Ref": "ClicksStreamArn"},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BatchSize": 200,
        "MaximumBatchingWindowInSeconds": 5,
        "FilterCriteria": {"Filters": [{"Pattern": '{"data":{"a":[1]}}'}]},
        "StartingPosition": "LATEST",
        "MaximumRetryAttempts": 0,
        "MaximumRecordAgeInSeconds": 60,
        "ParallelizationFactor": 2,
        "BisectBatchOnFunctionError": True,
        "DestinationConfig": {"OnFailure": {"Destination": {"Ref": "FailedQueueArn"}}},
    }


def test_a_fed_function_may_read_that_stream_and_tell_of_failures() -> None:
    found = access("{stream: clicks, on_failure: failed}")
    assert set(found) == {"ClicksStreamFeed", "ClicksStreamFeed1", "FailedQueueFailures", "FailedQueueFailures1"}
    assert found["ClicksStreamFeed"]["Resource"] == [{"Ref": "ClicksStreamArn"}]
    assert found["ClicksStreamFeed1"]["Action"] == ["kms:Decrypt"]


def test_changes_of_a_table_feed_a_function() -> None:
    mapping = built("{table: profiles}")["JobFunctionFromProfilesTable"]["Properties"]
    assert mapping["EventSourceArn"] == {"Ref": "ProfilesTableStreamArn"}
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    changes = access("{table: profiles}")["ProfilesTableChanges"]
    arn = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${ProfilesTable}/stream/*"
    assert changes["Resource"] == [{"Fn::Sub": arn}]
    assert "dynamodb:GetRecords" in changes["Action"] and "dynamodb:GetItem" not in changes["Action"]


def test_events_of_a_bus_run_a_function_by_a_rule_in_its_own_stack() -> None:
    found = built("{pattern: {detail-type: [placed]}, bus: orders, undelivered: failed}")
    name, rule = rule_of(found)
    assert name.startswith("JobFunctionFromOrders")
    assert rule["EventBusName"] == {"Ref": "OrdersBus"} and rule["EventPattern"] == {"detail-type": ["placed"]}
    assert rule["Targets"] == [
        {
            "Id": "job",
            "Arn": {"Fn::GetAtt": ["JobFunction", "Arn"]},
            "DeadLetterConfig": {"Arn": {"Ref": "FailedQueueArn"}},
        }
    ]
    permission = found[f"{name}Permission"]["Properties"]
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": [name, "Arn"]}
    assert "UndeliveredEvents" in str(found["FailedQueuePolicy"]) and "JobFunctionAccess" not in found


def test_events_of_aws_services_need_no_bus() -> None:
    name, rule = rule_of(built("{pattern: {source: [aws.ecs]}}"))
    assert name.startswith("JobFunctionFromDefaultBus") and "EventBusName" not in rule


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ("", None),
        (", prefix: in/", {"prefix": "in/"}),
        (", suffix: .jpg", {"suffix": ".jpg"}),
        (", prefix: in/, suffix: .jpg", {"wildcard": "in/*.jpg"}),
    ],
)
def test_changes_of_a_bucket_run_a_function(keys: str, key: Json) -> None:
    found = built(f"{{bucket: uploads, events: [deleted, created]{keys}}}")
    _, rule = rule_of(found)
    wanted: dict[str, Json] = {"bucket": {"name": [{"Ref": "UploadsBucket"}]}}
    wanted |= {"object": {"key": [key]}} if key else {}
    assert rule["EventPattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created", "Object Deleted"],
        "detail": wanted,
    }
    told = found["UploadsBucket"]["Properties"]["NotificationConfiguration"]["EventBridgeConfiguration"]
    assert told == {"EventBridgeEnabled": True}


def test_a_bucket_can_run_a_function_for_several_kinds_of_objects() -> None:
    one, two = (
        "{bucket: uploads, events: [created], suffix: .jpg}",
        "{bucket: uploads, events: [created], suffix: .png}",
    )
    alone = {name for name in built(one) if "FromUploads" in name}
    both = {name for name in built(f"{two}, {one}") if "FromUploads" in name}
    assert len(alone) == 2 and len(both) == 4 and alone < both


@pytest.mark.parametrize(
    ("trigger", "code"),
    [
        ("{table: plain}", "no-stream"),
        ("{bucket: uploads}", "missing-property"),
        ("{bucket: uploads, events: [moved]}", "not-allowed"),
        ("{bucket: uploads, events: [created], prefix: 'a*'}", "bad-value"),
        ("{bus: orders}", "bad-trigger"),
        ("{pattern: {}}", "out-of-range"),
        ("{pattern: {source: [a]}, retries: 1}", "bad-trigger"),
        ("{stream: clicks, max_concurrency: 2}", "bad-trigger"),
        ("{stream: clicks, on_failure: ordered}", "fifo-limit"),
        ("{pattern: {source: [a]}, undelivered: ordered}", "fifo-limit"),
        ("{stream: clicks}, {stream: clicks, batch: 5}", "duplicate-value"),
        ("{pattern: {source: [a]}}, {pattern: {source: [a]}}", "duplicate-value"),
        ("{stream: failed}", "wrong-kind"),
        ("{table: clicks}", "wrong-kind"),
    ],
)
def test_what_a_trigger_can_not_be(trigger: str, code: str) -> None:
    assert {one.code for one in faults(spec(trigger))} == {code}
