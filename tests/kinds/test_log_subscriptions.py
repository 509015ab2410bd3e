"""Log groups that are sent on: every kind's, to every kind of target, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.program.program import build
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
buckets: {archive: {}, other: {}}
streams: {events: {}}
functions:
  api: {runtime: python3.13, code: api, handler: app.handler}
  told: {runtime: python3.13, code: told, handler: app.handler}
  reader: {runtime: python3.13, code: reader, handler: app.handler, triggers: [{stream: events}]}
"""
NETWORKED = """
network: {}
search:
  logs: {domain: {version: "2.19"}}
  traces: {collection: {type: logs}, network: true}
  open: {collection: {type: logs, public: {reason: Tests}}, network: false}
"""


def built(one: str, more: str = "") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{more}log_subscriptions: {{sent: {one}}}\n")))


def of_type(found: dict[str, Json], name: str) -> dict[str, Json]:
    return {key: one for key, one in found.items() if one["Type"] == name}


def filters(found: dict[str, Json]) -> dict[str, Json]:
    """Log group → properties of its subscription filter."""
    every = of_type(found, "AWS::Logs::SubscriptionFilter").values()
    return {one["Properties"]["LogGroupName"]["Ref"]: one["Properties"] for one in every}


def allowed(role_policy: Json) -> set[str]:
    statements = role_policy["Properties"]["PolicyDocument"]["Statement"]
    return {action for one in statements for action in one["Action"]}


def test_a_function_is_permitted_group_by_group_before_it_is_subscribed() -> None:
    found = built("{to: told, of: [api], pattern: '?ERROR ?WARN'}")
    one = found["SentLogSubscriptionOfApiFunctionLogGroup"]
    assert one["DependsOn"] == ["SentLogSubscriptionOfApiFunctionLogGroupPermission"]
    assert one["Properties"] == {
        "DestinationArn": {"Ref": "ToldFunctionArn"},
        "FilterPattern": "?ERROR ?WARN",
        "LogGroupName": {"Ref": "ApiFunctionLogGroup"},
    }
    permission = found["SentLogSubscriptionOfApiFunctionLogGroupPermission"]["Properties"]
    assert permission["SourceArn"] == {"Ref": "ApiFunctionLogGroupArn"}
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"} and permission["Principal"] == "logs.amazonaws.com"
    assert "SentLogSubscriptionRole" not in found


def test_a_stream_is_written_to_by_a_role_that_may_do_nothing_else() -> None:
    found = built("{to: events, of: [api], distribution: random}")
    one = found["SentLogSubscriptionOfApiFunctionLogGroup"]
    assert one["DependsOn"] == ["SentLogSubscriptionAccess"]
    assert one["Properties"]["RoleArn"] == {"Fn::GetAtt": ["SentLogSubscriptionRole", "Arn"]}
    assert one["Properties"]["Distribution"] == "Random"
    writes = {"kinesis:PutRecord", "kinesis:PutRecords", "kms:GenerateDataKey"}
    assert allowed(found["SentLogSubscriptionAccess"]) == writes
    (trust,) = found["SentLogSubscriptionRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "logs.amazonaws.com"}
    source = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*"
    assert trust["Condition"] == {"StringLike": {"aws:SourceArn": {"Fn::Sub": source}}}


def test_a_bucket_gets_unpacked_files_from_firehose() -> None:
    found = built("{to: archive, of: [api]}")
    stream = found["SentLogSubscriptionFirehose"]["Properties"]
    files = stream["ExtendedS3DestinationConfiguration"]
    assert [one["Type"] for one in files["ProcessingConfiguration"]["Processors"]] == [
        "Decompression",
        "AppendDelimiterToRecord",
    ]
    assert files["Prefix"].startswith("log-subscriptions/sent/")
    assert stream["DeliveryStreamEncryptionConfigurationInput"]["KeyType"] == "CUSTOMER_MANAGED_CMK"
    (sent,) = filters(found).values()
    assert sent["RoleArn"] == {"Fn::GetAtt": ["SentLogSubscriptionLogsRole", "Arn"]}
    assert allowed(found["SentLogSubscriptionAccess"]) == {
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "s3:AbortMultipartUpload",
        "s3:GetBucketLocation",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:PutObject",
    }


def test_a_domain_gets_a_document_of_each_event_by_way_of_the_network() -> None:
    found = built("{to: search.logs, of: [api], backup: archive}", NETWORKED)
    stream = found["SentLogSubscriptionFirehose"]["Properties"]["AmazonopensearchserviceDestinationConfiguration"]
    assert stream["DomainARN"] == {"Ref": "LogsSearchDomainArn"} and stream["IndexName"] == "sent"
    assert stream["VpcConfiguration"]["SecurityGroupIds"] == [{"Ref": "SentLogSubscriptionSecurityGroup"}]
    backup = stream["S3Configuration"]
    assert stream["S3BackupMode"] == "FailedDocumentsOnly" and backup["BucketARN"] == {"Ref": "ArchiveBucketArn"}
    (sent,) = filters(found).values()
    assert sent["DestinationArn"] == {"Fn::GetAtt": ["SentLogSubscriptionSplitter", "Arn"]} and "RoleArn" not in sent
    rules = of_type(found, "AWS::EC2::SecurityGroupIngress")
    assert any("SentLogSubscription" in name for name in rules)
    may = allowed(found["SentLogSubscriptionAccess"])
    assert {action for action in may if action.startswith("es:")} == {
        "es:DescribeDomain",
        "es:DescribeDomainConfig",
        "es:DescribeDomains",
        "es:ESHttpGet",
        "es:ESHttpPost",
        "es:ESHttpPut",
    }
    assert "s3:PutObject" in may and "s3:DeleteObject" not in may
    assert found["SentLogSubscriptionFirehose"]["DependsOn"][0] == "SentLogSubscriptionAccess"


def test_the_splitter_may_be_run_for_log_groups_of_the_own_account() -> None:
    found = built("{to: search.logs, of: [api, told], backup: archive}", NETWORKED)
    (permission,) = of_type(found, "AWS::Lambda::Permission")
    allowed_for = found[permission]["Properties"]
    groups = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*"
    assert allowed_for["SourceArn"] == {"Fn::Sub": groups} and allowed_for["SourceAccount"] == {"Ref": "AWS::AccountId"}
    every = of_type(found, "AWS::Logs::SubscriptionFilter").values()
    assert [one["DependsOn"] for one in every] == [[permission]] * 2


@pytest.mark.parametrize(("more", "fits"), [(37, True), (38, False)])
def test_a_function_is_permitted_as_many_log_groups_as_its_policy_takes(more: int, fits: bool) -> None:
    functions = "".join(f"  f{n}: {{runtime: python3.13, code: c, handler: a.b}}\n" for n in range(more))
    text = f"{HEAD}{functions}  last: {{runtime: python3.13, code: c, handler: a.b}}\n"
    text += "log_subscriptions: {a: {to: told}}\n"
    if fits:
        assert len(of_type(dict(resources(compiled(text))), "AWS::Lambda::Permission")) == 40
        return
    with pytest.raises(SpecError) as caught:
        compiled(text)
    assert [one.code for one in caught.value.diagnostics] == ["out-of-range"]


def test_the_splitter_may_send_to_its_firehose_alone() -> None:
    found = built("{to: search.logs, of: [api], backup: archive, fields: false}", NETWORKED)
    (policy,) = found["SentLogSubscriptionSplitterRole"]["Properties"]["Policies"]
    statements = {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}
    assert statements["Send"]["Action"] == ["firehose:PutRecordBatch"]
    assert statements["Send"]["Resource"] == [{"Fn::GetAtt": ["SentLogSubscriptionFirehose", "Arn"]}]
    assert set(statements) == {"Logs", "Send", "Traces", "Variables", "Failed", "Failed1", "Failed2"}
    failed = {action for name in ("Failed", "Failed1", "Failed2") for action in statements[name]["Action"]}
    assert failed == {"s3:PutObject", "s3:ListBucket", "kms:Decrypt", "kms:GenerateDataKey"}
    destination = found["SentLogSubscriptionSplitterFailures"]["Properties"]["DestinationConfig"]
    assert destination == {"OnFailure": {"Destination": {"Ref": "ArchiveBucketArn"}}}
    function = found["SentLogSubscriptionSplitter"]["Properties"]
    assert function["Environment"]["Variables"] == {"FIELDS": "false", "STREAM": {"Ref": "SentLogSubscriptionFirehose"}}


@pytest.mark.parametrize(("target", "inside"), [("traces", True), ("open", False)])
def test_a_collection_knows_firehose_by_its_data_access_policy(target: str, inside: bool) -> None:
    found = built(f"{{to: {target}, of: [api], backup: archive}}", NETWORKED)
    stream = found["SentLogSubscriptionFirehose"]["Properties"]["AmazonOpenSearchServerlessDestinationConfiguration"]
    assert ("VpcConfiguration" in stream) is inside
    policy = found[f"SentLogSubscriptionTo{target.capitalize()}Search"]
    assert policy["Type"] == "AWS::OpenSearchServerless::AccessPolicy"
    assert "SentLogSubscriptionRole.Arn" in str(policy) and "aoss:WriteDocument" in str(policy)
    assert "aoss:ReadDocument" not in str(policy) and "aoss:DeleteIndex" not in str(policy)
    assert policy["Properties"]["Name"] and f"SentLogSubscriptionTo{target.capitalize()}Search" in str(
        found["SentLogSubscriptionFirehose"]["DependsOn"]
    )
    assert "aoss:APIAccessAll" in allowed(found["SentLogSubscriptionAccess"])


@pytest.mark.parametrize(
    ("arn", "actions"),
    [
        (
            "arn:aws:firehose:us-east-1:222222222222:deliverystream/central",
            ["firehose:PutRecord", "firehose:PutRecordBatch"],
        ),
        ("arn:aws:kinesis:us-east-1:222222222222:stream/central", ["kinesis:PutRecord", "kinesis:PutRecords"]),
        ("arn:aws:logs:us-east-1:222222222222:destination:central", None),
    ],
)
def test_what_is_there_already_is_named_by_its_arn(arn: str, actions: list[str] | None) -> None:
    found = built(f"{{to: '{arn}', of: [api]}}")
    (sent,) = filters(found).values()
    assert sent["DestinationArn"] == arn and ("RoleArn" in sent) is (actions is not None)
    roles = [one for name, one in found.items() if name == "SentLogSubscriptionRole"]
    statements = [one["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0] for one in roles]
    assert [(one["Action"], one["Resource"]) for one in statements] == ([(actions, [arn])] if actions else [])


def test_log_groups_of_aws_are_named() -> None:
    found = built("{to: told, groups: ['/aws/rds/instance/main/postgresql', '/aws/${api.name}']}")
    sent = [one["Properties"] for one in of_type(found, "AWS::Logs::SubscriptionFilter").values()]
    names = [one["LogGroupName"] for one in sent]
    assert len(names) == 2 and "/aws/rds/instance/main/postgresql" in names
    assert {"Fn::Sub": "/aws/${ApiFunction}"} in names
    permissions = [one["Properties"]["SourceArn"] for one in of_type(found, "AWS::Lambda::Permission").values()]
    start = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
    assert {"Fn::Sub": f"{start}/aws/rds/instance/main/postgresql:*"} in permissions
    assert "ApiFunction" in str(permissions) and len(permissions) == 2


def test_all_log_groups_but_those_that_would_go_round_in_a_circle() -> None:
    every = {"ApiFunctionLogGroup", "ToldFunctionLogGroup", "ReaderFunctionLogGroup"}
    assert set(filters(built("{to: archive}"))) == every
    assert set(filters(built("{to: told}"))) == every - {"ToldFunctionLogGroup"}
    assert set(filters(built("{to: events}"))) == every - {"ReaderFunctionLogGroup"}


def test_every_kind_with_log_groups_is_sent_on() -> None:
    more = """
network: {flow_logs: true}
workflows: {flow: {definition: {StartAt: a, States: {a: {Type: Pass, End: true}}}}}
apis: {public: {type: rest, account_log_role: existing, routes: {"GET /": api}}}
audit: {}
roles: {ec2: {trusted: {services: [ec2.amazonaws.com]}, logs: {days: 7}}}
documents: {store: {version: "5.0.0"}}
services: {web: {image: "public.ecr.aws/docker/library/nginx:1.27"}}
resources: {raw: {Type: "AWS::Logs::LogGroup", logical_id: RawGroup, Properties: {RetentionInDays: 7}}}
"""
    found = built("{to: archive}", more)
    groups = set(of_type(found, "AWS::Logs::LogGroup")) - {"SentLogSubscriptionLogGroup"}
    assert set(filters(found)) == groups and len(groups) > 12


def test_a_log_group_of_another_region_is_left_out() -> None:
    more = """
region: eu-west-1
cdn: {site: {paths: {'/*': archive}, firewall: wall}}
firewalls: {wall: {logs: {requests: all}}}
"""
    found = filters(built("{to: archive}", more))
    assert "ApiFunctionLogGroup" in found and not any("Wall" in group for group in found)


@pytest.mark.parametrize(
    ("subscriptions", "code"),
    [
        ("{a: {to: nowhere}}", "unknown-component"),
        ("{a: {to: archive, of: [archive]}}", "wrong-kind"),
        ("{a: {to: archive, of: []}}", "out-of-range"),
        ("{a: {to: api, of: [api]}}", "log-circle"),
        ("{a: {to: api, groups: [/x, /demo/dev/functions/api]}}", "log-circle"),
        ("{a: {to: archive, pattern: 'Error:'}}", "bad-filter-pattern"),
        ("{a: {to: archive}, b: {to: told}, c: {to: other}}", "out-of-range"),
        ("{a: {to: archive, of: [api]}, b: {to: told, of: [api]}, c: {to: other, of: [reader, api]}}", "out-of-range"),
        ("{a: {to: archive, groups: [/x]}, b: {to: told, groups: [/x]}, c: {to: other, groups: [/x]}}", "out-of-range"),
        ("{a: {to: archive, index: logs}}", "unused-setting"),
        ("{a: {to: archive, backup: other}}", "unused-setting"),
        ("{a: {to: told, distribution: random}}", "unused-setting"),
        ("{a: {to: 'arn:aws:sqs:us-east-1:222222222222:jobs'}}", "bad-value"),
        ("{a: {to: 'arn:aws:logs:eu-west-1:222222222222:destination:central'}}", "not-allowed"),
        ("{a: {to: 'arn:aws:logs:us-east-1:222222222222:destination:a', distribution: random}}", "unused-setting"),
    ],
)
def test_what_a_subscription_can_not_be(subscriptions: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}log_subscriptions: {subscriptions}\n")} == {code}


@pytest.mark.parametrize(
    ("one", "code"),
    [
        ("{to: search.logs}", "missing-property"),
        ("{to: search.logs, backup: events}", "wrong-kind"),
        ("{to: search.logs, backup: archive, buffer: {mib: 101}}", "out-of-range"),
        ("{to: search.logs, backup: archive, of: [search.logs]}", "log-circle"),
        ("{to: traces, backup: archive, distribution: random}", "unused-setting"),
        ("{to: traces, backup: archive, rotation: week}", "unused-setting"),
    ],
)
def test_what_a_subscription_to_search_can_not_be(one: str, code: str) -> None:
    assert {fault.code for fault in faults(f"{HEAD}{NETWORKED}log_subscriptions: {{a: {one}}}\n")} == {code}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{HEAD}network: {{flow_logs: false}}\nlog_subscriptions: {{a: {{to: archive, of: [api, network]}}}}\n", 11),
        (
            "platform: demo\nenvironments: {dev: {posture: development}}\nbuckets: {archive: {}}\n"
            "log_subscriptions: {a: {to: archive}}\n",
            4,
        ),
    ],
)
def test_a_component_that_logs_nothing_is_told_of_at_its_place(text: str, line: int) -> None:
    with pytest.raises(SpecError) as caught:
        compiled(text)
    (found,) = caught.value.diagnostics
    assert (found.code, found.place and found.place.line) == ("no-log-group", line)


def test_two_subscriptions_of_a_log_group_are_taken() -> None:
    assert faults(f"{HEAD}log_subscriptions: {{a: {{to: archive}}, b: {{to: told}}}}\n") == ()


def test_an_existing_target_is_never_changed() -> None:
    text = (
        HEAD.replace("archive: {}", "archive: {existing: there}") + "log_subscriptions: {a: {to: archive, of: [api]}}\n"
    )
    found = dict(resources(compiled(text)))
    assert found["ALogSubscriptionFirehose"]["Properties"]["ExtendedS3DestinationConfiguration"]["BucketARN"] == {
        "Fn::Sub": "arn:${AWS::Partition}:s3:::there"
    }
    changed = HEAD.replace("told: {runtime: python3.13, code: told, handler: app.handler}", "told: {existing: there}")
    assert {one.code for one in faults(f"{changed}log_subscriptions: {{a: {{to: told, of: [api]}}}}\n")} == {
        "existing-unchanged"
    }


def test_alarms_are_those_of_what_is_built() -> None:
    one = platform(
        f"{HEAD}{NETWORKED}log_subscriptions: {{a: {{to: search.logs, of: [api], backup: archive}}, "
        "b: {to: archive, of: [api]}, c: {to: told, of: [reader]}}\n"
    )
    names = {name: [spec.name for spec in component.alarms(one)] for name, component in one.components.items()}
    assert names["log_subscriptions.a"] == ["Late", "Undelivered", "NotSplit"]
    assert names["log_subscriptions.b"] == ["Late"] and names["log_subscriptions.c"] == []
    assert build(one, ()).resources
