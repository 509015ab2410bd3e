"""What is done to an environment leaves a record, over real HTTP: whatever happens to the command that does it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber

from compiler.source.json_value import Json
from deployer.apply import apply_plan
from deployer.bucket import EXPIRING, default_bucket
from deployer.changeset import remove
from deployer.errors import DeployError
from deployer.history.keeping import load, settle
from deployer.history.ledger import HERE, Archive, Ledger, open_ledger
from deployer.history.reading import History, reading, review_of
from deployer.history.record import Record
from deployer.history.secrets import HIDDEN, without_secrets
from deployer.plan import Plan, make_plan
from deployer.recovery.recover import Wish, plan_recovery, recover
from deployer.removal.destroy import destroy, plan_removal
from deployer.session import Aws
from deployer.setup.stacks import bucket_stack
from deployer.watch import Watch
from tests.deployer.platforms import FAILING, HANDLE, alerts, messaging, platform, stubborn, with_code
from tests.deployer.test_bootstrap import opened

SOMEBODY = "arn:aws:iam::000000000000:user/somebody"
FAILS = {"Handle": HANDLE, "Wait": FAILING}


def ledger_of(aws: Aws, name: str) -> Ledger:
    found = open_ledger(aws, HERE, name)
    assert found is not None
    return found


def records(aws: Aws, name: str) -> list[Record]:
    ledger = ledger_of(aws, name)
    return [load(ledger, number, parts) for number, parts in ledger.parts().items()]


def results(aws: Aws, name: str) -> list[tuple[int, str, str, str]]:
    return [
        (one.number, one.begun.operation, one.result, one.ended.status if one.ended else "")
        for one in records(aws, name)
    ]


def test_each_deployment_leaves_what_it_did_and_how_it_ended(aws: Aws, spec_dir: Path) -> None:
    apply_plan(make_plan(with_code(platform("told", messaging(), alerts())), spec_dir, aws), aws)
    apply_plan(make_plan(with_code(platform("told", messaging(86400, **FAILS), alerts())), spec_dir, aws), aws)
    unchanged = make_plan(with_code(platform("told", messaging(), alerts())), spec_dir, aws)
    assert apply_plan(unchanged, aws).status == "NO_CHANGES"
    assert results(aws, "told") == [
        (1, "create", "succeeded", "CREATE_COMPLETE"),
        (2, "update", "failed", "UPDATE_ROLLBACK_COMPLETE"),
    ]
    first, second = records(aws, "told")
    assert (first.begun.who, first.begun.account, first.begun.region) == (aws.caller, "000000000000", "us-east-1")
    events = aws.cloudformation.describe_stack_events(StackName="told")["StackEvents"]
    times = {event["Timestamp"].isoformat() for event in events}
    assert first.ended and second.ended
    assert {first.when, first.ended.ended, second.when, second.ended.ended} <= times
    (failure,) = second.ended.failures
    assert (failure.component, failure.logical_id) == ("queues.jobs", "Wait")
    assert "timed out" in failure.reason

    version = first.begun.version
    assert version is not None
    bodies = {name: uploaded(aws, version.materials.bucket, key) for name, key in version.materials.templates.items()}
    assert set(bodies) == {"", "MessagingStack", "AlertsStack"}
    assert version.parameters["ApiCodeKey"] == version.materials.artifacts["ApiCodeKey"]
    assert uploaded(aws, version.materials.bucket, version.parameters["ApiCodeKey"])


def uploaded(aws: Aws, bucket: str, key: str) -> bytes:
    return aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def test_the_review_of_a_record_is_what_was_shown(aws: Aws, spec_dir: Path) -> None:
    plan = make_plan(platform("reviewed-again", messaging()), spec_dir, aws)
    apply_plan(plan, aws)
    with reading([platform("reviewed-again")], opened(aws)) as history:
        assert review_of(history, history.record(1)) == plan.review
        with pytest.raises(DeployError, match="there is no record 2 of reviewed-again: the last one is 1"):
            history.record(2)


def test_removals_and_recoveries_are_recorded_too(aws: Aws, spec_dir: Path) -> None:
    for version in ("1", "2"):
        apply_plan(make_plan(platform("all-told", messaging(), **stubborn("Update", version)), spec_dir, aws), aws)
    recovery = plan_recovery(aws, "all-told", Wish(skip=("raw.Stubborn",)))
    assert recover(recovery, aws).succeeded
    assert destroy(plan_removal(aws, "all-told"), aws).succeeded
    make_plan(platform("all-told", messaging()), spec_dir, aws)
    assert recover(plan_recovery(aws, "all-told", Wish()), aws).succeeded
    assert results(aws, "all-told") == [
        (1, "create", "succeeded", "CREATE_COMPLETE"),
        (2, "update", "failed", "UPDATE_ROLLBACK_FAILED"),
        (3, "recover", "succeeded", "UPDATE_ROLLBACK_COMPLETE"),
        (4, "destroy", "succeeded", "DELETE_COMPLETE"),
        (5, "recover", "succeeded", "DELETE_COMPLETE"),
    ]
    assert records(aws, "all-told")[2].begun.summary == "continue the rollback, skipping Stubborn"
    assert all(one.ended and one.ended.started for one in records(aws, "all-told"))


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_of_many_who_begin_at_once_each_gets_a_number_of_its_own(aws: Aws) -> None:
    ledger, bodies = ledger_of(aws, "crowded"), [json.dumps({"who": who}).encode() for who in range(24)]
    with ThreadPoolExecutor(24) as people:
        numbers = list(people.map(ledger.take_number, bodies))
    assert sorted(numbers) == list(range(1, 25))
    assert [ledger.load(number, "begun")["who"] for number in sorted(numbers, key=numbers.index)] == list(range(24))


def test_a_number_whose_answer_was_lost_is_not_taken_twice(aws: Aws) -> None:
    sent: list[str] = []

    def lose(request: AWSPreparedRequest, **_: object) -> None:
        sent.append(request.url)
        if len(sent) == 1:
            URLLib3Session().send(request)
            raise ConnectionClosedError(endpoint_url=request.url)

    events = aws.s3.meta.events
    events.register("before-send.s3.PutObject", lose)
    try:
        assert ledger_of(aws, "lost").take_number(b'{"who": "me"}') == 1
    finally:
        events.unregister("before-send.s3.PutObject", lose)
    assert len(sent) == 2
    assert [*ledger_of(aws, "lost").parts()] == [1]


@pytest.fixture
def scripted(aws: Aws) -> Iterator[tuple[Ledger, Stubber]]:
    client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield Ledger(client, "000000000000", "b", "shop"), stubber
        stubber.assert_no_pending_responses()


def test_a_conflict_is_tried_again_and_a_taken_number_is_left(scripted: tuple[Ledger, Stubber]) -> None:
    """Scripted: S3 answers 409 when two conditional writes meet, which the stand-in never does."""
    ledger, stubber = scripted
    at = {"Bucket": "b", "ExpectedBucketOwner": "000000000000"}
    first, second = (f"history/shop/0000000{number}/begun.json" for number in (1, 2))
    put = {**at, "Body": b"mine", "IfNoneMatch": "*", "ContentType": "application/json"}
    stubber.add_response("list_objects_v2", {}, {**at, "Prefix": "history/shop/"})
    stubber.add_client_error("put_object", "ConditionalRequestConflict", "", 409, expected_params=put | {"Key": first})
    stubber.add_client_error("put_object", "PreconditionFailed", "", 412, expected_params=put | {"Key": first})
    stubber.add_response("get_object", {"Body": Body(b"theirs")}, {**at, "Key": first})
    stubber.add_response("put_object", {}, put | {"Key": second})
    assert ledger.take_number(b"mine") == 2


class Body:
    """A body of an answer."""

    def __init__(self, content: bytes) -> None:
        self.read = lambda: content


# --- commands that are killed ----------------------------------------------------------------------------------------


def killed(monkeypatch: pytest.MonkeyPatch, plan: Plan, aws: Aws) -> None:
    """Execute a plan and end while it runs."""

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Watch, "until_end", kill)
        apply_plan(plan, aws)


def kill(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(("more", "end"), [({}, "succeeded"), (FAILS, "failed")])
def test_the_next_command_writes_the_end_of_a_killed_one(
    aws: Aws, spec_dir: Path, monkeypatch: pytest.MonkeyPatch, more: Mapping[str, Json], end: str
) -> None:
    name = f"killed-{end}"
    killed(monkeypatch, make_plan(platform(name, messaging(**more)), spec_dir, aws), aws)
    (left,) = records(aws, name)
    assert (left.result, left.when, left.ended) == ("unknown", left.written, None)
    waited(aws, name)
    with reading([platform(name)], opened(replace(aws, caller=SOMEBODY))) as history:
        (record,) = history.last(9)
    assert record.result == end and record.ended and record.ended.seen_by == SOMEBODY
    assert [failure.logical_id for failure in record.ended.failures] == (["Wait"] if more else [])
    assert record.ended.started < record.ended.ended


def waited(aws: Aws, name: str) -> None:
    status = "CREATE_IN_PROGRESS"
    while status.endswith("_IN_PROGRESS"):
        status = aws.cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]


def test_a_deployment_after_a_killed_one_completes_that_first(
    aws: Aws, spec_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(monkeypatch, make_plan(platform("taken-up", messaging()), spec_dir, aws), aws)
    waited(aws, "taken-up")
    apply_plan(make_plan(platform("taken-up", messaging(86400)), spec_dir, aws), aws)
    assert results(aws, "taken-up") == [
        (1, "create", "succeeded", "CREATE_COMPLETE"),
        (2, "update", "succeeded", "UPDATE_COMPLETE"),
    ]


def test_the_same_plan_that_finds_itself_executed_writes_the_end(
    aws: Aws, spec_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = make_plan(platform("watched-on", messaging()), spec_dir, aws)
    killed(monkeypatch, plan, aws)
    outcome = apply_plan(plan, refusing(aws, "ended"))
    assert outcome.succeeded and "an earlier run has executed this plan" in outcome.notes[0]
    assert outcome.notes[1].startswith("its record has no end yet, the next command writes it: permission denied")
    assert results(aws, "watched-on") == [(1, "create", "unknown", "")]
    assert len(apply_plan(plan, aws).notes) == 1
    assert results(aws, "watched-on") == [(1, "create", "succeeded", "CREATE_COMPLETE")]


def stopped(monkeypatch: pytest.MonkeyPatch, plan: Plan, aws: Aws) -> None:
    """End after the record was begun and before anything is executed."""
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("deployer.apply.free", kill)
        apply_plan(plan, aws)


def test_the_same_plan_goes_on_with_its_own_record(aws: Aws, spec_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan(platform("again", messaging()), spec_dir, aws)
    stopped(monkeypatch, plan, aws)
    assert settle(aws, ledger_of(aws, "again"))
    assert apply_plan(plan, aws).succeeded
    assert results(aws, "again") == [(1, "create", "succeeded", "CREATE_COMPLETE")]


def test_somebody_else_gets_a_record_of_their_own(aws: Aws, spec_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan(platform("others", messaging()), spec_dir, aws)
    stopped(monkeypatch, plan, aws)
    assert apply_plan(plan, replace(aws, caller=SOMEBODY)).succeeded
    settle(aws, ledger_of(aws, "others"))
    assert [(one.number, one.begun.who) for one in records(aws, "others")] == [(1, aws.caller), (2, SOMEBODY)]
    assert results(aws, "others")[1] == (2, "create", "succeeded", "CREATE_COMPLETE")


def test_what_was_never_executed_is_told_so(aws: Aws, spec_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apply_plan(make_plan(platform("not-begun", messaging()), spec_dir, aws), aws)
    plan = make_plan(platform("not-begun", messaging(86400)), spec_dir, aws)
    stopped(monkeypatch, plan, aws)
    assert records(aws, "not-begun")[1].result == "unknown"
    remove(aws, plan.change_set)
    settle(aws, ledger_of(aws, "not-begun"))
    assert results(aws, "not-begun")[1] == (2, "update", "not-started", "")


def test_a_removal_that_was_never_begun_is_told_so_after_the_next(
    aws: Aws, spec_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply_plan(make_plan(platform("unremoved", messaging()), spec_dir, aws), aws)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("deployer.removal.destroy.remove_stack", kill)
        destroy(plan_removal(aws, "unremoved"), aws)
    destroy(plan_removal(aws, "unremoved"), aws)
    settle(aws, ledger_of(aws, "unremoved"))
    assert [row[1:3] for row in results(aws, "unremoved")] == [
        ("create", "succeeded"),
        ("destroy", "not-started"),
        ("destroy", "succeeded"),
    ]


# --- buckets that do not take a record -------------------------------------------------------------------------------


class Refusing:
    """A client of S3 that may not write the parts of records that are named."""

    def __init__(self, client: Json, *parts: str) -> None:
        self._client, self._parts = client, parts

    def __getattr__(self, name: str) -> Json:
        return getattr(self._client, name)

    def put_object(self, **arguments: Json) -> Json:
        if arguments["Key"].endswith(tuple(f"/{part}.json" for part in self._parts)):
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not allowed"}}, "PutObject")
        return self._client.put_object(**arguments)


def refusing(aws: Aws, *parts: str) -> Aws:
    client: Json = Refusing(aws.s3, *parts)
    return replace(aws, s3=client)


def test_what_can_not_be_recorded_is_not_done(aws: Aws, spec_dir: Path) -> None:
    plan = make_plan(platform("unwritable", messaging()), spec_dir, aws)
    with pytest.raises(DeployError) as caught:
        apply_plan(plan, refusing(aws, "begun"))
    assert caught.value.diagnostics[0].code == "access-denied"
    assert "recording what is about to be done (nothing was changed)" in caught.value.message
    assert apply_plan(plan, aws).succeeded


def test_an_end_that_can_not_be_written_is_a_note(aws: Aws, spec_dir: Path) -> None:
    plan = make_plan(platform("half-written", messaging()), spec_dir, aws)
    outcome = apply_plan(plan, refusing(aws, "ended"))
    assert outcome.succeeded
    assert outcome.notes[0].startswith("record 1 has no end yet, the next command writes it: permission denied")
    settle(aws, ledger_of(aws, "half-written"))
    assert results(aws, "half-written") == [(1, "create", "succeeded", "CREATE_COMPLETE")]


def test_without_a_bucket_a_removal_says_that_it_is_not_recorded(aws: Aws, spec_dir: Path) -> None:
    apply_plan(make_plan(platform("bucketless", messaging()), spec_dir, aws), aws)
    elsewhere = replace(aws, account="111111111111")
    outcome = destroy(plan_removal(aws, "bucketless"), elsewhere)
    assert outcome.succeeded
    assert outcome.notes == ("this is not in the history: there is no artefact bucket",)


def test_a_record_that_can_not_be_read_stops_nobody(aws: Aws, spec_dir: Path) -> None:
    ledger = ledger_of(aws, "strange")
    ledger.take_number(b'{"format": "stackwright-record/9"}')
    ledger.take_number(b"no json")
    assert apply_plan(make_plan(platform("strange", messaging()), spec_dir, aws), aws).succeeded
    history = History(ledger, ledger.parts())
    assert history.record(3).result == "succeeded"
    for number in (1, 2):
        with pytest.raises(DeployError) as caught:
            history.record(number)
        assert caught.value.diagnostics[0].code == "history-damaged"


def test_no_rule_of_the_bucket_lets_a_record_or_a_template_expire() -> None:
    made = bucket_stack(platform("any")).root.body["Resources"]["ArtefactBucket"]["Properties"]
    for rule in (*EXPIRING, *made["LifecycleConfiguration"]["Rules"]):
        assert not {"ExpirationInDays", "ExpirationDate", "Transitions", "Transition"} & rule.keys(), rule
        assert rule.get("Expiration", {}).keys() <= {"ExpiredObjectDeleteMarker"}, rule
    assert made["VersioningConfiguration"] == {"Status": "Enabled"}


def test_a_region_that_is_not_home_writes_into_the_same_sequence(aws: Aws) -> None:
    there = open_ledger(replace(aws, region="eu-west-1"), Archive(home="us-east-1"), "both-homes")
    assert there is not None and there.bucket == default_bucket(aws.account, "us-east-1")
    assert there.take_number(b'{"who": "west"}') == 1
    assert ledger_of(aws, "both-homes").take_number(b'{"who": "east"}') == 2
    assert open_ledger(aws, Archive(bucket="nothing-of-this-name"), "both-homes") is None


# --- secrets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ({"password": "hunter22"}, {"password": HIDDEN}),
        ({"DbPassword": "hunter22", "Why": "it was hunter22!"}, {"DbPassword": HIDDEN, "Why": f"it was {HIDDEN}!"}),
        ({"path": "Environment.Variables.API_TOKEN", "before": "abc", "after": "def"}, (HIDDEN, HIDDEN)),
        ({"path": "SecretString", "before": None, "after": "x"}, (None, HIDDEN)),
        ({"path": "Passwords[0]", "before": "a", "after": None}, ("a", None)),
        ({"password": "{{resolve:secretsmanager:main}}"}, {"password": "{{resolve:secretsmanager:main}}"}),
        ({"password": {"Ref": "Main"}}, {"password": {"Ref": "Main"}}),
        ({"url": "postgres://app:hunter2@db/x"}, {"url": HIDDEN}),
        ({"key": "templates/task-service-with-a-long-name-1"}, {"key": "templates/task-service-with-a-long-name-1"}),
        (["AKIAABCDEFGHIJKLMNOP", 1, True], [HIDDEN, 1, True]),
    ],
)
def test_what_is_a_secret_by_its_name_or_form_is_taken_out(value: Json, clean: Json) -> None:
    found = without_secrets(value)
    assert (found if not isinstance(clean, tuple) else (found["before"], found["after"])) == clean


def test_no_object_of_a_record_has_a_secret(aws: Aws, spec_dir: Path) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Hidden"}}}
    compiled = platform("secretive", messaging(), Shown=topic)
    parameters = {
        "Hidden": {"Type": "String", "NoEcho": True, "Default": "correct-horse-1"},
        "AdminPassword": {"Type": "String", "Default": "battery-staple-2"},
        "Image": {"Type": "String", "Default": "web:1.2"},
    }
    body = {**compiled.root.body, "Parameters": parameters}
    apply_plan(make_plan(replace(compiled, root=replace(compiled.root, body=body)), spec_dir, aws), aws)
    ledger = ledger_of(aws, "secretive")
    keys = [ledger.key(1, part) for part in ledger.parts()[1]]
    assert len(keys) == 3
    text = b"".join(uploaded(aws, ledger.bucket, key) for key in keys)
    assert b"correct-horse" not in text and b"battery-staple" not in text and b"web:1.2" in text
    version = records(aws, "secretive")[0].begun.version
    assert version is not None
    assert (dict(version.parameters), version.materials.hidden) == (
        {"AdminPassword": HIDDEN, "Image": "web:1.2"},
        ("Hidden",),
    )
