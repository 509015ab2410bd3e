"""Schedules: what they run or send, with which rights, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
queues: {jobs: {}, failed: {}, ordered: {fifo: true}}
topics: {news: {}}
functions: {report: {runtime: python3.13, code: report, handler: app.handler}}
workflows: {flow: {definition: {StartAt: A, States: {A: {Type: Pass, End: true}}}}}
"""


def spec(to: str, settings: str = "") -> str:
    return f"{HEAD}schedules: {{nightly: {{when: 'cron(0 6 * * ? *)', to: {to}{settings}}}}}\n"


def built(to: str, settings: str = "") -> dict[str, Json]:
    return dict(resources(compiled(spec(to, settings))))


def allowed(to: str, settings: str = "") -> dict[str, Json]:
    statements = built(to, settings)["NightlyScheduleAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return {one["Sid"]: one for one in statements}


STEMS = {"report": "ReportFunction", "jobs": "JobsQueue", "news": "NewsTopic", "flow": "FlowWorkflow"}


@pytest.mark.parametrize(
    ("to", "action", "resource"),
    [
        ("report", "lambda:InvokeFunction", {"Fn::GetAtt": ["ReportFunction", "Arn"]}),
        ("jobs", "sqs:SendMessage", {"Ref": "JobsQueueArn"}),
        ("news", "sns:Publish", {"Ref": "NewsTopic"}),
        ("flow", "states:StartExecution", {"Ref": "FlowWorkflow"}),
    ],
)
def test_a_schedule_may_do_what_it_is_for_and_nothing_else(to: str, action: str, resource: Json) -> None:
    found = built(to)
    (target,) = (body["Properties"]["Target"] for name, body in found.items() if name == "NightlySchedule")
    assert target == {"Arn": resource, "RoleArn": {"Fn::GetAtt": ["NightlyScheduleRole", "Arn"]}}
    statements = allowed(to)
    first = statements[f"{STEMS[to]}Scheduled"]
    assert action in first["Action"] and first["Resource"] == [resource]
    assert "*" not in str(statements) and all(sid.startswith(STEMS[to]) for sid in statements)


def test_only_the_scheduler_of_this_account_has_the_role() -> None:
    found = built("report")
    (trusted,) = found["NightlyScheduleRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trusted["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert found["NightlySchedule"]["DependsOn"] == ["NightlyScheduleAccess"]


def test_a_schedule_says_when_and_what() -> None:
    times = "start: '2027-01-01T00:00:00Z', end: '2027-12-31T00:00:00Z', timezone: Europe/Berlin, window_minutes: 15"
    found = built("report", f", {times}, enabled: false, input: {{a: 1}}")["NightlySchedule"]["Properties"]
    assert found["ScheduleExpression"] == "cron(0 6 * * ? *)"
    assert found["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert (found["StartDate"], found["EndDate"]) == ("2027-01-01T00:00:00Z", "2027-12-31T00:00:00Z")
    assert found["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    assert found["State"] == "DISABLED" and found["Target"]["Input"] == '{"a":1}'


def test_what_could_not_be_delivered_is_kept() -> None:
    settings = ", undelivered: failed, retries: 0, max_age_seconds: 60"
    target = built("report", settings)["NightlySchedule"]["Properties"]["Target"]
    assert target["DeadLetterConfig"] == {"Arn": {"Ref": "FailedQueueArn"}}
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}
    assert "sqs:SendMessage" in allowed("report", settings)["FailedQueueFailures"]["Action"]


@pytest.mark.parametrize(
    ("to", "settings", "code"),
    [
        ("ordered", "", "fifo-limit"),
        ("report", ", undelivered: ordered", "fifo-limit"),
        ("report", ", undelivered: news", "wrong-kind"),
        ("report", ", input: hello", "wrong-type"),
        ("flow", ", input: hello", "wrong-type"),
        ("report", ", start: '2027-01-02T00:00:00Z', end: '2027-01-01T00:00:00Z'", "out-of-range"),
        ("report", ", start: tomorrow", "bad-value"),
        ("report", ", start: '2027-02-30T00:00:00Z'", "bad-value"),
        ("report", ", end: '2027-01-01T24:60:00Z'", "bad-value"),
        ("nobody", "", "unknown-component"),
    ],
)
def test_what_a_schedule_can_not_be(to: str, settings: str, code: str) -> None:
    assert {one.code for one in faults(spec(to, settings))} == {code}


def test_a_workflow_is_started_once_it_can_use_its_key() -> None:
    schedule = built("flow", ", input: {to: '${jobs.arn}', greeting: Grüße}")["NightlySchedule"]
    assert set(schedule["DependsOn"]) == {"NightlyScheduleAccess", "FlowWorkflowOwnAccess"}
    target = schedule["Properties"]["Target"]
    assert target["Arn"] == {"Ref": "FlowWorkflow"}
    assert target["Input"] == {"Fn::Sub": '{"greeting":"Grüße","to":"${JobsQueueArn}"}'}
