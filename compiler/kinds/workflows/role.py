"""The role of a workflow, before its uses add to it, and what it may do with itself."""

from __future__ import annotations

from collections.abc import Iterator

from awacs.aws import Action, Allow, ArnLike, Condition, PolicyDocument, Principal, Statement, StringEquals
from troposphere import Ref, Sub, iam

from compiler.program.component import Grant, Platform, User, Value
from compiler.program.glue import statement
from compiler.shared.cluster import CLUSTER_ARN, CLUSTER_ID
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.roles import policy, role

_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
"""An account's log delivery knows no resources (Step Functions developer guide, "Logging using CloudWatch Logs")."""
_TRACES = (
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
_LOG_CONTEXT = "kms:EncryptionContext:SourceArn"
_MANAGED_RULE = ("events:DescribeRule", "events:PutRule", "events:PutTargets")


def workflow_role(logical_id: str, traced: bool, waits: list[tuple[str, Grant]]) -> iam.Role:
    """What has to be there when the state machine is made: AWS tries it out."""
    logs = Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*")
    grants = [
        ("Logs", Grant(_DELIVERY, ("*",))),
        ("LogKey", Grant(("kms:GenerateDataKey",), (KEY_ARN,), {"StringEquals": {_LOG_CONTEXT: logs}})),
        *([("Traces", Grant(_TRACES, ("*",)))] if traced else []),
        *waits,
    ]
    return role(logical_id, _trust(), [policy("run", grants)])


def _trust() -> PolicyDocument:
    """Source: Step Functions developer guide, "Creating an IAM role for your state machine" (confused deputy)."""
    machines = Sub("arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:*")
    account = StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")})
    trusted = Statement(
        Effect=Allow,
        Principal=Principal("Service", "states.amazonaws.com"),
        Action=[Action("sts", "AssumeRole")],
        Condition=Condition([account, ArnLike({"aws:SourceArn": machines})]),
    )
    return PolicyDocument(Version="2012-10-17", Statement=[trusted])


def task_waits() -> Iterator[tuple[str, Grant]]:
    """Waiting for tasks of the cluster: Step Functions learns of their end by a rule that it manages, and stops them.

    Source: Step Functions developer guide, "IAM policies for Amazon ECS"; service authorization reference of ECS.
    """
    place = "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:task"
    tasks = Sub(f"{place}/${{{CLUSTER_ID}}}/*")
    here = {"ArnEquals": {"ecs:cluster": CLUSTER_ARN}}
    yield "Tasks", Grant(("ecs:DescribeTasks", "ecs:StopTask"), (tasks,), here)
    yield "TaskRule", Grant(_MANAGED_RULE, (_rule("StepFunctionsGetEventsForECSTaskRule"),))


def execution_waits() -> Iterator[tuple[str, Grant]]:
    """Waiting for other workflows, beside what the verb `start` gives."""
    yield "ExecutionRule", Grant(_MANAGED_RULE, (_rule("StepFunctionsGetEventsForStepFunctionsExecutionRule"),))


def _rule(name: str) -> Value:
    return Sub(f"arn:${{AWS::Partition}}:events:${{AWS::Region}}:${{AWS::AccountId}}:rule/{name}")


def own_policy(logical_id: str, workflow: User, distributed: bool) -> iam.RolePolicy:
    """What names the state machine itself, and so comes after it: its key and, for a distributed map, its executions.

    Without kms:ViaService, with which executions would fail. Source: Step Functions developer guide, "Data at rest
    encryption" and "IAM policies for using Distributed Map states".
    """
    context = {"StringEquals": {"kms:EncryptionContext:aws:states:stateMachineArn": Ref(workflow.main_id)}}
    grants = [("Key", Grant(("kms:Decrypt", "kms:GenerateDataKey"), (KEY_ARN,), context))]
    if distributed:
        children = (executions(workflow.main_id, ":*"), executions(workflow.main_id, "/*"))
        grants.append(("Items", Grant(("states:StartExecution",), (Ref(workflow.main_id),))))
        follow = ("states:DescribeExecution", "states:RedriveExecution", "states:StopExecution")
        grants.append(("ItemExecutions", Grant(follow, children)))
    document = PolicyDocument(Version="2012-10-17", Statement=[statement(sid, grant) for sid, grant in grants])
    return iam.RolePolicy(
        logical_id, PolicyName="own", RoleName=Ref(workflow.role_id), PolicyDocument=document.JSONrepr()
    )


def executions(machine_id: str, which: str) -> Value:
    """Executions of a state machine; those of a distributed map stand behind a slash."""
    name = f"${{{machine_id}.Name}}"
    return Sub(f"arn:${{AWS::Partition}}:states:${{AWS::Region}}:${{AWS::AccountId}}:execution:{name}{which}")


def caller_key(platform: Platform, machine_id: str) -> Grant:
    """For those who read what an execution got or gave."""
    context = {
        "kms:ViaService": f"states.{platform.region}.amazonaws.com",
        "kms:EncryptionContext:aws:states:stateMachineArn": Ref(machine_id),
    }
    return Grant(("kms:Decrypt",), (KEY_ARN,), {"StringEquals": context})
