"""Queues: what users may do, dead letters, deliveries from topics, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}, prod: {posture: production}}
"""
FUNCTION = "runtime: python3.13, code: job, handler: app.handler"
ACTIONS = {
    "send": {"GetQueueAttributes", "GetQueueUrl", "SendMessage"},
    "consume": {"ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "ReceiveMessage"},
    "trigger": {"ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage"},
    "failures": {"GetQueueAttributes", "GetQueueUrl", "SendMessage"},
}
KEY = {
    "send": {"kms:Decrypt", "kms:GenerateDataKey"},
    "consume": {"kms:Decrypt"},
    "trigger": {"kms:Decrypt"},
    "failures": {"kms:Decrypt", "kms:GenerateDataKey"},
}
SAID = {
    "send": "uses: {jobs: send}",
    "consume": "uses: {jobs: consume}",
    "trigger": "triggers: [{queue: jobs}]",
    "failures": "asynchronous: {on_failure: jobs}",
}


def built(text: str, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}", environment)))


def user(verb: str) -> dict[str, Json]:
    return built(f"queues: {{jobs: {{}}, others: {{}}}}\nfunctions: {{job: {{{FUNCTION}, {SAID[verb]}}}}}")


def access(verb: str) -> list[Json]:
    found: list[Json] = user(verb)["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return found


@pytest.mark.parametrize("verb", SAID)
def test_a_verb_allows_its_actions_on_that_queue(verb: str) -> None:
    queue, key = access(verb)
    assert set(queue["Action"]) == {f"sqs:{action}" for action in ACTIONS[verb]}
    assert queue["Resource"] == [{"Ref": "JobsQueueArn"}]
    assert set(key["Action"]) == KEY[verb]
    assert key["Resource"] == [{"Ref": "PlatformKeyArn"}]
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "sqs.us-east-1.amazonaws.com"}}


@pytest.mark.parametrize("verb", SAID)
def test_a_verb_allows_no_more_than_that(verb: str) -> None:
    found = access(verb)
    assert [one["Effect"] for one in found] == ["Allow", "Allow"]
    assert all("*" not in action for one in found for action in one["Action"])
    assert all(resource != "*" for one in found for resource in one["Resource"])
    assert "OthersQueue" not in str(found)


@pytest.mark.parametrize(("verb", "given"), [("send", True), ("consume", True), ("trigger", False)])
def test_only_a_use_gives_the_url(verb: str, given: bool) -> None:
    variables = user(verb)["JobFunction"]["Properties"].get("Environment", {}).get("Variables", {})
    assert variables == ({"JOBS_URL": {"Ref": "JobsQueue"}} if given else {})


def test_both_queues_are_encrypted_and_take_requests_by_tls_only() -> None:
    found = built("queues: {jobs: {}}")
    for name in ("JobsQueue", "JobsQueueDeadLetter"):
        assert found[name]["Properties"]["KmsMasterKeyId"] == {"Ref": "PlatformKeyArn"}
        (deny,) = found[f"{name}Policy"]["Properties"]["PolicyDocument"]["Statement"]
        assert (deny["Effect"], deny["Principal"], deny["Action"]) == ("Deny", "*", ["sqs:*"])
        assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert deny["Resource"] == [{"Fn::GetAtt": [name, "Arn"]}]


def test_messages_that_fail_go_to_the_dead_letter_queue() -> None:
    found = built("queues: {jobs: {dead_letter: {after: 3, retention_days: 10}}}")
    redrive = found["JobsQueue"]["Properties"]["RedrivePolicy"]
    assert redrive == {"deadLetterTargetArn": {"Fn::GetAtt": ["JobsQueueDeadLetter", "Arn"]}, "maxReceiveCount": 3}
    dead = found["JobsQueueDeadLetter"]["Properties"]
    assert dead["RedriveAllowPolicy"] == {"redrivePermission": "allowAll"}
    assert dead["MessageRetentionPeriod"] == 10 * 86400


def test_a_fifo_queue_has_a_fifo_dead_letter_queue() -> None:
    found = built("queues: {jobs: {fifo: true}}")
    assert found["JobsQueue"]["Properties"]["FifoQueue"] is True
    assert found["JobsQueue"]["Properties"]["ContentBasedDeduplication"] is True
    assert found["JobsQueueDeadLetter"]["Properties"]["FifoQueue"] is True


def test_a_topic_may_deliver_and_use_the_key_only_where_it_is_subscribed() -> None:
    found = built("queues: {jobs: {}, others: {}}\ntopics: {news: {subscribers: [jobs]}}")
    _, delivery = found["JobsQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert delivery["Principal"] == {"Service": "sns.amazonaws.com"}
    assert delivery["Action"] == ["sqs:SendMessage"]
    assert delivery["Resource"] == [{"Fn::GetAtt": ["JobsQueue", "Arn"]}]
    assert delivery["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": "NewsTopic"}}}
    assert len(found["OthersQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]) == 1
    assert '"sns.amazonaws.com"' in str(found["PlatformKey"]).replace("'", '"')
    assert "sns.amazonaws.com" not in str(built("queues: {jobs: {}}")["PlatformKey"])


def test_a_dead_letter_queue_that_forgets_first_is_refused() -> None:
    (fault,) = {str(one) for one in faults(f"{HEAD}queues: {{jobs: {{dead_letter: {{retention_days: 2}}}}}}")}
    assert "error[short-retention]: queues.jobs" in fault
