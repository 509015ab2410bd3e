"""What the platform AI Community promises its owners, read from its templates."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.source.json_value import Json

SPEC = Path(__file__).parent.parent / "spec" / "ai-community.yaml"
ENVIRONMENTS = ("dev", "staging", "prod")


@functools.cache
def resources(environment: str) -> dict[str, Json]:
    roots = compile_spec(str(SPEC), (environment,))
    return {name: body for root in roots for one in root.children for name, body in one.body["Resources"].items()}


def of_type(environment: str, resource_type: str) -> Iterator[tuple[str, Json]]:
    for name, body in resources(environment).items():
        if body["Type"] == resource_type:
            yield name, body["Properties"]


def test_nobody_but_migrations_reads_the_master_password() -> None:
    readers = {
        name
        for name, policy in of_type("prod", "AWS::IAM::RolePolicy")
        if "MasterUserSecret" in json.dumps(policy["PolicyDocument"])
    }
    assert readers == {"MigrationsWorkloadAccess"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_role_is_taken_by_the_github_environment_of_its_name(environment: str) -> None:
    subject = f"repo:ai-community/platform:environment:{environment}"
    for role, expected in (("ReleaseRole", [subject]), ("DeliveryDeployRole", subject)):
        (statement,) = resources(environment)[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        claims = statement["Condition"]["StringEquals"]
        assert claims["token.actions.githubusercontent.com:sub"] == expected


@pytest.mark.parametrize(("environment", "woken"), [("dev", False), ("staging", False), ("prod", True)])
def test_only_production_wakes_somebody(environment: str, woken: bool) -> None:
    protocols = {one["Protocol"] for _, one in of_type(environment, "AWS::SNS::Subscription")}
    assert protocols == ({"email", "https"} if woken else {"email"})


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_workloads_on_fargate_get_their_role_by_token(environment: str) -> None:
    (profile,) = (one for _, one in of_type(environment, "AWS::EKS::FargateProfile"))
    on_fargate = {one["Namespace"] for one in profile["Selectors"]}
    by_pod = {one["Namespace"] for _, one in of_type(environment, "AWS::EKS::PodIdentityAssociation")}
    assert on_fargate == {"jobs", "notifications"}
    assert by_pod & on_fargate == set()
