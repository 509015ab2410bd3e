"""Specs with one role `ci`, and what the role may do."""

from __future__ import annotations

from compiler.source.json_value import Json
from tests.kinds.building import compiled, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
"""
CLOUDFORMATION = "arn:aws:iam::111111111111:role/cloudformation"
EVERY = "{github: {}, gitlab: {}, bitbucket: {url: 'https://api.bitbucket.org/2.0/workspaces/acme/x/oidc'}}"
REPOSITORY = "{9c2b0f4e-6a1d-4b7e-8f30-5d2c1e7a9b64}"
ENVIRONMENT = "{1f0e9d8c-7b6a-4594-8372-615049382716}"
BITBUCKET = f"provider: bitbucket, repository: '{REPOSITORY}', audience: ari:cloud:bitbucket::workspace/1"


def spec(role: str, more: str = f"service_role: {CLOUDFORMATION}", providers: str = EVERY) -> str:
    return f"{HEAD}delivery: {{providers: {providers}, roles: {{ci: {{{role}}}}}, {more}}}"


def built(text: str) -> dict[str, Json]:
    return dict(resources(compiled(text)))


def role(settings: str, more: str = f"service_role: {CLOUDFORMATION}", providers: str = EVERY) -> Json:
    return built(spec(settings, more, providers))["DeliveryCiRole"]["Properties"]


def statements(properties: Json) -> dict[str, Json]:
    (policy,) = properties["Policies"]
    return {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}


def actions(properties: Json) -> set[str]:
    return {action for one in statements(properties).values() for action in one["Action"]}
