"""Topics: who may publish, who is subscribed, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
"""
FUNCTION = "runtime: python3.13, code: job, handler: app.handler"
SAID = {"publish": "uses: {news: publish}", "failures": "asynchronous: {on_failure: news}"}


def built(text: str) -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}")))


def access(verb: str) -> list[Json]:
    text = f"topics: {{news: {{}}, others: {{}}}}\nfunctions: {{job: {{{FUNCTION}, {SAID[verb]}}}}}"
    found: list[Json] = built(text)["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return found


@pytest.mark.parametrize("verb", SAID)
def test_a_verb_allows_publishing_to_that_topic(verb: str) -> None:
    publish, key = access(verb)
    assert (publish["Action"], publish["Resource"]) == (["sns:Publish"], [{"Ref": "NewsTopic"}])
    assert set(key["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "sns.us-east-1.amazonaws.com"}}


@pytest.mark.parametrize("verb", SAID)
def test_a_verb_allows_no_more_than_that(verb: str) -> None:
    found = access(verb)
    assert len(found) == 2
    assert all("*" not in action for one in found for action in one["Action"])
    assert all(resource != "*" for one in found for resource in one["Resource"])
    assert "OthersTopic" not in str(found)


def test_publish_gives_the_arn() -> None:
    found = built(f"topics: {{news: {{}}}}\nfunctions: {{job: {{{FUNCTION}, uses: {{news: publish}}}}}}")
    assert found["JobFunction"]["Properties"]["Environment"]["Variables"] == {"NEWS_ARN": {"Ref": "NewsTopic"}}


def test_a_topic_is_encrypted_and_takes_requests_by_tls_only() -> None:
    found = built("topics: {news: {}}")
    assert found["NewsTopic"]["Properties"] == {"KmsMasterKeyId": {"Ref": "PlatformKeyArn"}}
    (deny,) = found["NewsTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (deny["Effect"], deny["Principal"]) == ("Deny", "*")
    assert "sns:Publish" in deny["Action"] and "sns:*" not in deny["Action"]
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_alarms_of_this_account_may_publish_only_to_the_topic_that_is_told() -> None:
    found = built("topics: {alerts: {}, news: {}}\nmonitoring: {notify: alerts}")
    _, allow = found["AlertsTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    alarms = {"Fn::Sub": "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"}
    assert allow["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allow["Action"] == ["sns:Publish"]
    assert allow["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnLike": {"aws:SourceArn": alarms},
    }
    assert len(found["NewsTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]) == 1
    assert "cloudwatch.amazonaws.com" in str(found["PlatformKey"])
    assert "cloudwatch.amazonaws.com" not in str(built("topics: {alerts: {}}")["PlatformKey"])


def test_a_fifo_topic_has_a_name_that_says_so() -> None:
    properties = built("topics: {orders: {fifo: true}}")["OrdersTopic"]["Properties"]
    assert properties["TopicName"] == "demo-dev-orders.fifo"
    assert properties["FifoTopic"] is True and properties["ContentBasedDeduplication"] is True


def test_an_address_keeps_its_subscription_when_others_come() -> None:
    one = {name for name in built("topics: {a: {email: [x@example.com]}}") if "Email" in name}
    two = {name for name in built("topics: {a: {email: [y@example.com, x@example.com]}}") if "Email" in name}
    assert len(one) == 1 and len(two) == 2 and one < two


def test_a_queue_gets_messages_as_the_spec_says() -> None:
    settings = "{queue: jobs, raw: true, filter: {event: [sold]}, filter_on: body}"
    found = built(f"queues: {{jobs: {{}}}}\ntopics: {{news: {{subscribers: [{settings}]}}}}")
    assert found["NewsTopicToJobsQueueSubscription"]["Properties"] == {
        "TopicArn": {"Ref": "NewsTopic"},
        "Protocol": "sqs",
        "Endpoint": {"Fn::GetAtt": ["JobsQueue", "Arn"]},
        "RawMessageDelivery": True,
        "FilterPolicy": {"event": ["sold"]},
        "FilterPolicyScope": "MessageBody",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("topics: {news: {fifo: true, email: [a@example.com]}}", "fifo-limit"),
        ("topics: {news: {subscribers: [jobs]}}\nqueues: {jobs: {fifo: true}}", "fifo-limit"),
        ("topics: {news: {subscribers: [jobs, {queue: jobs}]}}\nqueues: {jobs: {}}", "duplicate-value"),
        ("topics: {news: {subscribers: [others]}, others: {}}", "wrong-kind"),
        ("topics: {news: {subscribers: [nobody]}}", "unknown-component"),
        ("topics: {news: {email: [nobody]}}", "bad-value"),
    ],
)
def test_what_a_topic_can_not_be(text: str, code: str) -> None:
    assert {one.code for one in faults(HEAD + text)} == {code}
