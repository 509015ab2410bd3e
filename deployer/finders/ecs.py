"""An existing ECS cluster."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question, Unfound


def find(question: Question) -> Mapping[str, Json]:
    """An ECS cluster, and the log group that it records commands in containers in."""
    ecs = question.client("ecs")
    response = question.ask(lambda: ecs.describe_clusters(clusters=[question.id], include=["CONFIGURATIONS"]))
    cluster = next(
        (described for described in response.get("clusters", ()) if described.get("status") == "ACTIVE"), None
    )
    if cluster is None:
        raise Unfound(f"there is no cluster '{question.id}' in account {question.account}, {question.region}")
    commands = cluster.get("configuration", {}).get("executeCommandConfiguration", {})
    group = commands.get("logConfiguration", {}).get("cloudWatchLogGroupName")
    partition = question.aws.s3.meta.partition
    arn = f"arn:{partition}:logs:{question.region}:{question.account}:log-group:{group}"
    return {"log_group": arn if group else None}
