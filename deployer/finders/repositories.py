"""An existing ECR repository."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question


def find(question: Question) -> Mapping[str, Json]:
    question.ask(lambda: question.client("ecr").describe_repositories(repositoryNames=[question.name]))
    return {}
