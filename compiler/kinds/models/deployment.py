"""How an endpoint moves to a new configuration, and what takes it back.

Source: SageMaker developer guide, "Deployment guardrails for updating models in production".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import Ref, cloudwatch, sagemaker

from compiler.language.times import in_seconds
from compiler.program.component import AlarmSpec
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_TYPES = {"all-at-once": "ALL_AT_ONCE", "canary": "CANARY", "linear": "LINEAR"}


@frozen()
class Deployment:
    """Steps of an update, and whether alarms take it back."""

    strategy: str
    step_percent: int
    wait_seconds: int
    limit_minutes: int | str | None
    rollback: bool


def deployment_config(settings: Deployment, alarm_ids: Iterable[str]) -> sagemaker.DeploymentConfig:
    """The policy of the strategy, and the alarms that roll an update back."""
    longest = settings.limit_minutes
    limit = {"MaximumExecutionTimeoutInSeconds": in_seconds(longest, "minutes")} if longest else {}
    alarms = [sagemaker.Alarm(AlarmName=Ref(alarm_id)) for alarm_id in alarm_ids]
    back = {"AutoRollbackConfiguration": sagemaker.AutoRollbackConfig(Alarms=alarms)} if alarms else {}
    return sagemaker.DeploymentConfig(**_policy(settings, limit), **back)


def _policy(settings: Deployment, limit: Mapping[str, int]) -> dict[str, Json]:
    """Old instances stay for one more wait after the last step: it is then that an alarm can still take it back."""
    size = sagemaker.CapacitySize(Type="CAPACITY_PERCENT", Value=settings.step_percent)
    wait = settings.wait_seconds
    if settings.strategy == "rolling":
        rolling = sagemaker.RollingUpdatePolicy(MaximumBatchSize=size, WaitIntervalInSeconds=wait, **limit)
        return {"RollingUpdatePolicy": rolling}
    step = {"canary": {"CanarySize": size}, "linear": {"LinearStepSize": size}}.get(settings.strategy, {})
    routing = sagemaker.TrafficRoutingConfig(
        Type=_TYPES[settings.strategy], WaitIntervalInSeconds=wait if step else 0, **step
    )
    blue_green = sagemaker.BlueGreenUpdatePolicy(
        TrafficRoutingConfiguration=routing, TerminationWaitInSeconds=wait, **limit
    )
    return {"BlueGreenUpdatePolicy": blue_green}


def rollback_alarms(stem: str, specs: Iterable[AlarmSpec]) -> Iterator[cloudwatch.Alarm]:
    """Alarms of the endpoint's own stack that act on updates alone: one minute with a breach is enough."""
    for spec in specs:
        yield cloudwatch.Alarm(
            f"{stem}Rollback{spec.name}",
            AlarmDescription=f"Rolls updates back: {spec.description}",
            ActionsEnabled=True,
            Metrics=[_query(one) for one in spec.metrics],
            ComparisonOperator=spec.comparison,
            Threshold=spec.threshold,
            EvaluationPeriods=1,
            DatapointsToAlarm=1,
            TreatMissingData=spec.missing,
        )


def _query(one: Mapping[str, Json]) -> cloudwatch.MetricDataQuery:
    if "MetricStat" not in one:
        return cloudwatch.MetricDataQuery(**one)
    stat = one["MetricStat"]
    dimensions = [cloudwatch.MetricDimension(**each) for each in stat["Metric"]["Dimensions"]]
    metric = cloudwatch.Metric(**{**stat["Metric"], "Dimensions": dimensions})
    measured = cloudwatch.MetricStat(Metric=metric, Period=stat["Period"], Stat=stat["Stat"])
    return cloudwatch.MetricDataQuery(**{**one, "MetricStat": measured})
