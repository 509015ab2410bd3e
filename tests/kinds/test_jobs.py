"""Jobs: who may start them, how a schedule does, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
"""
FUNCTION = "runtime: python3.13, code: job, handler: app.handler"
START = {"start": f"functions: {{operate: {{{FUNCTION}, uses: {{report: start}}}}}}"}


def built(settings: str = "", more: str = "") -> dict[str, Json]:
    return dict(resources(compiled(spec(settings, more))))


def spec(settings: str = "", more: str = "") -> str:
    jobs = f"{{report: {{image: 'example/report:1'{settings}}}, other: {{image: 'example/other:1'}}}}"
    return f"{HEAD}jobs: {jobs}\n{more}\n"


@pytest.mark.parametrize("verb", ["start"])
def test_a_verb_allows_running_that_task_with_its_two_roles(verb: str) -> None:
    run, pass_on = built(more=START[verb])["OperateAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert (run["Action"], run["Resource"]) == (["ecs:RunTask"], [{"Ref": "ReportTaskDefinition"}])
    assert run["Condition"] == {"ArnEquals": {"ecs:cluster": {"Fn::GetAtt": ["EcsCluster", "Arn"]}}}
    roles = [{"Fn::GetAtt": [f"Report{kind}Role", "Arn"]} for kind in ("Task", "Execution")]
    assert (pass_on["Action"], pass_on["Resource"]) == (["iam:PassRole"], roles)
    assert pass_on["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


@pytest.mark.parametrize("verb", ["start"])
def test_a_verb_allows_no_more_than_that(verb: str) -> None:
    found = built(more=START[verb])["OperateAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert len(found) == 2 and "Other" not in str(found) and "*" not in str(found)


def test_starting_needs_no_further_knowledge() -> None:
    found = built(more=START["start"])["OperateFunction"]["Properties"]["Environment"]["Variables"]
    assert set(found) == {f"REPORT_{word}" for word in ("TASK_DEFINITION", "CLUSTER", "SUBNETS", "SECURITY_GROUP")}
    assert found["REPORT_SUBNETS"]["Fn::Join"][0] == ","


def test_a_job_alone_runs_only_when_somebody_starts_it() -> None:
    kinds = {body["Type"] for body in built().values()}
    assert {"AWS::ECS::TaskDefinition", "AWS::ECS::Cluster", "AWS::EC2::VPC"} <= kinds
    assert not kinds & {"AWS::ECS::Service", "AWS::Scheduler::Schedule"}


def test_a_schedule_of_its_own_starts_it_in_private_subnets() -> None:
    found = built(", schedule: cron(0 3 * * ? *), timezone: Europe/Berlin, spot: true, uses: {media: read}", MEDIA)
    schedule = found["ReportSchedule"]["Properties"]
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": ["EcsCluster", "Arn"]}
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
    task = schedule["Target"]["EcsParameters"]
    assert task["CapacityProviderStrategy"] == [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]
    network = task["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "DISABLED"
    assert network["SecurityGroups"] == [{"Ref": "ReportSecurityGroup"}]
    assert found["ReportSchedule"]["DependsOn"] == ["ReportAccess"]


def test_a_schedule_has_a_role_that_may_start_this_job_only() -> None:
    (policy,) = built(", schedule: rate(1 hour)")["ReportSchedulerRole"]["Properties"]["Policies"]
    actions = [one["Action"] for one in policy["PolicyDocument"]["Statement"]]
    assert actions == [["ecs:RunTask"], ["iam:PassRole"]]
    assert "*" not in str(policy) and "Other" not in str(policy)


def test_an_entry_of_schedules_starts_a_job_too() -> None:
    found = built(", uses: {media: read}", f"{MEDIA}\nschedules: {{weekly: {{when: rate(7 days), to: report}}}}")
    target = found["WeeklySchedule"]["Properties"]["Target"]
    assert target["EcsParameters"]["TaskDefinitionArn"] == {"Ref": "ReportTaskDefinition"}
    assert found["WeeklySchedule"]["DependsOn"] == ["ReportAccess", "WeeklyAccess"]
    statements = found["WeeklyAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert [one["Action"] for one in statements] == [["ecs:RunTask"], ["iam:PassRole"]]


MEDIA = "buckets: {media: {}}"


@pytest.mark.parametrize(
    ("settings", "more", "code"),
    [
        (", cpu: 256, memory: 4096", "", "fargate-size"),
        (", exec: true", "", "exec-read-only"),
        (", timezone: Europe/Berlin", "", "unused-setting"),
        (", schedule: hourly", "", "bad-value"),
        ("", "schedules: {weekly: {when: rate(7 days), to: report, input: now}}", "wrong-type"),
        (", logs: {name: /x}", f"functions: {{f: {{{FUNCTION}, logs: {{name: /x}}}}}}", "log-group-taken"),
    ],
)
def test_what_a_job_can_not_be(settings: str, more: str, code: str) -> None:
    assert {one.code for one in faults(spec(settings, more))} == {code}
