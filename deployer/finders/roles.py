"""An existing IAM role."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question


def find(question: Question) -> Mapping[str, Json]:
    name = question.name.split("/")[-1]
    question.ask(lambda: question.client("iam").get_role(RoleName=name))
    return {}
