"""Specs with one model, `matching`, and what they compile to."""

from __future__ import annotations

from compiler.source.json_value import Json
from tests.kinds.building import compiled, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
"""
ECR = "222222222222.dkr.ecr.us-east-1.amazonaws.com"
IMAGE = f"image: '{ECR}/team/matching:1'"
SOURCES = "buckets: {models: {}, data: {}}\nrepositories: {matcher: {}}\n"
ON_TWO = "instances: {count: 2}"
LATER = "asynchronous: {input: 's3://data/in', output: 's3://data/out'}"


def built(settings: str, rest: str = "", environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{rest}\nmodels: {{matching: {{{settings}}}}}", environment)))


def properties(settings: str, suffix: str, rest: str = "", environment: str = "dev") -> dict[str, Json]:
    found: dict[str, Json] = built(settings, rest, environment)[f"MatchingModel{suffix}"]["Properties"]
    return found


def statements(settings: str, rest: str = "") -> dict[str, Json]:
    """The role's own statements by their ids."""
    (policy,) = properties(settings, "Role", rest)["Policies"]
    return {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}
