"""Streams: who may write, read and be fed, and what shards they have."""

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
ALLOWED = {
    "write": {"DescribeStreamSummary", "ListShards", "PutRecord", "PutRecords"},
    "read": {"DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards"},
}
KEY = {"write": ["kms:GenerateDataKey"], "read": ["kms:Decrypt"]}


def built(text: str, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}", environment)))


def access(verb: str) -> list[Json]:
    text = f"streams: {{clicks: {{}}, others: {{}}}}\nfunctions: {{job: {{{FUNCTION}, uses: {{clicks: {verb}}}}}}}"
    found: list[Json] = built(text)["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return found


@pytest.mark.parametrize("verb", ["write", "read"])
def test_a_verb_allows_its_actions_on_that_stream(verb: str) -> None:
    records, key = access(verb)
    assert set(records["Action"]) == {f"kinesis:{action}" for action in ALLOWED[verb]}
    assert records["Resource"] == [{"Ref": "ClicksStreamArn"}]
    assert key["Action"] == KEY[verb]
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "kinesis.us-east-1.amazonaws.com"}}


@pytest.mark.parametrize("verb", ["write", "read"])
def test_a_verb_allows_no_more_than_that(verb: str) -> None:
    found = access(verb)
    assert len(found) == 2 and "OthersStream" not in str(found) and "*" not in str(found)


def test_a_stream_is_encrypted_and_has_the_shards_that_it_needs() -> None:
    found = built("streams: {clicks: {}}")["ClicksStream"]
    assert found["Properties"] == {
        "RetentionPeriodHours": 24,
        "StreamEncryption": {"EncryptionType": "KMS", "KeyId": {"Ref": "PlatformKeyArn"}},
        "StreamModeDetails": {"StreamMode": "ON_DEMAND"},
    }
    assert (found["DeletionPolicy"], found["UpdateReplacePolicy"]) == ("Delete", "Retain")
    assert built("streams: {clicks: {}}", "prod")["ClicksStream"]["DeletionPolicy"] == "Retain"


def test_shards_can_be_bought() -> None:
    properties = built("streams: {clicks: {shards: 2, record_kib: 2048}}")["ClicksStream"]["Properties"]
    assert properties["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
    assert (properties["ShardCount"], properties["MaxRecordSizeInKiB"]) == (2, 2048)


def test_the_name_is_given_to_users() -> None:
    found = built(f"streams: {{clicks: {{}}}}\nfunctions: {{job: {{{FUNCTION}, uses: {{clicks: write}}}}}}")
    assert found["JobFunction"]["Properties"]["Environment"]["Variables"] == {"CLICKS_NAME": {"Ref": "ClicksStream"}}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("retention_hours: 12", "out-of-range"),
        ("shards: 0", "out-of-range"),
        ("keep: snapshot", "not-allowed"),
        ("shard_metrics: [Bytes]", "not-allowed"),
    ],
)
def test_what_a_stream_can_not_be(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}streams: {{clicks: {{{settings}}}}}")} == {code}
