"""CodeBuild projects of a pipeline's own commands, on a small machine with an image that CodeBuild manages."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import codebuild

from compiler.kinds.pipelines.builds import project_basics
from compiler.kinds.pipelines.settings import PipelineSettings
from compiler.program.component import Value
from compiler.shared.json_text import json_text
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"


@frozen()
class SmallProject:
    """What differs between these projects."""

    project_id: str
    role_id: str
    about: str
    minutes: int
    """Minutes after which a build is ended."""
    containers: bool = False
    """Whether docker runs in it."""


def small_project(
    pipeline: PipelineSettings, project: SmallProject, instructions: Json, variables: Mapping[str, Value]
) -> codebuild.Project:
    named = [
        codebuild.EnvironmentVariable(Name=name, Type="PLAINTEXT", Value=value)
        for name, value in sorted(variables.items())
    ]
    return codebuild.Project(
        project.project_id,
        Description=project.about,
        Source=codebuild.Source(Type="CODEPIPELINE", BuildSpec=json_text(instructions)),
        Environment=codebuild.Environment(
            ComputeType="BUILD_GENERAL1_SMALL",
            Image=_IMAGE,
            ImagePullCredentialsType="CODEBUILD",
            PrivilegedMode=project.containers,
            Type="LINUX_CONTAINER",
            **({"EnvironmentVariables": named} if named else {}),
        ),
        TimeoutInMinutes=project.minutes,
        **project_basics(pipeline, project.role_id),
    )
