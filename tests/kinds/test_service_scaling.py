"""Scaling of services by requests, by a queue and by the time of day."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
queues: {jobs: {}}
"""
ARN = "arn:aws:acm:us-east-1:222222222222:certificate/12345678-1234-1234-1234-123456789012"
NIGHT = "schedule: {night: {when: cron(0 20 * * ? *), min: 0, max: 0, timezone: Europe/Berlin}}"


def spec(settings: str, more: str = "") -> str:
    return f"{HEAD}services: {{web: {{image: 'example/web:1', port: 8080, {settings}}}}}\n{more}"


def built(settings: str, more: str = "") -> dict[str, Json]:
    return dict(resources(compiled(spec(settings, more))))


def tracked(policy: Json) -> Json:
    return policy["Properties"]["TargetTrackingScalingPolicyConfiguration"]


@pytest.mark.parametrize(
    ("ingress", "label"),
    [
        ("{}", "${InternalLoadBalancer.LoadBalancerFullName}/${WebServiceTargetGroup.TargetGroupFullName}"),
        (
            "{public: true}",
            "${PublicLoadBalancer.LoadBalancerFullName}/${WebServicePublicTargetGroup.TargetGroupFullName}",
        ),
    ],
)
def test_requests_are_counted_at_the_own_target_group(ingress: str, label: str) -> None:
    found = built(f"ingress: {ingress}, scale: {{requests: 500}}", f"load_balancer: {{certificate: '{ARN}'}}")
    policy = tracked(found["WebServiceRequestsScaling"])
    metric = policy["PredefinedMetricSpecification"]
    assert metric == {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": {"Fn::Sub": label}}
    assert policy["TargetValue"] == 500
    assert {"WebServiceCpuScaling", "WebServiceMemoryScaling"} <= found.keys()


def test_a_queue_is_shared_by_the_tasks_that_run() -> None:
    policy = tracked(built("scale: {queue: {name: jobs, per_task: 50}}")["WebServiceQueueScaling"])
    assert policy["TargetValue"] == 50
    *measured, result = policy["CustomizedMetricSpecification"]["Metrics"]
    assert [one["MetricStat"]["Metric"]["MetricName"] for one in measured] == [
        "ApproximateNumberOfMessagesVisible",
        "ApproximateNumberOfMessagesNotVisible",
        "RunningTaskCount",
    ]
    assert result["Expression"] == "(waiting + FILL(working, 0)) / IF(FILL(running, 0) > 0, FILL(running, 0), 1)"
    assert [one["ReturnData"] for one in (*measured, result)] == [False, False, False, True]


def test_measuring_a_queue_gives_no_permission() -> None:
    one = platform(spec("scale: {queue: {name: jobs, per_task: 50}}"))
    assert not one.components["queues.jobs"].offers(one)["measure"].grants
    assert "WebServiceAccess" not in built("scale: {queue: {name: jobs, per_task: 50}}")


@pytest.mark.parametrize(("least", "there"), [(0, True), (1, False)])
def test_the_first_task_is_started_by_an_alarm(least: int, there: bool) -> None:
    found = built(f"scale: {{min: {least}, max: 9, queue: {{name: jobs, per_task: 50}}}}")
    assert ("WebServiceFirstTaskScaling" in found) is ("WebServiceFirstTaskAlarm" in found) is there
    if there:
        alarm = found["WebServiceFirstTaskAlarm"]["Properties"]
        assert alarm["AlarmActions"] == [{"Ref": "WebServiceFirstTaskScaling"}]
        assert alarm["Metrics"][-1]["Expression"] == "IF(FILL(running, 0) < 1, waiting, 0)"
        assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (3, 3)
        step = found["WebServiceFirstTaskScaling"]["Properties"]["StepScalingPolicyConfiguration"]
        assert step["StepAdjustments"] == [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}]


def test_no_task_is_no_alarm_where_that_is_wanted() -> None:
    one = platform(spec(f"scale: {{min: 2, max: 2, {NIGHT}}}"))
    assert "TasksMissing" not in [alarm.name for alarm in one.components["services.web"].alarms(one)]


def test_limits_by_the_time_of_day() -> None:
    found = built(f"scale: {{min: 2, max: 2, {NIGHT}}}")
    assert found["WebServiceScalableTarget"]["Properties"]["ScheduledActions"] == [
        {
            "ScheduledActionName": "night",
            "Schedule": "cron(0 20 * * ? *)",
            "Timezone": "Europe/Berlin",
            "ScalableTargetAction": {"MinCapacity": 0, "MaxCapacity": 0},
        }
    ]
    assert "DesiredCount" not in found["WebService"]["Properties"]
    assert "WebServiceCpuScaling" not in found


def test_a_fixed_number_that_is_not_fixed_at_night_follows_the_load_then() -> None:
    found = built("scale: {min: 2, max: 2, schedule: {night: {when: rate(1 day), min: 1, max: 3}}}")
    assert "WebServiceCpuScaling" in found


@pytest.mark.parametrize(
    ("settings", "more", "code", "help_text"),
    [
        ("scale: {queue: {name: jobs, per_task: 1}}", "ecs: {container_insights: disabled}", "scale-limits", "enabled"),
        ("scale: {queue: {name: alerts, per_task: 1}}", "topics: {alerts: {}}", "wrong-kind", "queues"),
        ("scale: {queue: {name: job, per_task: 1}}", "", "unknown-component", "'jobs'"),
    ],
)
def test_faults(settings: str, more: str, code: str, help_text: str) -> None:
    (found,) = faults(spec(settings, more))
    assert found.code == code
    assert help_text in found.suggestion
