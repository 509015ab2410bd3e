"""A pipe that starts a Fargate task for each message of a queue.

Source: EventBridge user guide, "Amazon SQS queue as a source", "Event source permissions" and "Pipes targets".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troposphere import AWSObject, GetAtt, Ref, iam, pipes

from compiler.program.component import Grant, Platform, Value
from compiler.shared.cluster import CLUSTER_ARN
from compiler.shared.logs import Logs, log_group
from compiler.shared.platform_key import key_grant
from compiler.shared.roles import policy, role, trust
from compiler.shared.run_task import named_start_grants, provider
from compiler.shared.subnets import running_subnets
from compiler.shared.tasks import Task
from compiler.source.frozen import frozen

_BODY = "$.body"
_POLL = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")


@frozen()
class Feed:
    """A queue by its name, the variable that gets a message's body, and where the task runs."""

    queue: str
    variable: str
    spot: bool


def task_pipe(platform: Platform, task: Task, feed: Feed, after: Sequence[str]) -> Iterator[AWSObject]:
    """Pipe, role and log group; the log tells of messages for which no task could be started."""
    source = platform.components[feed.queue].attributes()["arn"]
    name = f"/aws/vendedlogs/pipes/{platform.name}/{platform.environment}/{task.name}"
    yield log_group(pipe_log_group_id(task), task, Logs(name, task.logs.days), platform)
    yield _role(platform, task, source)
    yield pipes.Pipe(
        f"{task.stem}Pipe",
        Description=f"Starts {task.path} for messages of {feed.queue}",
        DesiredState="RUNNING",
        RoleArn=GetAtt(_role_id(task), "Arn"),
        Source=source,
        SourceParameters=pipes.PipeSourceParameters(SqsQueueParameters=pipes.PipeSourceSqsQueueParameters(BatchSize=1)),
        Target=CLUSTER_ARN,
        TargetParameters=pipes.PipeTargetParameters(EcsTaskParameters=_parameters(platform, task, feed)),
        LogConfiguration=_logs(task),
        **({"DependsOn": list(after)} if after else {}),
    )


def _role_id(task: Task) -> str:
    return f"{task.stem}PipeRole"


def pipe_log_group_id(task: Task) -> str:
    return f"{task.stem}PipeLogGroup"


def _role(platform: Platform, task: Task, source: Value) -> iam.Role:
    """May read this queue, start this task and write to its own log."""
    grants = [
        ("Poll", Grant(_POLL, (source,))),
        ("Unlock", key_grant(platform, "sqs", "Decrypt")),
        ("Log", Grant(("logs:CreateLogStream", "logs:PutLogEvents"), (GetAtt(pipe_log_group_id(task), "Arn"),))),
        *named_start_grants(task),
    ]
    return role(_role_id(task), trust("pipes.amazonaws.com"), [policy("pipe", grants)])


def _parameters(platform: Platform, task: Task, feed: Feed) -> pipes.PipeTargetEcsTaskParameters:
    """Only the own container gets the message; a pipe puts the body in where its path stands."""
    network = pipes.AwsVpcConfiguration(
        AssignPublicIp="DISABLED",
        SecurityGroups=[Ref(task.security_group_id)],
        Subnets=running_subnets(platform),
    )
    message = pipes.EcsEnvironmentVariable(Name=feed.variable, Value=_BODY)
    override = pipes.EcsContainerOverride(Name=task.name, Environment=[message])
    return pipes.PipeTargetEcsTaskParameters(
        TaskDefinitionArn=Ref(task.task_definition_id),
        CapacityProviderStrategy=[pipes.CapacityProviderStrategyItem(CapacityProvider=provider(feed.spot), Weight=1)],
        NetworkConfiguration=pipes.NetworkConfiguration(AwsvpcConfiguration=network),
        EnableExecuteCommand=task.exec,
        TaskCount=1,
        Overrides=pipes.EcsTaskOverride(ContainerOverrides=[override]),
    )


def _logs(task: Task) -> pipes.PipeLogConfiguration:
    group = pipes.CloudwatchLogsLogDestination(LogGroupArn=GetAtt(pipe_log_group_id(task), "Arn"))
    return pipes.PipeLogConfiguration(CloudwatchLogsLogDestination=group, Level="ERROR")
