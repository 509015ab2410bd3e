"""A service whose tasks work on a queue: messages a task, and the first task after none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, GetAtt, Ref, Sub, cloudwatch
from troposphere import applicationautoscaling as scaling

from compiler.program.component import Component, Value
from compiler.shared.cluster import CLUSTER_ID

_QUEUE = {"waiting": "ApproximateNumberOfMessagesVisible", "working": "ApproximateNumberOfMessagesNotVisible"}
_TASKS = "FILL(running, 0)"
_START_SECONDS = 180
"""Before that a task that was asked for may not be counted yet."""
_SURE_MINUTES = 3
"""Container Insights counts a minute or two behind, and a number that is not there yet looks like no task.

Source: CloudWatch user guide, "Using math expressions with CloudWatch metrics", FILL in an alarm.
"""


def backlog(service: Component, queue: Value) -> scaling.CustomizedMetricSpecification:
    """Messages a running task; of none at all, as if there were one.

    Source: Application Auto Scaling user guide, "Example: Amazon SQS queue backlog per task". Messages under way count
    too, so that nobody stops the task that has the last one; SQS tells of them only while there are some.
    """
    metrics = [_stat(name, metric, stat, size) for name, metric, stat, size in _measured(service, queue)]
    expression = f"(waiting + FILL(working, 0)) / IF({_TASKS} > 0, {_TASKS}, 1)"
    result = scaling.TargetTrackingMetricDataQuery(Id="backlog", Expression=expression, ReturnData=True)
    return scaling.CustomizedMetricSpecification(Metrics=[*metrics, result])


def _measured(service: Component, queue: Value) -> Iterator[tuple[str, tuple[str, str], str, Mapping[str, Value]]]:
    """Id, namespace with name, statistic and dimensions of all that is measured."""
    for name, metric in _QUEUE.items():
        yield name, ("AWS/SQS", metric), "Maximum", {"QueueName": queue}
    tasks = {"ClusterName": Ref(CLUSTER_ID), "ServiceName": GetAtt(service.main_id, "Name")}
    yield "running", ("ECS/ContainerInsights", "RunningTaskCount"), "Average", tasks


def _stat(
    name: str, metric: tuple[str, str], stat: str, dimensions: Mapping[str, Value]
) -> scaling.TargetTrackingMetricDataQuery:
    named = [scaling.TargetTrackingMetricDimension(Name=key, Value=value) for key, value in dimensions.items()]
    about = scaling.TargetTrackingMetric(Namespace=metric[0], MetricName=metric[1], Dimensions=named)
    return scaling.TargetTrackingMetricDataQuery(
        Id=name, MetricStat=scaling.TargetTrackingMetricStat(Metric=about, Stat=stat), ReturnData=False
    )


def first_task(service: Component, target: Value, queue: Value, seconds: int) -> Iterator[AWSObject]:
    """One task more while messages wait and none runs: target tracking multiplies, and nothing comes of none."""
    policy_id = f"{service.stem}FirstTaskScaling"
    yield scaling.ScalingPolicy(
        policy_id,
        PolicyName=Sub(f"${{{service.main_id}.Name}}-first-task"),
        PolicyType="StepScaling",
        ScalingTargetId=target,
        StepScalingPolicyConfiguration=scaling.StepScalingPolicyConfiguration(
            AdjustmentType="ChangeInCapacity",
            Cooldown=max(seconds, _START_SECONDS),
            MetricAggregationType="Maximum",
            StepAdjustments=[scaling.StepAdjustment(MetricIntervalLowerBound=0, ScalingAdjustment=1)],
        ),
    )
    yield _nobody_works(service, queue, policy_id)


def _nobody_works(service: Component, queue: Value, policy_id: str) -> cloudwatch.Alarm:
    metrics = [_alarm_stat(*one) for one in _measured(service, queue) if one[0] != "working"]
    result = cloudwatch.MetricDataQuery(
        Id="unworked", Expression=f"IF({_TASKS} < 1, waiting, 0)", ReturnData=True, Label="Messages without a task"
    )
    return cloudwatch.Alarm(
        f"{service.stem}FirstTaskAlarm",
        AlarmDescription=f"Starts the first task of {service.name}: messages wait, and no task runs",
        ActionsEnabled=True,
        AlarmActions=[Ref(policy_id)],
        Metrics=[*metrics, result],
        ComparisonOperator="GreaterThanThreshold",
        Threshold=0,
        EvaluationPeriods=_SURE_MINUTES,
        DatapointsToAlarm=_SURE_MINUTES,
        TreatMissingData="notBreaching",
    )


def _alarm_stat(
    name: str, metric: tuple[str, str], stat: str, dimensions: Mapping[str, Value]
) -> cloudwatch.MetricDataQuery:
    named = [cloudwatch.MetricDimension(Name=key, Value=value) for key, value in dimensions.items()]
    about = cloudwatch.Metric(Namespace=metric[0], MetricName=metric[1], Dimensions=named)
    measured = cloudwatch.MetricStat(Metric=about, Period=60, Stat=stat)
    return cloudwatch.MetricDataQuery(Id=name, MetricStat=measured, ReturnData=False)
