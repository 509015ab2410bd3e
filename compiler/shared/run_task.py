"""What starts a Fargate task: who may, and how EventBridge Scheduler, a rule and a pipe do."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import AWSObject, GetAtt, Ref, Select, Split, Sub, events, scheduler

from compiler.program import glue
from compiler.program.component import Grant, Platform, Value
from compiler.shared.cluster import CLUSTER_ARN
from compiler.shared.roles import policy, role, trust
from compiler.shared.subnets import running_subnets
from compiler.shared.tasks import Task
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class RunTask(Task):
    """A task that something starts, and that runs to its end."""

    spot: bool

    def ready(self, platform: Platform) -> list[str]:
        """What has to be there before a task runs: its rights, and its ways through the network."""
        return sorted({*glue.waits(platform, self), *(str(one.title) for one in glue.glue(platform, self))})

    def scheduled_task(self, platform: Platform) -> scheduler.EcsParameters:
        """What a schedule says beside the cluster's ARN."""
        return ecs_parameters(platform, self, self.spot)


def start_grants(task: Task) -> tuple[Grant, ...]:
    """This task definition in this cluster, and its two roles for ECS tasks only.

    In any revision: while a deployment replaces one, there are still those who know the one before it.
    Source: ECS developer guide, "Amazon ECS EventBridge IAM Role" and "Identity-based policy examples".
    """
    roles = (GetAtt(task.role_id, "Arn"), GetAtt(task.execution_role_id, "Arn"))
    return (
        Grant(("ecs:RunTask",), (_revisions(task),), {"ArnEquals": {"ecs:cluster": CLUSTER_ARN}}),
        Grant(("iam:PassRole",), roles, {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}),
    )


def _revisions(task: Task) -> Value:
    family = Select(5, Split(":", Ref(task.task_definition_id)))
    return Sub("arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:${Family}:*", Family=family)


def provider(spot: bool) -> str:
    """The capacity provider of the cluster that the task runs on."""
    return "FARGATE_SPOT" if spot else "FARGATE"


def ecs_parameters(platform: Platform, task: Task, spot: bool) -> scheduler.EcsParameters:
    """As a schedule's target the cluster is the address, and the rest stands here."""
    network = scheduler.AwsVpcConfiguration(
        AssignPublicIp="DISABLED",
        SecurityGroups=[Ref(task.security_group_id)],
        Subnets=running_subnets(platform),
    )
    return scheduler.EcsParameters(
        TaskDefinitionArn=Ref(task.task_definition_id),
        CapacityProviderStrategy=[scheduler.CapacityProviderStrategyItem(CapacityProvider=provider(spot), Weight=1)],
        NetworkConfiguration=scheduler.NetworkConfiguration(AwsvpcConfiguration=network),
        EnableExecuteCommand=task.exec,
        TaskCount=1,
    )


def rule_address(platform: Platform, task: Task, spot: bool) -> Mapping[str, Json]:
    """The same as the target of a rule."""
    network = events.AwsVpcConfiguration(
        AssignPublicIp="DISABLED",
        SecurityGroups=[Ref(task.security_group_id)],
        Subnets=running_subnets(platform),
    )
    parameters = events.EcsParameters(
        TaskDefinitionArn=Ref(task.task_definition_id),
        CapacityProviderStrategy=[events.CapacityProviderStrategyItem(CapacityProvider=provider(spot), Weight=1)],
        NetworkConfiguration=events.NetworkConfiguration(AwsVpcConfiguration=network),
        EnableExecuteCommand=task.exec,
        TaskCount=1,
    )
    return {"Arn": CLUSTER_ARN, "EcsParameters": parameters}


def named_start_grants(task: Task) -> list[tuple[str, Grant]]:
    """`start_grants` with statement ids."""
    return list(zip(("Start", "PassRoles"), start_grants(task), strict=True))


def scheduler_role(task: Task, logical_id: str) -> AWSObject:
    """A role that may start this task and nothing else."""
    return role(logical_id, trust("scheduler.amazonaws.com"), [policy("start", named_start_grants(task))])
