"""A job that runs at deployments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, GetAtt, Ref, Sub

from compiler.program.component import Grant, Platform, Value
from compiler.shared.cluster import CLUSTER_ARN, CLUSTER_ID
from compiler.shared.deploy_steps import Step, deploy_step, reads
from compiler.shared.json_text import json_text
from compiler.shared.run_task import RunTask, named_start_grants
from compiler.shared.subnets import running_subnets
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class Deployed:
    """When a deployment runs the job, and with which variables."""

    when: str
    with_: Mapping[str, str]


def deployed(said: Json) -> Deployed | None:
    """The word alone is the short form."""
    if said is None or isinstance(said, str):
        return Deployed(said, {}) if said else None
    return Deployed(said["when"], said["with"])


def steps(platform: Platform, job: RunTask, one: Deployed) -> Iterator[AWSObject]:
    """Its revision changes with all that it is made of."""
    step = Step(
        name=job.path,
        stem=job.stem,
        days=job.logs.days,
        runs={"Task": _task(platform, job)},
        given=json_text(one.with_),
        reads=reads(one.when, one.with_),
        version={"TaskDefinition": Ref(job.task_definition_id)},
        grants=[*named_start_grants(job), *_wait(job)],
        after=job.ready(platform),
    )
    yield from deploy_step(platform, job, step)


def _task(platform: Platform, job: RunTask) -> dict[str, Json]:
    return {
        "Cluster": Ref(CLUSTER_ID),
        "TaskDefinition": Ref(job.task_definition_id),
        "Container": job.name,
        "Subnets": running_subnets(platform),
        "SecurityGroup": Ref(job.security_group_id),
        "LogGroup": Ref(job.log_group_id),
    }


def _wait(job: RunTask) -> tuple[tuple[str, Grant], ...]:
    """Tasks have ids that ECS makes, so that their cluster is what limits the question (service authorization)."""
    tasks: Value = Sub(f"arn:${{AWS::Partition}}:ecs:${{AWS::Region}}:${{AWS::AccountId}}:task/${{{CLUSTER_ID}}}/*")
    return (
        ("Wait", Grant(("ecs:DescribeTasks",), (tasks,), {"ArnEquals": {"ecs:cluster": CLUSTER_ARN}})),
        ("Reason", Grant(("logs:GetLogEvents",), (GetAtt(job.log_group_id, "Arn"),))),
    )
