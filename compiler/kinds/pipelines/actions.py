"""The form that all actions of a pipeline have."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import codepipeline

from compiler.program.component import Value
from compiler.source.json_value import Json


def action(name: str, kind: tuple[str, str], configuration: Mapping[str, Json], **more: Json) -> codepipeline.Actions:
    """An action of AWS's own: its category and provider, and what that is told."""
    category, provider = kind
    known = codepipeline.ActionTypeId(Category=category, Owner="AWS", Provider=provider, Version="1")
    said = {"Configuration": dict(configuration)} if configuration else {}
    return codepipeline.Actions(Name=name, ActionTypeId=known, **{"RunOrder": 1, **more}, **said)


def output(name: str) -> codepipeline.OutputArtifacts:
    return codepipeline.OutputArtifacts(Name=name)


def taken(name: str) -> codepipeline.InputArtifacts:
    return codepipeline.InputArtifacts(Name=name)


def build_action(name: str, project: Value, **more: Json) -> codepipeline.Actions:
    return action(name, ("Build", "CodeBuild"), {"ProjectName": project}, **more)
