"""Queues: what users may do, dead letters, deliveries from topics, and what a spec can get wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources, warnings

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


@pytest.mark.parametrize(
    ("queues", "told"),
    [
        ("jobs: {dead_letter: {queue: failed}}, failed: {}", ["same-retention"]),
        ("jobs: {retention_days: 96h, dead_letter: {queue: failed}}, failed: {retention_days: 4}", ["same-retention"]),
        ("jobs: {dead_letter: {queue: failed}}, failed: {retention_days: 5}", []),
        ("jobs: {retention_days: 14, dead_letter: {queue: failed}}, failed: {retention_days: 14}", []),
        ("jobs: {fifo: true, dead_letter: {queue: failed}}, failed: {fifo: true}", []),
        ("jobs: {fifo: true, dead_letter: {queue: failed}}, failed: {fifo: true, retention_days: 2}", []),
        ("jobs: {dead_letter: {retention_days: 4}}", []),
    ],
)
def test_a_shared_dead_letter_queue_keeps_longer_what_has_aged_before(queues: str, told: list[str]) -> None:
    assert faults(f"{HEAD}queues: {{{queues}}}") == ()
    assert [one.code for one in warnings(f"{HEAD}queues: {{{queues}}}")] == told


SHARED = "orders: {dead_letter: {queue: failed, after: 3}}, mails: {dead_letter: {queue: failed}}, failed: {}"


def sources(text: str, naming: str = "naming: '${platform}-${env}-${name}'") -> Json:
    return built(f"{naming}\n{text}")["FailedQueue"]["Properties"]["RedriveAllowPolicy"]


def test_several_queues_share_a_dead_letter_queue_that_has_none_itself() -> None:
    found = built(f"queues: {{{SHARED}}}")
    for name, after in (("OrdersQueue", 3), ("MailsQueue", 5)):
        target = {"Fn::GetAtt": ["FailedQueue", "Arn"]}
        redrive = found[name]["Properties"]["RedrivePolicy"]
        assert redrive == {"deadLetterTargetArn": target, "maxReceiveCount": after}
    assert "RedrivePolicy" not in found["FailedQueue"]["Properties"]
    assert [name for name in found if "DeadLetter" in name] == []


def arn(name: str) -> Json:
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{name}"}


def many(count: int) -> str:
    return (
        "queues: {failed: {}, " + ", ".join(f"q{one}: {{dead_letter: {{queue: failed}}}}" for one in range(count)) + "}"
    )


def test_it_takes_from_exactly_these_where_their_names_are_fixed() -> None:
    exact = {"redrivePermission": "byQueue", "sourceQueueArns": [arn("demo-dev-mails"), arn("demo-dev-orders")]}
    assert sources(f"queues: {{{SHARED}}}") == exact
    named = "queues: {jobs: {dead_letter: {queue: failed}, properties: {QueueName: jobs-1}}, failed: {}}"
    assert sources(named, "")["sourceQueueArns"] == [arn("jobs-1")]
    fifo = "queues: {jobs: {fifo: true, dead_letter: {queue: failed}}, failed: {fifo: true}}"
    assert sources(fifo)["sourceQueueArns"] == [arn("demo-dev-jobs.fifo")]
    assert len(sources(many(10))["sourceQueueArns"]) == 10


@pytest.mark.parametrize(
    ("text", "naming"),
    [
        (f"queues: {{{SHARED}}}", ""),
        (many(11), "naming: '${platform}-${env}-${name}'"),
        ("queues: {jobs: {dead_letter: {queue: failed}, properties: {QueueName: '${failed.name}-1'}}, failed: {}}", ""),
        (
            f"queues: {{{SHARED}}}\noverrides: {{MailsQueue: {{Properties: {{QueueName: other}}}}}}",
            "naming: '${platform}-${env}-${name}'",
        ),
    ],
)
def test_it_takes_from_every_queue_of_the_account_where_they_cannot_be_named(text: str, naming: str) -> None:
    assert sources(text, naming) == {"redrivePermission": "allowAll"}


def test_an_own_dead_letter_queue_takes_from_its_queue_alone_where_that_has_a_fixed_name() -> None:
    def own(more: str, naming: str = "") -> Json:
        found = built(f"{naming}queues: {{jobs: {{{more}}}}}")
        return found["JobsQueueDeadLetter"]["Properties"]["RedriveAllowPolicy"]

    assert own("") == {"redrivePermission": "allowAll"}
    assert own("properties: {QueueName: jobs-1}")["sourceQueueArns"] == [arn("jobs-1")]
    named = own("fifo: true", "naming: '${platform}-${env}-${name}'\n")
    assert named == {"redrivePermission": "byQueue", "sourceQueueArns": [arn("demo-dev-jobs.fifo")]}


@pytest.mark.parametrize("verb", ["consume_dead_letters", "redrive"])
def test_nothing_says_where_dead_letters_of_an_existing_queue_wait(verb: str) -> None:
    text = f"{HEAD}queues: {{old: {{existing: old}}}}\nfunctions: {{job: {{{FUNCTION}, uses: {{old: {verb}}}}}}}\n"
    (found,) = faults(text)
    assert found.code == "existing-unknown" and f"'{verb}'" in found.message
    assert found.suggestion and "changed" not in found.message


def test_a_renamed_source_keeps_its_name() -> None:
    text = "queues: {work: {renamed_from: jobs, dead_letter: {queue: failed}}, failed: {}}"
    assert sources(text)["sourceQueueArns"] == [arn("demo-dev-jobs")]


def test_an_existing_queue_may_take_dead_letters_and_is_not_changed() -> None:
    found = built("queues: {jobs: {dead_letter: {queue: failed}}, failed: {existing: shared-failures}}")
    target = found["JobsQueue"]["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]
    assert "shared-failures" in str(target)
    assert not [name for name in found if name.startswith(("Failed", "JobsQueueDead"))]


def test_the_shared_queue_has_the_alarm() -> None:
    alerts = "topics: {alerts: {email: [a@example.com]}}\nmonitoring: {notify: alerts}"
    watched = f"queues: {{{SHARED}, jobs: {{}}}}\n{alerts}"
    found = {name: one for name, one in built(watched).items() if "DeadLetters" in name}
    assert sorted(found) == ["FailedQueueDeadLettersAlarm", "JobsQueueDeadLettersAlarm"]
    assert "FailedQueueQueueName" in str(found["FailedQueueDeadLettersAlarm"])
    assert found["FailedQueueDeadLettersAlarm"]["Properties"]["AlarmDescription"].startswith(
        "Messages of mails, orders"
    )


def used(queues: str, uses: str) -> dict[str, Json]:
    return built(f"queues: {{{queues}}}\nfunctions: {{job: {{{FUNCTION}, uses: {{{uses}}}}}}}")


def test_dead_letters_have_variables_of_their_own() -> None:
    found = used(f"{SHARED}, jobs: {{}}", "jobs: [send, consume_dead_letters, redrive], failed: [consume, redrive]")
    assert found["JobFunction"]["Properties"]["Environment"]["Variables"] == {
        "JOBS_URL": {"Ref": "JobsQueue"},
        "JOBS_DEAD_LETTERS_URL": {"Ref": "JobsQueueDeadLetter"},
        "JOBS_DEAD_LETTERS_ARN": {"Ref": "JobsQueueDeadLetterArn"},
        "FAILED_URL": {"Ref": "FailedQueue"},
        "FAILED_DEAD_LETTERS_ARN": {"Ref": "FailedQueueArn"},
    }


WRONG = [
    ("jobs: {dead_letter: {queue: none-such}}", "unknown-component", "there is no component 'none-such'"),
    ("jobs: {dead_letter: {queue: jobs}}", "unknown-component", "can't use itself"),
    (
        "jobs: {fifo: true, dead_letter: {queue: failed}}, failed: {}",
        "fifo-limit",
        "'failed' is not fifo and this queue is",
    ),
    (
        "jobs: {dead_letter: {queue: failed}}, failed: {fifo: true}",
        "fifo-limit",
        "'failed' is fifo and this queue is not",
    ),
    (
        "jobs: {dead_letter: {queue: failed}}, failed: {retention_days: 36h}",
        "short-retention",
        "'failed' keeps for is less",
    ),
    (
        "jobs: {dead_letter: {queue: failed, retention_days: 3}}, failed: {}",
        "unused-setting",
        "the dead letters wait in 'failed'",
    ),
    (
        "jobs: {dead_letter: {queue: failed}}, failed: {dead_letter: {after: 3}}",
        "unused-setting",
        "it takes the dead letters of 'jobs' and has no dead-letter queue itself",
    ),
    (
        "jobs: {dead_letter: {queue: failed}}, failed: {dead_letter: {queue: last}}, last: {}",
        "no-dead-letters",
        "can't lead on to another queue",
    ),
    (
        "jobs: {dead_letter: {queue: failed}}, failed: {existing: 'arn:aws:sqs:eu-west-1:222222222222:dead'}",
        "no-dead-letters",
        "not in 222222222222 in eu-west-1",
    ),
]


@pytest.mark.parametrize(("queues", "code", "message"), WRONG)
def test_a_wrong_dead_letter_queue(queues: str, code: str, message: str) -> None:
    (fault,) = {(one.code, one.message) for one in faults(f"{HEAD}queues: {{{queues}}}")}
    assert fault[0] == code
    assert message in fault[1]


@pytest.mark.parametrize(
    ("uses", "message"),
    [
        ("orders: consume_dead_letters", "wants to 'consume_dead_letters' here, but the dead letters wait in 'failed'"),
        ("orders: redrive", "wants to 'redrive' here, but the dead letters wait in 'failed'"),
        ("failed: consume_dead_letters", "and it has none itself: it takes the dead letters of"),
    ],
)
def test_dead_letters_are_used_where_they_are(uses: str, message: str) -> None:
    text = f"{HEAD}queues: {{{SHARED}}}\nfunctions: {{job: {{{FUNCTION}, uses: {{{uses}}}}}}}"
    (fault,) = {(one.code, one.message) for one in faults(text)}
    assert fault[0] == "no-dead-letters"
    assert "'functions.job'" in fault[1]
    assert message in fault[1]


def test_the_example_of_the_page_is_what_the_page_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"### Dead letters\n.*?```yaml\n(.*?)```", page, re.DOTALL)
    found = dict(resources(compiled(block)))
    allowed = found["FailedQueue"]["Properties"]["RedriveAllowPolicy"]
    assert allowed["sourceQueueArns"] == [arn("shop-dev-mails"), arn("shop-dev-orders")]
    assert [name for name in found if name.endswith("DeadLetter")] == ["JobsQueueDeadLetter"]
    assert {*found["JanitorFunction"]["Properties"]["Environment"]["Variables"]} == {
        *re.findall(r"[A-Z]+_(?:URL|DEAD_LETTERS_[A-Z]+)(?=,|$)", "\n".join(re.findall(r"# (.*_.*)", block)), re.M)
    }


def test_a_part_of_a_queue_is_no_component() -> None:
    text = f"{HEAD}queues: {{jobs: {{}}}}\nfunctions: {{job: {{{FUNCTION}, uses: {{jobs.dead_letter: consume}}}}}}"
    (told,) = {(one.code, one.suggestion) for one in faults(text)}
    verbs = "send, consume, consume_dead_letters, redrive"
    assert told == ("unknown-component", f"name 'jobs' itself, with one of its verbs: {verbs}")
