"""Scaling of services by steps, by metrics of one's own, by several queues; the mix of capacity; parked services."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources

CAPACITY = "CapacityProviderStrategy"
STEPS = "steps: [{above: 1, add: 1}]"


def spec(settings: str, more: str = "") -> str:
    head = "platform: demo\nenvironments: {dev: {posture: development}}\nqueues: {jobs: {}, late: {}}\n"
    return f"{head}services: {{web: {{image: 'example/web:1', {settings}}}}}\n{more}"


def built(settings: str, more: str = "") -> dict[str, Json]:
    return {name: body["Properties"] for name, body in resources(compiled(spec(settings, more))).items()}


def metric(settings: str, more: str = "min: 1, max: 5") -> str:
    return f"scale: {{{more}, metrics: {{load: {{{settings}}}}}}}"


def adjustments(found: dict[str, Json], name: str) -> list[tuple[Json, Json, int]]:
    steps = found[name]["StepScalingPolicyConfiguration"]["StepAdjustments"]
    ends = ("MetricIntervalLowerBound", "MetricIntervalUpperBound")
    return [(*(one.get(end) for end in ends), one["ScalingAdjustment"]) for one in steps]


def test_steps_count_from_the_nearest_bound_and_leave_no_gap() -> None:
    steps = "steps: [{above: 90, add: 4}, {above: 60, add: 1}, {below: 5, remove: 3}, {below: 20, remove: 1}]"
    found = built(metric(f"of: memory, {steps}"))
    assert adjustments(found, "WebServiceLoadScaleOut") == [(0, 30, 1), (30, None, 4)]
    assert adjustments(found, "WebServiceLoadScaleIn") == [(-15, 0, -1), (None, -15, -3)]
    out, inward = found["WebServiceLoadScaleOutAlarm"], found["WebServiceLoadScaleInAlarm"]
    assert (out["Threshold"], out["ComparisonOperator"]) == (60, "GreaterThanThreshold")
    assert (inward["Threshold"], inward["ComparisonOperator"]) == (20, "LessThanThreshold")
    assert out["AlarmActions"] == [{"Ref": "WebServiceLoadScaleOut"}]
    about = out["Metrics"][0]["MetricStat"]
    assert about["Metric"]["MetricName"] == "MemoryUtilization"
    assert [one["Name"] for one in about["Metric"]["Dimensions"]] == ["ClusterName", "ServiceName"]


def test_steps_by_themselves_answer_the_cpu_in_place_of_its_target() -> None:
    steps = "steps: [{above: 60, add: 1}, {below: 20, remove: 1}]"
    short = built(f"scale: {{{steps}}}")
    long = built(f"scale: {{cpu: false, metrics: {{cpu: {{of: cpu, {steps}}}}}}}")
    assert short == long
    assert "WebServiceCpuScaling" not in short
    assert "WebServiceCpuScaleOutAlarm" in short


def test_percentages_change_one_task_at_least() -> None:
    found = built(metric("of: cpu, steps: [{above: 60, add: 10%}, {below: 20, remove: 25%}]"))
    for name, change in (("WebServiceLoadScaleOut", 10), ("WebServiceLoadScaleIn", -25)):
        configured = found[name]["StepScalingPolicyConfiguration"]
        assert (configured["AdjustmentType"], configured["MinAdjustmentMagnitude"]) == ("PercentChangeInCapacity", 1)
        assert configured["StepAdjustments"][0]["ScalingAdjustment"] == change


@pytest.mark.parametrize(
    ("statistic", "passed"), [("Average", "Average"), ("Maximum", "Maximum"), ("p95", "Average"), ("Sum", "Average")]
)
def test_what_an_alarm_passes_on(statistic: str, passed: str) -> None:
    found = built(metric(f"namespace: Shop, metric: Carts, statistic: {statistic}, {STEPS}"))
    assert found["WebServiceLoadScaleOut"]["StepScalingPolicyConfiguration"]["MetricAggregationType"] == passed


def test_the_cooldowns_are_those_of_the_service() -> None:
    found = built(
        metric("of: cpu, steps: [{above: 60, add: 1}, {below: 20, remove: 1}]", "in_seconds: 7, out_seconds: 8")
    )
    cooldowns = [
        found[f"WebServiceLoadScale{one}"]["StepScalingPolicyConfiguration"]["Cooldown"] for one in ("In", "Out")
    ]
    assert cooldowns == [7, 8]


def test_a_metric_is_kept_at_a_target() -> None:
    one = "namespace: Shop, metric: Carts, dimensions: {Service: web}, statistic: Sum, target: 4.5, scale_in: false"
    policy = built(metric(one))["WebServiceLoadMetricScaling"]
    assert policy["PolicyName"] == {"Fn::Sub": "${WebService.Name}-load-metric"}
    configured = policy["TargetTrackingScalingPolicyConfiguration"]
    assert (configured["TargetValue"], configured["DisableScaleIn"]) == (4.5, True)
    about = {"Namespace": "Shop", "MetricName": "Carts", "Dimensions": [{"Name": "Service", "Value": "web"}]}
    (query,) = configured["CustomizedMetricSpecification"]["Metrics"]
    assert query == {"Id": "metric", "MetricStat": {"Metric": about, "Stat": "Sum"}, "ReturnData": True}


def test_an_expression_reads_its_metrics() -> None:
    metrics = "metrics: {open: {namespace: Shop, metric: Carts}, running: {of: tasks}}"
    policy = built(metric(f"expression: open / running, target: 10, {metrics}"))["WebServiceLoadMetricScaling"]
    configured = policy["TargetTrackingScalingPolicyConfiguration"]
    assert "DisableScaleIn" not in configured
    found = configured["CustomizedMetricSpecification"]["Metrics"]
    assert [(one["Id"], one["ReturnData"]) for one in found] == [
        ("open", False),
        ("running", False),
        ("expression_result", True),
    ]


@pytest.mark.parametrize(("together", "result"), [("sum", "(queue1 + queue2)"), ("max", "MAX([queue1, queue2])")])
def test_several_queues_count_together(together: str, result: str) -> None:
    found = built(f"scale: {{min: 0, max: 9, queue: {{name: [jobs, late], per_task: 5, together: {together}}}}}")
    configured = found["WebServiceQueueScaling"]["TargetTrackingScalingPolicyConfiguration"]
    metrics = configured["CustomizedMetricSpecification"]["Metrics"]
    assert metrics[-1]["Expression"] == f"{result} / IF(FILL(running, 0) > 0, FILL(running, 0), 1)"
    waiting = [one for one in metrics if one["Id"].startswith("waiting")]
    names = [one["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"] for one in waiting]
    assert names == ["JobsQueueQueueName", "LateQueueQueueName"]
    first = found["WebServiceFirstTaskAlarm"]["Metrics"][-1]["Expression"]
    assert first == "IF(FILL(running, 0) < 1, FILL(waiting1, 0) + FILL(waiting2, 0), 0)"


def test_one_queue_in_a_list_is_one_queue() -> None:
    scale = "scale: {{queue: {{name: {}, per_task: 5}}}}"
    assert built(scale.format("[jobs]")) == built(scale.format("jobs"))


@pytest.mark.parametrize(
    ("capacity", "items"),
    [
        ("{}", [("FARGATE", 1, 1), ("FARGATE_SPOT", None, 1)]),
        ("{base: 2, on_demand: 1, spot: 3}", [("FARGATE", 2, 1), ("FARGATE_SPOT", None, 3)]),
        ("{base: 2, on_demand: 0}", [("FARGATE", 2, 0), ("FARGATE_SPOT", None, 1)]),
        ("{base: 0, on_demand: 0}", [("FARGATE_SPOT", None, 1)]),
        ("{base: 5, spot: 0}", [("FARGATE", None, 1)]),
    ],
)
def test_the_mix_of_capacity(capacity: str, items: list[tuple[str, int | None, int]]) -> None:
    service = built(f"capacity: {capacity}")["WebService"]
    found = [(one["CapacityProvider"], one.get("Base"), one["Weight"]) for one in service[CAPACITY]]
    assert found == items
    assert "LaunchType" not in service


def test_a_parked_service_runs_nothing_and_alarms_nobody() -> None:
    night = "schedule: {day: {when: rate(1 day), min: 3, max: 3}}"
    settings = f"scale: {{min: 2, max: 8, parked: true, {night}, metrics: {{load: {{of: cpu, {STEPS}}}}}}}"
    found = built(settings)
    assert found["WebService"]["DesiredCount"] == 0
    assert [name for name in found if "Scal" in name or "TasksMissing" in name] == ["WebServiceScalableTarget"]
    one = platform(spec(settings))
    missing = {alarm.name: alarm.missing for alarm in one.components["services.web"].alarms(one)}
    assert missing == {"CpuHigh": "notBreaching", "MemoryHigh": "notBreaching"}


def test_the_bounds_of_a_parked_service_hold_back_what_still_scales_it() -> None:
    """Policies go at the end of an update: with a queue full of messages they would start its tasks again before."""
    target = built("scale: {min: 1, max: 8, parked: true}")["WebServiceScalableTarget"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (0, 0) and "ScheduledActions" not in target
    assert "WebServiceScalableTarget" not in built("scale: {min: 2, max: 2, parked: true}")


def test_a_parked_service_is_deployed_as_it_would_be() -> None:
    peers = "port: 80, peers: {}, scale: {min: 3, max: 3, parked: %s}"
    services = [built(peers % parked)["WebService"] for parked in ("true", "false")]
    assert [one["DesiredCount"] for one in services] == [0, 3]
    assert services[0]["DeploymentConfiguration"] == services[1]["DeploymentConfiguration"]


def test_an_alarm_looks_back_a_day() -> None:
    assert not faults(spec(metric(f"of: cpu, period: 1d, periods: 1, {STEPS}")))
    assert not faults(spec(metric(f"of: cpu, period: 12h, periods: 2, {STEPS}")))


def test_a_number_of_files_starts_the_first_task() -> None:
    assert not faults(spec(metric("namespace: Shop, metric: Files, steps: [{above: 0, add: 1}]", "min: 0, max: 3")))


OFF = "ecs: {container_insights: disabled}"
ONE = "namespace: Shop, metric: Carts"


@pytest.mark.parametrize(
    ("settings", "code", "told"),
    [
        (metric("of: cpu"), "missing-property", "neither 'target' nor 'steps'"),
        (metric(f"of: cpu, target: 5, {STEPS}"), "one-of-two", "'target' and 'steps'"),
        (metric(f"of: cpu, namespace: Shop, {STEPS}"), "one-of-two", "'namespace' and 'of'"),
        (metric(f"metric: Carts, {STEPS}"), "missing-property", "'namespace'"),
        (metric(f"namespace: Shop, {STEPS}"), "missing-property", "'metric'"),
        (
            metric(f"of: cpu, expression: a, metrics: {{a: {{{ONE}}}}}, target: 5"),
            "one-of-two",
            "'of' and 'expression'",
        ),
        (metric(f"{ONE}, metrics: {{a: {{{ONE}}}}}, target: 5"), "unused-setting", "'metrics' are of"),
        (metric(f"expression: a + b, metrics: {{a: {{{ONE}}}}}, target: 5"), "unknown-metric", "'b'"),
        (metric("expression: a, metrics: {a: {metric: Carts}}, target: 5"), "missing-property", "without 'of'"),
        (metric("expression: 'SELECT MAX(a) FROM b', target: 5"), "not-allowed", "Metrics Insights"),
        (metric(f"of: cpu, scale_in: false, {STEPS}"), "unused-setting", "'scale_in'"),
        (metric(f"of: cpu, period: 1d, periods: 2, {STEPS}"), "out-of-range", "2 periods"),
        (metric("of: cpu, steps: [{above: 1, remove: 1}]"), "scale-steps", "'above' with 'add'"),
        (metric("of: cpu, steps: [{above: 1}]"), "scale-steps", "'above' with 'add'"),
        (metric("of: cpu, steps: [{}]"), "scale-steps", "'above' with 'add'"),
        (metric("of: cpu, steps: [{above: 9, below: 5, add: 1}]"), "scale-steps", "'above' with 'add'"),
        (metric("of: cpu, steps: [{above: 1, add: 1}, {above: 1, add: 2}]"), "scale-steps", "above 1 too"),
        (metric("of: cpu, steps: [{above: 1, add: 1}, {above: 2, add: 50%}]"), "scale-steps", "all numbers"),
        (metric("of: cpu, steps: [{above: 1, add: 1}, {below: 2, remove: 1}]"), "scale-steps", "between 1 and 2"),
        (metric(f"of: cpu, {STEPS}", "min: 0, max: 3"), "scale-limits", "never starts a task"),
        (metric(f"{ONE}, target: 3", "min: 0, max: 3"), "scale-limits", "never starts a task"),
        (metric(f"{ONE}, steps: [{{above: 0, add: 50%}}]", "min: 0, max: 3"), "scale-limits", "never starts a task"),
        (f"scale: {{metrics: {{a-b: {{of: cpu, {STEPS}}}, a_b: {{of: cpu, {STEPS}}}}}}}", "duplicate-name", "'a-b'"),
        (f"scale: {{{STEPS}, metrics: {{cpu: {{of: cpu, {STEPS}}}}}}}", "duplicate-name", "'steps'"),
        ("scale: {steps: [{above: 1}]}", "scale-steps", "'above' with 'add'"),
        (f"scale: {{min: 0, {STEPS}}}", "scale-limits", "never starts a task"),
        ("spot: 50, capacity: {}", "one-of-two", "'spot' and 'capacity'"),
        ("capacity: {on_demand: 0, spot: 0}", "scale-limits", "both weights"),
        ("scale: {queue: {name: [jobs, queues.jobs], per_task: 1}}", "duplicate-value", "one component"),
        ("scale: {queue: {name: [jobs, lost], per_task: 1}}", "unknown-component", "'lost'"),
    ],
)
def test_faults(settings: str, code: str, told: str) -> None:
    found = faults(spec(settings))
    assert [one.code for one in found] == [code], found
    assert told in found[0].message
    assert found[0].suggestion


@pytest.mark.parametrize("of", ["of: tasks, target: 5", "expression: a, metrics: {a: {of: tasks}}, target: 5"])
def test_tasks_are_counted_by_container_insights(of: str) -> None:
    (found,) = faults(spec(metric(of), OFF))
    assert found.code == "scale-limits"
    assert "enabled" in found.suggestion


def test_a_policy_takes_twenty_steps() -> None:
    steps = [f"{{above: {number}, add: 1}}" for number in range(21)]
    (found,) = faults(spec(metric(f"of: cpu, steps: [{', '.join(steps)}]")))
    assert (found.code, found.message) == ("scale-steps", "21 steps above a value, and a policy takes 20")
    assert not faults(spec(metric(f"of: cpu, steps: [{', '.join(steps[:20])}]")))
