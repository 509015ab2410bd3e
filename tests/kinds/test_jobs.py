"""Jobs: who may start them, how a schedule does, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
"""
FUNCTION = "runtime: python3.13, code: job, handler: app.handler"
FAMILY = {"Fn::Select": [5, {"Fn::Split": [":", {"Ref": "ReportJobTaskDefinition"}]}]}
REVISIONS = {"Fn::Sub": ["arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:${Family}:*", {"Family": FAMILY}]}
"""Who has not yet heard of the newest revision, while a deployment is under way, may still start the one before it."""
START = {"start": f"functions: {{operate: {{{FUNCTION}, uses: {{report: start}}}}}}"}


def narrow(policy: Json) -> str:
    """A policy without the one wildcard that it may have, that of the revisions."""
    return str(policy).replace("${Family}:*", "")


def built(settings: str = "", more: str = "") -> dict[str, Json]:
    return dict(resources(compiled(spec(settings, more))))


def spec(settings: str = "", more: str = "") -> str:
    jobs = f"{{report: {{image: 'example/report:1'{settings}}}, other: {{image: 'example/other:1'}}}}"
    return f"{HEAD}jobs: {jobs}\n{more}\n"


@pytest.mark.parametrize("verb", ["start"])
def test_a_verb_allows_running_that_task_with_its_two_roles(verb: str) -> None:
    run, pass_on = built(more=START[verb])["OperateFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert (run["Action"], run["Resource"]) == (["ecs:RunTask"], [REVISIONS])
    assert run["Condition"] == {"ArnEquals": {"ecs:cluster": {"Fn::GetAtt": ["EcsCluster", "Arn"]}}}
    roles = [{"Fn::GetAtt": [f"ReportJob{kind}Role", "Arn"]} for kind in ("Task", "Execution")]
    assert (pass_on["Action"], pass_on["Resource"]) == (["iam:PassRole"], roles)
    assert pass_on["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


@pytest.mark.parametrize("verb", ["start"])
def test_a_verb_allows_no_more_than_that(verb: str) -> None:
    found = built(more=START[verb])["OperateFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert len(found) == 2 and "Other" not in str(found) and "*" not in narrow(found)


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
    schedule = found["ReportJobSchedule"]["Properties"]
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": ["EcsCluster", "Arn"]}
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
    task = schedule["Target"]["EcsParameters"]
    assert task["CapacityProviderStrategy"] == [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]
    network = task["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "DISABLED"
    assert network["SecurityGroups"] == [{"Ref": "ReportJobSecurityGroup"}]
    assert found["ReportJobSchedule"]["DependsOn"] == ["ReportJobAccess"]


def test_a_schedule_has_a_role_that_may_start_this_job_only() -> None:
    (policy,) = built(", schedule: rate(1 hour)")["ReportJobSchedulerRole"]["Properties"]["Policies"]
    actions = [one["Action"] for one in policy["PolicyDocument"]["Statement"]]
    assert actions == [["ecs:RunTask"], ["iam:PassRole"]]
    assert "*" not in narrow(policy) and "Other" not in str(policy)


def test_an_entry_of_schedules_starts_a_job_too() -> None:
    found = built(", uses: {media: read}", f"{MEDIA}\nschedules: {{weekly: {{when: rate(7 days), to: report}}}}")
    target = found["WeeklySchedule"]["Properties"]["Target"]
    assert target["EcsParameters"]["TaskDefinitionArn"] == {"Ref": "ReportJobTaskDefinition"}
    assert found["WeeklySchedule"]["DependsOn"] == ["ReportJobAccess", "WeeklyScheduleAccess"]
    statements = found["WeeklyScheduleAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert [one["Action"] for one in statements] == [["ecs:RunTask"], ["iam:PassRole"]]


QUEUE = "queues: {uploads: {}, others: {}}"


def test_a_pipe_starts_a_task_for_each_message_of_a_queue() -> None:
    pipe = built(", queue: uploads, spot: true", QUEUE)["ReportJobPipe"]["Properties"]
    assert pipe["Source"] == {"Ref": "UploadsQueueArn"} and pipe["Target"] == {"Fn::GetAtt": ["EcsCluster", "Arn"]}
    assert pipe["SourceParameters"] == {"SqsQueueParameters": {"BatchSize": 1}}
    task = pipe["TargetParameters"]["EcsTaskParameters"]
    assert task["TaskDefinitionArn"] == {"Ref": "ReportJobTaskDefinition"}
    assert task["CapacityProviderStrategy"] == [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]
    network = task["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "DISABLED"
    assert network["SecurityGroups"] == [{"Ref": "ReportJobSecurityGroup"}]
    message = {"Name": "report", "Environment": [{"Name": "MESSAGE", "Value": "$.body"}]}
    assert task["Overrides"] == {"ContainerOverrides": [message]}


def test_the_variable_of_a_message_can_have_another_name() -> None:
    pipe = built(", queue: uploads, queue_variable: UPLOAD", QUEUE)["ReportJobPipe"]["Properties"]
    override = pipe["TargetParameters"]["EcsTaskParameters"]["Overrides"]["ContainerOverrides"][0]
    assert override["Environment"] == [{"Name": "UPLOAD", "Value": "$.body"}]


def test_a_pipe_may_read_this_queue_and_start_this_job_only() -> None:
    found = built(", queue: uploads", QUEUE)
    role = found["ReportJobPipeRole"]["Properties"]
    trusted = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert trusted["Principal"] == {"Service": "pipes.amazonaws.com"}
    assert trusted["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    allowed = {one["Sid"]: one for one in role["Policies"][0]["PolicyDocument"]["Statement"]}
    assert allowed["Poll"]["Action"] == ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    assert allowed["Poll"]["Resource"] == [{"Ref": "UploadsQueueArn"}]
    assert allowed["Unlock"]["Condition"] == {"StringEquals": {"kms:ViaService": "sqs.us-east-1.amazonaws.com"}}
    assert allowed["Start"]["Resource"] == [REVISIONS]
    assert allowed["Log"]["Resource"] == [{"Fn::GetAtt": ["ReportJobPipeLogGroup", "Arn"]}]
    assert set(allowed) == {"Poll", "Unlock", "Log", "Start", "PassRoles"}
    assert "Other" not in str(role) and '"*"' not in str(role)


def test_the_task_itself_may_not_read_the_queue() -> None:
    found = built(", queue: uploads", QUEUE)
    assert "ReportJobAccess" not in found and "sqs" not in str(found["ReportJobTaskRole"])


def test_a_pipe_waits_for_the_rights_of_the_task_and_tells_what_went_wrong() -> None:
    found = built(", queue: uploads, uses: {media: read}", f"{QUEUE}\n{MEDIA}")
    assert found["ReportJobPipe"]["DependsOn"] == ["ReportJobAccess"]
    assert found["ReportJobPipe"]["Properties"]["LogConfiguration"]["Level"] == "ERROR"
    assert found["ReportJobPipeLogGroup"]["Properties"]["LogGroupName"] == "/aws/vendedlogs/pipes/demo/dev/report"


def rule(settings: str, more: str = "") -> Json:
    found = built(settings, more)
    (one,) = (body for body in found.values() if body["Type"] == "AWS::Events::Rule")
    return one["Properties"], found


def test_an_event_starts_it_in_private_subnets_by_a_role_that_may_do_just_that() -> None:
    event = "{bus: shop, pattern: {a: [1]}, max_age_seconds: 60, undelivered: uploads}"
    properties, found = rule(f", events: [{event}]", f"{QUEUE}\nbuses: {{shop: {{}}}}")
    (target,) = properties["Targets"]
    assert properties["EventBusName"] == {"Ref": "ShopBus"}
    assert target["Arn"] == {"Fn::GetAtt": ["EcsCluster", "Arn"]}
    assert target["EcsParameters"]["TaskDefinitionArn"] == {"Ref": "ReportJobTaskDefinition"}
    assert target["EcsParameters"]["NetworkConfiguration"]["AwsVpcConfiguration"]["AssignPublicIp"] == "DISABLED"
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 60}
    assert target["DeadLetterConfig"] == {"Arn": {"Ref": "UploadsQueueArn"}}
    (policy,) = found["ReportJobEventsRole"]["Properties"]["Policies"]
    assert [one["Action"] for one in policy["PolicyDocument"]["Statement"]] == [["ecs:RunTask"], ["iam:PassRole"]]
    assert "*" not in narrow(policy) and "Other" not in str(policy)


def test_parts_of_an_event_become_overrides() -> None:
    template = (
        "{containerOverrides: [{name: report, environment: [{name: ID, value: <id>}, {name: X, value: 'a <id>'}]}]}"
    )
    properties, _ = rule(
        f", events: [{{pattern: {{a: [1]}}, transform: {{paths: {{id: $.id}}, template: {template}}}}}]"
    )
    transformer = properties["Targets"][0]["InputTransformer"]
    assert transformer["InputPathsMap"] == {"id": "$.id"}
    environment = '[{"name":"ID","value":<id>},{"name":"X","value":"a <id>"}]'
    assert transformer["InputTemplate"] == f'{{"containerOverrides":[{{"environment":{environment},"name":"report"}}]}}'


MEDIA = "buckets: {media: {}}"


@pytest.mark.parametrize(
    ("settings", "more", "code"),
    [
        (", cpu: 256, memory: 4096", "", "fargate-size"),
        (", exec: true", "", "exec-read-only"),
        (", timezone: Europe/Berlin", "", "unused-setting"),
        (", schedule: hourly", "", "bad-schedule"),
        (", schedule: 'at(2027-13-01T00:00:00)'", "", "bad-schedule"),
        ("", "schedules: {weekly: {when: rate(7 days), to: report, input: now}}", "wrong-type"),
        (", queue: news", "topics: {news: {}}", "wrong-kind"),
        (", queue: uploads, queue_variable: 1X", "queues: {uploads: {}}", "bad-value"),
        (", events: [{pattern: {a: [1]}, transform: {template: a}}]", "", "wrong-type"),
        (", events: [{pattern: {a: [1]}, transform: {template: {a: <b>}}}]", "", "unknown-placeholder"),
        (", events: [{pattern: {a: [1]}}, {pattern: {a: [1]}}]", "", "duplicate-value"),
        (", logs: {name: /x}", f"functions: {{f: {{{FUNCTION}, logs: {{name: /x}}}}}}", "claimed-name"),
    ],
)
def test_what_a_job_can_not_be(settings: str, more: str, code: str) -> None:
    assert {one.code for one in faults(spec(settings, more))} == {code}
