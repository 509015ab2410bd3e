"""An existing ECS cluster."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question, Unfound


def find(question: Question) -> Mapping[str, Json]:
    """An ECS cluster, and the log group that it records commands in containers in."""
    ecs = question.client("ecs")
    answer = question.ask(lambda: ecs.describe_clusters(clusters=[question.id], include=["CONFIGURATIONS"]))
    about = next((one for one in answer.get("clusters", ()) if one.get("status") == "ACTIVE"), None)
    if about is None:
        raise Unfound(f"there is no cluster '{question.id}' in account {question.account}, {question.region}")
    commands = about.get("configuration", {}).get("executeCommandConfiguration", {})
    group = commands.get("logConfiguration", {}).get("cloudWatchLogGroupName")
    partition = question.aws.s3.meta.partition
    arn = f"arn:{partition}:logs:{question.region}:{question.account}:log-group:{group}"
    return {"log_group": arn if group else None}
