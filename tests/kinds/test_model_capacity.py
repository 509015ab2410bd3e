"""Models: how they scale, how an update moves them, and what is watched."""

from __future__ import annotations

import json

import pytest

from compiler.source.json_value import Json
from tests.kinds.model_specs import IMAGE, LATER, ON_TWO, built, properties


def test_instances_scale_and_an_update_keeps_their_number() -> None:
    found = built(f"{IMAGE}, {ON_TWO}, scale: {{min: 2, max: 6, invocations: 600}}")
    target = found["MatchingModelScalableTarget"]
    assert target["Properties"]["ResourceId"] == "endpoint/demo-dev-matching/variant/main"
    assert target["DependsOn"] == ["MatchingModelEndpoint"]
    policy = found["MatchingModelInvocationsScaling"]["Properties"]["TargetTrackingScalingPolicyConfiguration"]
    metric = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
    assert policy["PredefinedMetricSpecification"] == metric
    endpoint = found["MatchingModelEndpoint"]["Properties"]
    assert endpoint["RetainAllVariantProperties"] is True
    excluded = [one["VariantPropertyType"] for one in endpoint["ExcludeRetainedVariantProperties"]]
    assert excluded == ["DesiredWeight"], "the API reference says of DataCaptureConfig: not currently supported"


@pytest.mark.parametrize(("count", "bounds", "begin"), [(1, "min: 3, max: 6", 3), (9, "min: 1, max: 6", 6)])
def test_an_endpoint_begins_within_the_bounds(count: int, bounds: str, begin: int) -> None:
    settings = f"{IMAGE}, instances: {{count: {count}}}, scale: {{{bounds}, invocations: 60}}"
    (variant,) = properties(settings, "Configuration")["ProductionVariants"]
    assert variant["InitialInstanceCount"] == begin


def test_an_asynchronous_model_starts_its_first_instance_for_a_request_that_waits() -> None:
    found = built(f"{IMAGE}, instances: {{}}, {LATER}, scale: {{min: 0, max: 2, backlog: 5}}")
    (variant,) = found["MatchingModelConfiguration"]["Properties"]["ProductionVariants"]
    assert variant["InitialInstanceCount"] == 1
    alarm = found["MatchingModelFirstInstanceAlarm"]["Properties"]
    assert alarm["MetricName"] == "HasBacklogWithoutCapacity"
    assert alarm["AlarmActions"] == [{"Ref": "MatchingModelFirstInstanceScaling"}]


def test_a_serverless_model_scales_its_provisioned_concurrency() -> None:
    found = built(f"{IMAGE}, serverless: {{provisioned: 2}}, scale: {{min: 1, max: 5, utilization: 70}}")
    target = found["MatchingModelScalableTarget"]["Properties"]
    assert target["ScalableDimension"] == "sagemaker:variant:DesiredProvisionedConcurrency"
    assert "RetainAllVariantProperties" not in found["MatchingModelEndpoint"]["Properties"]


def deployment(settings: str) -> dict[str, Json]:
    found: dict[str, Json] = properties(f"{IMAGE}, {ON_TWO}, deployment: {{{settings}}}", "Endpoint")[
        "DeploymentConfig"
    ]
    return found


def test_an_update_is_rolled_back_by_alarms_that_are_there_first() -> None:
    found = built(f"{IMAGE}, {ON_TWO}, latency_ms: 200", environment="prod")
    config = found["MatchingModelEndpoint"]["Properties"]["DeploymentConfig"]
    alarms = [one["AlarmName"]["Ref"] for one in config["AutoRollbackConfiguration"]["Alarms"]]
    assert alarms == ["MatchingModelRollbackErrors", "MatchingModelRollbackModelSlow"]
    assert found["MatchingModelRollbackModelSlow"]["Properties"]["Threshold"] == 200_000
    assert config["BlueGreenUpdatePolicy"]["TerminationWaitInSeconds"] == 300
    assert "GetAtt" not in json.dumps([found[name] for name in alarms])


def test_strategies_of_updates() -> None:
    half = {"Type": "CAPACITY_PERCENT", "Value": 50}
    canary = deployment("strategy: canary, wait_seconds: 60, rollback: false")
    routing = {"Type": "CANARY", "WaitIntervalInSeconds": 60, "CanarySize": half}
    assert canary == {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing, "TerminationWaitInSeconds": 60}}
    linear = deployment("strategy: linear")["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]
    assert linear == {"Type": "LINEAR", "WaitIntervalInSeconds": 0, "LinearStepSize": half}
    rolling = deployment("strategy: rolling, limit_minutes: 30")["RollingUpdatePolicy"]
    assert rolling == {"MaximumBatchSize": half, "WaitIntervalInSeconds": 0, "MaximumExecutionTimeoutInSeconds": 1800}


MONITORED = "topics: {alerts: {email: [ops@example.com]}}\nmonitoring: {notify: alerts}"


def alarms(settings: str) -> set[str]:
    found = built(settings, MONITORED, "prod")
    mine = {name for name in found if name.startswith("MatchingModel") and name.endswith("Alarm")}
    return {name.removeprefix("MatchingModel").removesuffix("Alarm") for name in mine}


OF_INSTANCES = {"Errors", "ModelSlow", "CpuHigh", "MemoryHigh", "DiskHigh"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("instances: {}", OF_INSTANCES | {"OverheadSlow"}),
        ("serverless: {}", {"Errors", "ModelSlow", "StartsSlow"}),
        (f"instances: {{type: ml.g5.xlarge}}, {LATER}", OF_INSTANCES | {"RequestsFailed", "GpuHigh", "GpuMemoryHigh"}),
    ],
)
def test_alarms_are_of_the_metrics_that_sagemaker_publishes(settings: str, expected: set[str]) -> None:
    assert alarms(f"{IMAGE}, {settings}") == expected


def test_use_is_in_percent_of_all_processors() -> None:
    found = built(f"{IMAGE}, instances: {{type: ml.m5.4xlarge}}", MONITORED, "prod")
    alarm = found["MatchingModelCpuHighAlarm"]["Properties"]
    assert alarm["Metrics"][-1]["Expression"] == "variant1 / 16"
    assert alarm["Threshold"] == 90
