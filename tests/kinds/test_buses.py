"""Buses: who may publish, where rules send events, and who lets them in."""

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
FUNCTION = "runtime: python3.13, code: job, handler: app.handler"
TARGETS = "queues: {jobs: {}, failed: {}, ordered: {fifo: true}}\ntopics: {news: {}}\nstreams: {clicks: {}}"
PATTERN = "{detail-type: [placed]}"


def built(text: str, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}", environment)))


def sent(to: str, more: str = "", settings: str = "") -> dict[str, Json]:
    rule = f"{{pattern: {PATTERN}, to: {to}{more}}}"
    return built(f"{TARGETS}\nbuses: {{orders: {{rules: {{placed: {rule}}}{settings}}}, audit: {{}}}}")


def access(verb: str) -> list[Json]:
    text = f"buses: {{orders: {{}}, others: {{}}}}\nfunctions: {{job: {{{FUNCTION}, uses: {{orders: {verb}}}}}}}"
    found: list[Json] = built(text)["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return found


def let_in(policy: Json) -> list[Json]:
    found: list[Json] = policy["Properties"]["PolicyDocument"]["Statement"]
    return [one for one in found if one["Effect"] == "Allow"]


@pytest.mark.parametrize("verb", ["publish"])
def test_a_verb_allows_putting_events_on_that_bus(verb: str) -> None:
    (put,) = access(verb)
    assert put["Action"] == ["events:PutEvents"] and put["Resource"] == [{"Ref": "OrdersBusArn"}]


@pytest.mark.parametrize("verb", ["publish"])
def test_a_verb_allows_no_more_than_that(verb: str) -> None:
    assert "*" not in str(access(verb)) and "OthersBus" not in str(access(verb))


def test_publish_gives_the_name() -> None:
    found = built(f"buses: {{orders: {{}}}}\nfunctions: {{job: {{{FUNCTION}, uses: {{orders: publish}}}}}}")
    assert found["JobFunction"]["Properties"]["Environment"]["Variables"] == {"ORDERS_NAME": {"Ref": "OrdersBus"}}


def test_a_bus_is_encrypted_and_the_key_lets_events_of_this_account_in() -> None:
    found = built("buses: {orders: {}}")
    assert found["OrdersBus"]["Properties"] == {
        "Name": "demo-dev-orders",
        "KmsKeyIdentifier": {"Ref": "PlatformKeyArn"},
    }
    statements = found["PlatformKey"]["Properties"]["KeyPolicy"]["Statement"]
    (events,) = (one for one in statements if one["Sid"] == "ServiceEvents")
    assert {"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"} <= set(events["Action"])
    assert events["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert "ServiceEvents" not in str(built("queues: {jobs: {}}")["PlatformKey"])


def test_a_queue_lets_in_the_rule_that_names_it_and_no_other() -> None:
    found = sent("jobs")
    (target,) = found["OrdersBusRulePlaced"]["Properties"]["Targets"]
    assert target == {"Id": "queues.jobs", "Arn": {"Fn::GetAtt": ["JobsQueue", "Arn"]}}
    (allow,) = let_in(found["JobsQueuePolicy"])
    assert allow["Principal"] == {"Service": "events.amazonaws.com"} and allow["Action"] == ["sqs:SendMessage"]
    assert allow["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["OrdersBusRulePlaced", "Arn"]}}}
    assert let_in(found["FailedQueuePolicy"]) == [] and "OrdersBusRole" not in found


MANY = "queues: {" + ", ".join(f"q{number}: {{}}" for number in range(8)) + "}"


def sent_to_many(count: int) -> dict[str, Json]:
    to = ", ".join(f"q{number}" for number in reversed(range(count)))
    return built(f"{MANY}\nbuses: {{orders: {{rules: {{placed: {{pattern: {PATTERN}, to: [{to}]}}}}}}}}")


def rules_of(found: dict[str, Json]) -> dict[str, list[str]]:
    rules = {name: one["Properties"] for name, one in found.items() if one["Type"] == "AWS::Events::Rule"}
    return {name: [target["Id"] for target in about["Targets"]] for name, about in rules.items()}


def test_five_targets_share_a_rule() -> None:
    assert rules_of(sent_to_many(5)) == {"OrdersBusRulePlaced": [f"queues.q{number}" for number in range(5)]}


def test_each_target_beyond_five_has_a_rule_of_the_same_pattern_that_comes_first() -> None:
    found = sent_to_many(8)
    rules = rules_of(found)
    first = rules.pop("OrdersBusRulePlaced")
    assert first == [f"queues.q{number}" for number in range(5)]
    assert list(rules.values()) == [["queues.q5"], ["queues.q6"], ["queues.q7"]]
    assert all(name.startswith("OrdersBusRulePlacedToQ") for name in rules)
    assert {str(found[name]["Properties"]["EventPattern"]) for name in (*rules, "OrdersBusRulePlaced")} == {
        str({"detail-type": ["placed"]})
    }
    assert found["OrdersBusRulePlaced"]["DependsOn"] == sorted(rules)


def test_a_queue_beyond_the_fifth_lets_in_the_rule_of_its_own() -> None:
    found = sent_to_many(7)
    (own,) = (name for name, targets in rules_of(found).items() if targets == ["queues.q6"])
    (allow,) = let_in(found["Q6QueuePolicy"])
    assert allow["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [own, "Arn"]}}}


def test_one_more_target_leaves_the_rules_of_the_others() -> None:
    before, after = rules_of(sent_to_many(7)), rules_of(sent_to_many(8))
    assert before.items() <= after.items()


def test_a_topic_lets_in_the_rule_that_names_it() -> None:
    (allow,) = let_in(sent("news")["NewsTopicPolicy"])
    assert allow["Action"] == ["sns:Publish"] and allow["Resource"] == [{"Ref": "NewsTopic"}]
    assert allow["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["OrdersBusRulePlaced", "Arn"]}}}


def test_streams_and_buses_are_reached_by_a_role_that_may_do_just_that() -> None:
    found = sent("[clicks, audit]")
    targets = found["OrdersBusRulePlaced"]["Properties"]["Targets"]
    assert all(one["RoleArn"] == {"Fn::GetAtt": ["OrdersBusRole", "Arn"]} for one in targets)
    trusted = found["OrdersBusRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
    assert trusted["Principal"] == {"Service": "events.amazonaws.com"}
    assert trusted["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    statements = found["OrdersBusAccess"]["Properties"]["PolicyDocument"]["Statement"]
    actions = {action for one in statements for action in one["Action"]}
    assert actions == {"events:PutEvents", "kinesis:PutRecord", "kinesis:PutRecords", "kms:GenerateDataKey"}
    assert found["OrdersBusRulePlaced"]["DependsOn"] == ["OrdersBusAccess"]


def test_what_could_not_be_delivered_is_kept() -> None:
    found = sent("jobs", settings=", undelivered: failed")
    queue = {"Arn": {"Fn::GetAtt": ["FailedQueue", "Arn"]}}
    assert found["OrdersBus"]["Properties"]["DeadLetterConfig"] == queue
    assert found["OrdersBusRulePlaced"]["Properties"]["Targets"][0]["DeadLetterConfig"] == queue
    (allow,) = let_in(found["FailedQueuePolicy"])
    events = {"Fn::Sub": "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:*"}
    assert allow["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnLike": {"aws:SourceArn": events},
    }


def test_a_rule_can_send_a_part_and_give_up_early() -> None:
    (target,) = sent("jobs", ", part: $.detail, retries: 0, max_age_seconds: 60")["OrdersBusRulePlaced"]["Properties"][
        "Targets"
    ]
    assert target["InputPath"] == "$.detail"
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}


@pytest.mark.parametrize(
    ("more", "name", "value"),
    [
        (", input: {a: 1, b: x}", "Input", '{"a":1,"b":"x"}'),
        (", input: Hello", "Input", '"Hello"'),
        (
            ", transform: {paths: {id: $.id}, template: {all: <id>, text: 'the <id>', event: [<aws.events.event>]}}",
            "InputTransformer",
            {
                "InputPathsMap": {"id": "$.id"},
                "InputTemplate": '{"all":<id>,"event":[<aws.events.event>],"text":"the <id>"}',
            },
        ),
        (
            ", transform: {paths: {id: $.id}, template: 'Order <id>'}",
            "InputTransformer",
            {"InputPathsMap": {"id": "$.id"}, "InputTemplate": '"Order <id>"'},
        ),
        (", transform: {template: {fixed: 1}}", "InputTransformer", {"InputTemplate": '{"fixed":1}'}),
        (", input: {to: '${audit.name}'}", "Input", {"Fn::Sub": '{"to":"${AuditBus}"}'}),
    ],
)
def test_a_rule_can_send_something_else(more: str, name: str, value: Json) -> None:
    (target,) = sent("jobs", more)["OrdersBusRulePlaced"]["Properties"]["Targets"]
    assert target[name] == value


def test_events_of_one_kind_go_to_one_shard() -> None:
    targets = sent("[clicks, jobs]", ", partition: $.detail.id")["OrdersBusRulePlaced"]["Properties"]["Targets"]
    paths = {one["Id"]: one.get("KinesisParameters") for one in targets}
    assert paths == {"streams.clicks": {"PartitionKeyPath": "$.detail.id"}, "queues.jobs": None}


@pytest.mark.parametrize(("environment", "keep"), [("dev", "Delete"), ("prod", "Retain")])
def test_an_archive_is_encrypted_and_kept_like_other_data(environment: str, keep: str) -> None:
    archive = built("buses: {orders: {archive_days: 0}}", environment)["OrdersBusArchive"]
    assert archive["Properties"]["RetentionDays"] == 0
    assert archive["Properties"]["KmsKeyIdentifier"] == {"Ref": "PlatformKeyArn"}
    assert (archive["DeletionPolicy"], archive["UpdateReplacePolicy"]) == (keep, "Retain")


@pytest.mark.parametrize(("environment", "keep"), [("dev", "Delete"), ("prod", "Retain")])
def test_a_bus_stays_as_long_as_its_archive(environment: str, keep: str) -> None:
    """An archive has a rule of AWS's own on the bus, and EventBridge deletes no bus that has rules."""
    bus = built("buses: {orders: {archive_days: 30}}", environment)["OrdersBus"]
    assert (bus["DeletionPolicy"], bus["UpdateReplacePolicy"]) == (keep, "Retain")
    assert "DeletionPolicy" not in built("buses: {orders: {}}", environment)["OrdersBus"]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (f"rules: {{a: {{pattern: {PATTERN}, to: ordered}}}}", "fifo-limit"),
        (f"rules: {{a: {{pattern: {PATTERN}, to: [jobs, ordered]}}}}", "fifo-limit"),
        ("undelivered: ordered", "fifo-limit"),
        ("undelivered: news", "wrong-kind"),
        (f"rules: {{a: {{pattern: {PATTERN}, to: job}}}}", "wrong-kind"),
        (f"rules: {{a: {{pattern: {PATTERN}, to: orders}}}}", "unknown-component"),
        (f"rules: {{a: {{pattern: {PATTERN}, to: [jobs, jobs]}}}}", "duplicate-value"),
        ("rules: {a: {to: jobs}}", "missing-property"),
        (f"rules: {{a: {{pattern: {PATTERN}, to: audit, part: $.a}}}}", "wrong-kind"),
        (f"rules: {{a: {{pattern: {PATTERN}, to: [jobs, audit], input: a}}}}", "wrong-kind"),
        (f"rules: {{a: {{pattern: {PATTERN}, to: jobs, part: $.a, input: a}}}}", "one-of-two"),
        (f"rules: {{a: {{pattern: {PATTERN}, to: jobs, transform: {{template: <a>}}}}}}", "unknown-placeholder"),
        (f"rules: {{a: {{pattern: {PATTERN}, to: jobs, partition: $.a}}}}", "unused-setting"),
        (f"rules: {{a: {{pattern: {PATTERN}, to: jobs, part: detail}}}}", "bad-value"),
    ],
)
def test_what_a_bus_can_not_be(settings: str, code: str) -> None:
    text = f"{HEAD}{TARGETS}\nbuses: {{orders: {{{settings}}}, audit: {{}}}}\nfunctions: {{job: {{{FUNCTION}}}}}"
    assert {one.code for one in faults(text)} == {code}
