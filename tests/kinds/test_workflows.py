"""Workflows: who may start them, what their roles may do, what becomes of a definition, and what it can get wrong."""

from __future__ import annotations

import json
import re

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
"""
FUNCTION = "runtime: python3.13, code: job, handler: app.handler"
PASS = "{StartAt: A, States: {A: {Type: Pass, End: true}}}"
EXPRESS, STANDARD = f"{{type: express, definition: {PASS}}}", f"{{definition: {PASS}}}"


def built(text: str) -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}")))


def access(verb: str, workflow: str = STANDARD) -> dict[str, Json]:
    text = f"workflows: {{flow: {workflow}, other: {STANDARD}}}\n"
    return built(f"{text}functions: {{job: {{{FUNCTION}, uses: {{flow: {verb}}}}}}}")


def statements(policy: Json) -> list[Json]:
    found: list[Json] = policy["Properties"]["PolicyDocument"]["Statement"]
    return found


def run(role: Json) -> dict[str, Json]:
    (policy,) = role["Properties"]["Policies"]
    return {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}


def task(resource: str, more: str = "", settings: str = "") -> str:
    state = f"{{Type: Task, Resource: '{resource}', End: true{more}}}"
    return f"workflows: {{flow: {{definition: {{StartAt: A, States: {{A: {state}}}}}{settings}}}}}"


@pytest.mark.parametrize(
    ("verb", "workflow", "actions"),
    [
        ("start", STANDARD, ["states:StartExecution", "states:DescribeExecution", "states:StopExecution"]),
        ("start", EXPRESS, ["states:StartExecution", "states:StartSyncExecution"]),
        ("send", STANDARD, ["states:SendTaskFailure", "states:SendTaskHeartbeat", "states:SendTaskSuccess"]),
    ],
)
def test_a_verb_allows_its_actions_on_that_workflow(verb: str, workflow: str, actions: list[str]) -> None:
    found = [one for one in statements(access(verb, workflow)["JobFunctionAccess"]) if one["Action"] != ["kms:Decrypt"]]
    assert [action for one in found for action in one["Action"]] == actions
    executions = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${FlowWorkflow.Name}:*"
    allowed = [{"Ref": "FlowWorkflow"}, {"Fn::Sub": executions}]
    assert all(one["Resource"] == [allowed[number]] for number, one in enumerate(found))


@pytest.mark.parametrize("verb", ["start", "send"])
def test_a_verb_allows_no_more_than_that(verb: str) -> None:
    found = statements(access(verb)["JobFunctionAccess"])
    assert "OtherWorkflow" not in str(found) and not any(one["Resource"] == ["*"] for one in found)


def test_who_starts_it_may_read_what_that_workflow_encrypted_and_nothing_else() -> None:
    (key,) = (one for one in statements(access("start")["JobFunctionAccess"]) if one["Action"] == ["kms:Decrypt"])
    assert key["Condition"]["StringEquals"] == {
        "kms:ViaService": "states.us-east-1.amazonaws.com",
        "kms:EncryptionContext:aws:states:stateMachineArn": {"Ref": "FlowWorkflow"},
    }


def test_start_gives_the_arn_and_waits_for_the_right_to_the_key() -> None:
    function = access("start")["JobFunction"]
    assert function["Properties"]["Environment"]["Variables"] == {"FLOW_ARN": {"Ref": "FlowWorkflow"}}
    assert "FlowWorkflowOwnAccess" in function["DependsOn"]


def test_a_workflow_is_encrypted_logged_and_traced() -> None:
    found = built(f"workflows: {{flow: {STANDARD}}}")
    machine = found["FlowWorkflow"]["Properties"]
    assert machine["EncryptionConfiguration"] == {
        "Type": "CUSTOMER_MANAGED_KMS_KEY",
        "KmsKeyId": {"Ref": "PlatformKeyArn"},
    }
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert machine["TracingConfiguration"] == {"Enabled": True}
    group = found["FlowWorkflowLogGroup"]["Properties"]
    assert group["LogGroupName"] == "/aws/vendedlogs/states/demo/dev/flow" and group["KmsKeyId"]
    assert "StateMachineName" not in machine


def test_only_state_machines_of_this_account_have_the_role() -> None:
    trusted = built(f"workflows: {{flow: {STANDARD}}}")["FlowWorkflowRole"]["Properties"]["AssumeRolePolicyDocument"]
    (statement,) = trusted["Statement"]
    machines = {"Fn::Sub": "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:*"}
    assert statement["Principal"] == {"Service": "states.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnLike": {"aws:SourceArn": machines},
    }


def test_the_key_is_used_for_this_state_machine_only_and_never_by_way_of_a_service() -> None:
    (key,) = statements(built(f"workflows: {{flow: {STANDARD}}}")["FlowWorkflowOwnAccess"])
    assert key["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    context = {"kms:EncryptionContext:aws:states:stateMachineArn": {"Ref": "FlowWorkflow"}}
    assert key["Condition"] == {"StringEquals": context}


def test_the_key_lets_the_delivery_of_this_accounts_logs_in() -> None:
    policy = built(f"workflows: {{flow: {STANDARD}}}")["PlatformKey"]["Properties"]["KeyPolicy"]["Statement"]
    (delivery,) = (one for one in policy if one["Sid"] == "ServiceDelivery")
    assert delivery["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert delivery["Action"] == ["kms:Decrypt"]
    logs = {"Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*"}
    assert delivery["Condition"] == {"StringLike": {"kms:EncryptionContext:SourceArn": logs}}
    assert "ServiceDelivery" not in str(built("queues: {jobs: {}}")["PlatformKey"])


@pytest.mark.parametrize(
    ("settings", "path", "value"),
    [
        (", type: express", ["StateMachineType"], "EXPRESS"),
        (", tracing: false", ["TracingConfiguration", "Enabled"], False),
        (", logs: {level: fatal}", ["LoggingConfiguration", "Level"], "FATAL"),
        (", logs: {data: true}", ["LoggingConfiguration", "IncludeExecutionData"], True),
    ],
)
def test_what_a_setting_becomes(settings: str, path: list[str], value: Json) -> None:
    found = built(f"workflows: {{flow: {{definition: {PASS}{settings}}}}}")["FlowWorkflow"]["Properties"]
    for step in path:
        found = found[step]
    assert found == value


def test_without_tracing_the_role_may_send_no_traces() -> None:
    assert "Traces" in run(built(f"workflows: {{flow: {STANDARD}}}")["FlowWorkflowRole"])
    quiet = built(f"workflows: {{flow: {{definition: {PASS}, tracing: false}}}}")
    assert "Traces" not in run(quiet["FlowWorkflowRole"])


def test_a_definition_stays_as_it_is_with_its_nulls_and_order() -> None:
    text = "{StartAt: B, States: {B: {Type: Pass, ResultPath: null, Next: A}, A: {Type: Succeed, Comment: '$${x} ü'}}}"
    said = built(f"workflows: {{flow: {{definition: {text}}}}}")["FlowWorkflow"]["Properties"]["DefinitionString"]
    assert list(json.loads(said)["States"]) == ["B", "A"]
    assert json.loads(said)["States"]["B"]["ResultPath"] is None
    assert json.loads(said)["States"]["A"]["Comment"] == "${x} ü"


def test_a_pointer_and_the_partition_are_put_into_the_definition() -> None:
    text = task("arn:aws:states:::sqs:sendMessage", ", Parameters: {QueueUrl: '${jobs.url}'}", ", uses: {jobs: send}")
    found = built(f"queues: {{jobs: {{}}}}\n{text}")["FlowWorkflow"]["Properties"]["DefinitionString"]["Fn::Sub"]
    assert '"Resource":"arn:${AWS::Partition}:states:::sqs:sendMessage"' in found[0]
    assert '"QueueUrl":"${Pointer1}"' in found[0] and found[1] == {"Pointer1": {"Ref": "JobsQueue"}}
    filled = re.sub(r"\$\{[^}]+\}", "x", found[0])
    assert json.loads(filled)["States"]["A"]["End"] is True


@pytest.mark.parametrize(("resource", "waits"), [("ecs:runTask.sync", True), ("ecs:runTask", False)])
def test_only_waiting_for_a_job_takes_more_than_starting_it(resource: str, waits: bool) -> None:
    parameters = ", Parameters: {TaskDefinition: '${pack.task_definition}'}"
    text = task(f"arn:aws:states:::{resource}", parameters, ", uses: {pack: start}")
    found = built(f"jobs: {{pack: {{image: 'example/pack:1'}}}}\n{text}")
    role = run(found["FlowWorkflowRole"])
    assert ({"Tasks", "TaskRule"} <= set(role)) == waits
    assert found["FlowWorkflow"]["DependsOn"] == ["FlowWorkflowAccess"]
    if waits:
        tasks = "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:task/${EcsCluster}/*"
        assert role["Tasks"]["Action"] == ["ecs:DescribeTasks", "ecs:StopTask"]
        assert role["Tasks"]["Resource"] == [{"Fn::Sub": tasks}]
        assert role["TaskRule"]["Resource"][0]["Fn::Sub"].endswith(":rule/StepFunctionsGetEventsForECSTaskRule")


def test_a_job_knows_where_it_runs_unless_the_task_says_so() -> None:
    jobs = "jobs: {pack: {image: 'example/pack:1', spot: true}}\n"
    run_task, use = "arn:aws:states:::ecs:runTask", ", uses: {pack: start}"
    bare = built(jobs + task(run_task, ", Parameters: {TaskDefinition: '${pack.task_definition}'}", use))
    text = bare["FlowWorkflow"]["Properties"]["DefinitionString"]["Fn::Sub"][0]
    assert '"Cluster":"${EcsCluster.Arn}"' in text and '"CapacityProvider":"FARGATE_SPOT"' in text
    assert '"SecurityGroups":["${PackJobSecurityGroup}"]' in text and '"AssignPublicIp":"DISABLED"' in text
    own = "{TaskDefinition: '${pack.task_definition}', LaunchType: FARGATE, 'Cluster.$': $.cluster}"
    text = built(jobs + task(run_task, f", Parameters: {own}", use))["FlowWorkflow"]["Properties"]["DefinitionString"][
        "Fn::Sub"
    ][0]
    assert "CapacityProvider" not in text and '"Cluster":' not in text and '"Subnets":' in text


@pytest.mark.parametrize(("resource", "waits"), [("startExecution.sync:2", True), ("startExecution", False)])
def test_waiting_for_a_workflow_takes_its_rule(resource: str, waits: bool) -> None:
    parameters = ", Parameters: {StateMachineArn: '${other.arn}'}"
    text = task(f"arn:aws:states:::states:{resource}", parameters, ", uses: {other: start}")
    found = built(f"{text[:-1]}, other: {STANDARD}}}")
    role = run(found["FlowWorkflowRole"])
    assert ("ExecutionRule" in role) == waits
    assert "OtherWorkflowOwnAccess" in found["FlowWorkflow"]["DependsOn"]
    if waits:
        assert role["ExecutionRule"]["Action"] == ["events:DescribeRule", "events:PutRule", "events:PutTargets"]
        rule = role["ExecutionRule"]["Resource"][0]["Fn::Sub"]
        assert rule.endswith(":rule/StepFunctionsGetEventsForStepFunctionsExecutionRule")


def test_a_distributed_map_may_start_its_own_executions_and_others_may_not() -> None:
    item = "{ProcessorConfig: {Mode: %s}, StartAt: B, States: {B: {Type: Pass, End: true}}}"
    state = "{StartAt: A, States: {A: {Type: Map, End: true, ItemProcessor: %s}}}"
    for mode, sids in (("INLINE", ["Key"]), ("DISTRIBUTED", ["Key", "Items", "ItemExecutions"])):
        found = built(f"workflows: {{flow: {{definition: {state % (item % mode)}}}}}")
        assert [one["Sid"] for one in statements(found["FlowWorkflowOwnAccess"])] == sids


EVENTS = """
buses: {shop: {}}
queues: {failed: {}}
"""


def test_an_event_of_a_bus_starts_it_by_a_role_that_may_do_just_that() -> None:
    event = "{bus: shop, pattern: {detail-type: [x]}, part: $.detail, retries: 1, undelivered: failed}"
    found = built(f"{EVENTS}workflows: {{flow: {{definition: {PASS}, events: [{event}]}}}}")
    (rule,) = (body for body in found.values() if body["Type"] == "AWS::Events::Rule")
    assert rule["Properties"]["EventBusName"] == {"Ref": "ShopBus"}
    (target,) = rule["Properties"]["Targets"]
    assert target["Arn"] == {"Ref": "FlowWorkflow"} and target["InputPath"] == "$.detail"
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 1}
    assert target["DeadLetterConfig"] == {"Arn": {"Ref": "FailedQueueArn"}}
    assert target["RoleArn"] == {"Fn::GetAtt": ["FlowWorkflowEventsRole", "Arn"]}
    assert rule["DependsOn"] == ["FlowWorkflowOwnAccess"]
    assert run(found["FlowWorkflowEventsRole"]) == {
        "Start": {
            "Sid": "Start",
            "Effect": "Allow",
            "Action": ["states:StartExecution"],
            "Resource": [{"Ref": "FlowWorkflow"}],
        }
    }


def test_without_a_bus_the_events_are_those_of_aws_services() -> None:
    event = "{pattern: {source: [aws.health]}}"
    found = built(f"workflows: {{flow: {{definition: {PASS}, events: [{event}]}}}}")
    (rule,) = (body for body in found.values() if body["Type"] == "AWS::Events::Rule")
    assert "EventBusName" not in rule["Properties"]


def test_alarms_and_charts_are_of_this_state_machine() -> None:
    built_in = platform(f"{HEAD}workflows: {{flow: {STANDARD}}}")
    flow = built_in.components["workflows.flow"]
    names = {one.name: one.metrics[0]["MetricStat"]["Metric"]["MetricName"] for one in flow.alarms(built_in)}
    assert names == {
        "Failed": "ExecutionsFailed",
        "TimedOut": "ExecutionsTimedOut",
        "Throttled": "ExecutionThrottled",
    }
    assert {row[2] for chart in flow.charts(built_in) for row in chart.metrics} == {"StateMachineArn"}


USES = ", uses: {job: invoke}"
EXPRESS_TASK = "{type: express, definition: {StartAt: A, States: {A: {Type: Task, Resource: '%s', End: true}}}}"
EVENT = f"{{definition: {PASS}, events: [%s]}}"


@pytest.mark.parametrize(
    ("workflow", "code"),
    [
        (EXPRESS_TASK % "x.sync", "express-limit"),
        (EXPRESS_TASK % "x.waitForTaskToken", "express-limit"),
        ("{definition: {StartAt: A, States: {A: {Type: Task, Resource: '${job.arn}', End: true}}}}", "missing-use"),
        (f"{{definition: {PASS}, logs: {{name: /demo/flow}}}}", "bad-value"),
        (EVENT % "{pattern: {a: [1]}}, {pattern: {a: [1]}}", "duplicate-value"),
        (EVENT % "{pattern: {a: [1]}, part: $.a, input: {}}", "one-of-two"),
        (EVENT % "{pattern: {a: [1]}, transform: {template: <x>}}", "unknown-placeholder"),
        (EVENT % "{pattern: {a: [1]}, bus: job}", "wrong-kind"),
        (EVENT % "{pattern: {a: [1]}, undelivered: ordered}", "fifo-limit"),
    ],
)
def test_what_a_workflow_can_not_be(workflow: str, code: str) -> None:
    text = f"functions: {{job: {{{FUNCTION}}}}}\nqueues: {{ordered: {{fifo: true}}}}\nworkflows: {{flow: {workflow}}}"
    assert {one.code for one in faults(f"{HEAD}{text}")} == {code}


@pytest.mark.parametrize(
    ("attribute", "settings", "codes"),
    [("name", "provisioned: 1", ["not-allowed"]), ("name", "memory: 512", []), ("arn", "provisioned: 1", [])],
)
def test_a_task_runs_a_function_with_versions_by_its_alias(attribute: str, settings: str, codes: list[str]) -> None:
    """The name is that of the function itself, which nobody may run beside its alias."""
    call = task("arn:aws:states:::lambda:invoke", f", Parameters: {{FunctionName: '${{job.{attribute}}}'}}", USES)
    assert [one.code for one in faults(f"{HEAD}functions: {{job: {{{FUNCTION}, {settings}}}}}\n{call}")] == codes


def test_a_use_written_in_full_lets_a_task_call() -> None:
    text = task("${job.arn}", "", ", uses: {job: {verbs: [invoke], as: JOB}}")
    assert faults(f"{HEAD}functions: {{job: {{{FUNCTION}}}}}\n{text}") == ()
