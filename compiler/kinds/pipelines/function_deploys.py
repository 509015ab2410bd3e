"""New code for a function: its newest version, and its alias where it has one.

Source: CodePipeline user guide, "AWS Lambda deploy action reference".
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import GetAtt, Sub, codepipeline

from compiler.kinds.pipelines.access import pointed
from compiler.kinds.pipelines.actions import action, taken
from compiler.kinds.pipelines.settings import FunctionDeploy, PipelineSettings, Stage
from compiler.program.component import Grant, Platform
from compiler.shared.function_code import LIVE, FunctionCode

_CODE = (
    "lambda:GetAlias",
    "lambda:GetFunctionConfiguration",
    "lambda:GetProvisionedConcurrencyConfig",
    "lambda:PublishVersion",
    "lambda:UpdateAlias",
    "lambda:UpdateFunctionCode",
)


def function_action(platform: Platform, said: FunctionDeploy, artifact: str) -> codepipeline.Actions:
    configuration = {"FunctionName": said.name}
    if _versioned(platform, said):
        configuration |= {"FunctionAlias": LIVE, "DeployStrategy": _strategy(said)}
    if said.alarms:
        configuration["Alarms"] = ",".join(said.alarms)
    return action("Deploy", ("Deploy", "Lambda"), configuration, InputArtifacts=[taken(artifact)])


def _versioned(platform: Platform, said: FunctionDeploy) -> bool:
    function = pointed(platform, said.name)
    return isinstance(function, FunctionCode) and function.existing is None and function.versioned


def _strategy(said: FunctionDeploy) -> str:
    if said.shift == "canary":
        return f"Canary{said.percent}Percent{said.minutes}Minutes"
    if said.shift == "linear":
        return f"Linear{said.percent}PercentEvery{said.minutes}Minute{'s' if said.minutes > 1 else ''}"
    return "AllAtOnce"


def function_grants(
    platform: Platform, pipeline: PipelineSettings, stage: Stage, said: FunctionDeploy
) -> Iterator[tuple[str, Grant]]:
    """The action writes a log of its own, in a group that it makes.

    An alarm may be a composite one, which only a permission for all alarms shows (CloudWatch API reference,
    DescribeAlarms).
    """
    function_id = pointed(platform, said.name).main_id
    itself = (GetAtt(function_id, "Arn"), Sub(f"${{{function_id}.Arn}}:*"))
    yield f"Deploy{stage.title}Code", Grant(_CODE, itself)
    if said.alarms:
        yield f"Deploy{stage.title}Alarms", Grant(("cloudwatch:DescribeAlarms",), ("*",))
    place = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}"
    group = f"{place}:log-group:/aws/codepipeline/{pipeline.full_name(platform)}"
    yield "ActionLog", Grant(("logs:CreateLogGroup",), (Sub(group), Sub(f"{group}:*")))
    streams = Sub(f"{group}:log-stream:*")
    yield "ActionLogEvents", Grant(("logs:CreateLogStream", "logs:PutLogEvents"), (streams,))
