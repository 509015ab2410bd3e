"""Manual approvals. Source: CodePipeline user guide, "Manual approval action reference"."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import codepipeline

from compiler.kinds.pipelines.access import offered
from compiler.kinds.pipelines.actions import action
from compiler.kinds.pipelines.settings import Approve, PipelineSettings
from compiler.program.component import Grant, Platform
from compiler.source.json_value import Json


def approval(name: str, said: Approve, order: int = 1) -> codepipeline.Actions:
    configuration = {"NotificationArn": said.topic, "CustomData": said.comment, "ExternalEntityLink": said.link}
    told: dict[str, Json] = {key: value for key, value in configuration.items() if value}
    return action(name, ("Approval", "Manual"), told, RunOrder=order)


def approval_grants(platform: Platform, pipeline: PipelineSettings) -> Iterator[tuple[str, Grant]]:
    """The right to tell the topics."""
    approvals = [one.approve.topic for one in pipeline.stages if one.approve]
    deploys = [one.deploy.platform for one in pipeline.stages if one.deploy]
    approvals += [one.topic for one in deploys if one and one.approve]
    for topic in approvals:
        if topic:
            yield from offered(platform, topic, "publish")
