"""The cluster: Fargate, Container Insights, and recorded ECS Exec."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, resources

SPEC = """
platform: demo
environments:
  dev: {posture: development}
  stage: {posture: staging}
  prod: {posture: production}
services: {worker: {image: "example/worker:1"}}
"""


def cluster(more: str = "", environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(SPEC + more, environment))["EcsCluster"]["Properties"])


def test_runs_on_fargate_and_spot() -> None:
    found = cluster()
    assert found["CapacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert found["DefaultCapacityProviderStrategy"] == [{"CapacityProvider": "FARGATE", "Weight": 1}]


@pytest.mark.parametrize("environment", ["dev", "stage", "prod"])
def test_container_insights_are_on_everywhere(environment: str) -> None:
    assert cluster(environment=environment)["ClusterSettings"] == [{"Name": "containerInsights", "Value": "enabled"}]


def test_container_insights_can_be_enhanced() -> None:
    assert cluster("ecs: {container_insights: enhanced}")["ClusterSettings"][0]["Value"] == "enhanced"


def test_executed_commands_are_encrypted_and_recorded() -> None:
    assert cluster()["Configuration"]["ExecuteCommandConfiguration"] == {
        "KmsKeyId": {"Ref": "PlatformKeyArn"},
        "Logging": "OVERRIDE",
        "LogConfiguration": {
            "CloudWatchLogGroupName": {"Ref": "EcsExecLogGroup"},
            "CloudWatchEncryptionEnabled": True,
        },
    }


def test_no_service_no_cluster() -> None:
    found = resources(compiled("platform: demo\nenvironments: {dev: {posture: development}}\nqueues: {jobs: {}}\n"))
    assert "EcsCluster" not in found
