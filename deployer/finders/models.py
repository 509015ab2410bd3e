"""An existing endpoint, with its name as requests must spell it: its ARN has it in lower case."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question, Unfound


def find(question: Question) -> Mapping[str, Json]:
    """By list: of an endpoint that is not there, DescribeEndpoint says no more than ValidationException."""
    name = question.name.lower()
    endpoints = question.pages("sagemaker", "list_endpoints", "Endpoints", NameContains=name)
    found = next((one["EndpointName"] for one in endpoints if one["EndpointName"].lower() == name), None)
    if found is None:
        raise Unfound(f"there is no endpoint '{question.name}' in account {question.account}, {question.region}")
    return {"name": found}
