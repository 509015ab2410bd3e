"""An existing SSM parameter."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question, Unfound


def find(question: Question) -> Mapping[str, Json]:
    same = [{"Key": "Name", "Option": "Equals", "Values": [question.id]}]
    found = list(question.pages("ssm", "describe_parameters", "Parameters", ParameterFilters=same))
    if not found:
        raise Unfound(f"there is no parameter '{question.id}' in account {question.account}, {question.region}")
    if found[0]["Type"] == "SecureString":
        raise Unfound(f"the parameter '{question.id}' is a SecureString, which templates can't read: make it a secret")
    return {}
