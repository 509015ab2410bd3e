"""A service whose tasks work on a queue: messages a task, and the first task after none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, Ref, Sub, cloudwatch
from troposphere import applicationautoscaling as scaling

from compiler.kinds.services.own_metrics import own_dimensions
from compiler.program.component import Component, Value
from compiler.source.frozen import frozen

_QUEUE = {"waiting": "ApproximateNumberOfMessagesVisible", "working": "ApproximateNumberOfMessagesNotVisible"}
_TASKS = "FILL(running, 0)"
_START_SECONDS = 180
"""Before that a task that was asked for may not be counted yet."""
_SURE_MINUTES = 3
"""Container Insights counts a minute or two behind, and a number that is not there yet looks like no task.

Source: CloudWatch user guide, "Using math expressions with CloudWatch metrics", FILL in an alarm.
"""


@frozen(eq=True)
class Backlog:
    """A service, the names of the queues that its tasks work on, and whether their sum or the longest one counts."""

    service: Component
    queues: tuple[Value, ...]
    together: str

    @property
    def _several(self) -> bool:
        return len(self.queues) > 1

    @property
    def _numbers(self) -> tuple[str, ...]:
        return tuple(str(number) if self._several else "" for number in range(1, len(self.queues) + 1))

    @property
    def waiting(self) -> str:
        """Messages that wait, of all queues: an unused queue tells of none, which must not hide the others."""
        return " + ".join(f"FILL(waiting{number}, 0)" for number in self._numbers) if self._several else "waiting"

    @property
    def expression(self) -> str:
        """Messages a running task; of none at all, as if there were one."""
        total = "(waiting + FILL(working, 0))"
        if self._several:
            names = [name for name, _ in self.parts]
            total = f"MAX([{', '.join(names)}])" if self.together == "max" else f"({' + '.join(names)})"
        return f"{total} / IF({_TASKS} > 0, {_TASKS}, 1)"

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Id and expression of what the expression reads beside metrics: the messages of each of several queues.

        Source: CloudWatch user guide, "Using math expressions": MAX of several time series is a time series.
        """
        numbers = self._numbers if self._several else ()
        return tuple((f"queue{one}", f"FILL(waiting{one}, 0) + FILL(working{one}, 0)") for one in numbers)

    def measured(self) -> Iterator[tuple[str, tuple[str, str], str, Mapping[str, Value]]]:
        """Id, namespace with name, statistic and dimensions of all that is measured."""
        for number, queue in zip(self._numbers, self.queues, strict=True):
            for name, metric in _QUEUE.items():
                yield f"{name}{number}", ("AWS/SQS", metric), "Maximum", {"QueueName": queue}
        tasks = own_dimensions(self.service)
        yield "running", ("ECS/ContainerInsights", "RunningTaskCount"), "Average", tasks


def backlog(queues: Backlog) -> scaling.CustomizedMetricSpecification:
    """Messages a running task.

    Source: Application Auto Scaling user guide, "Example: Amazon SQS queue backlog per task". Messages under way count
    too, so that nobody stops the task that has the last one; SQS tells of them only while there are some.
    """
    metrics = [_stat(name, metric, stat, size) for name, metric, stat, size in queues.measured()]
    parts = [
        scaling.TargetTrackingMetricDataQuery(Id=name, Expression=expression, ReturnData=False)
        for name, expression in queues.parts
    ]
    result = scaling.TargetTrackingMetricDataQuery(Id="backlog", Expression=queues.expression, ReturnData=True)
    return scaling.CustomizedMetricSpecification(Metrics=[*metrics, *parts, result])


def _stat(
    name: str, metric: tuple[str, str], stat: str, dimensions: Mapping[str, Value]
) -> scaling.TargetTrackingMetricDataQuery:
    named = [scaling.TargetTrackingMetricDimension(Name=key, Value=value) for key, value in dimensions.items()]
    about = scaling.TargetTrackingMetric(Namespace=metric[0], MetricName=metric[1], Dimensions=named)
    return scaling.TargetTrackingMetricDataQuery(
        Id=name, MetricStat=scaling.TargetTrackingMetricStat(Metric=about, Stat=stat), ReturnData=False
    )


def first_task(queues: Backlog, target: Value, seconds: int) -> Iterator[AWSObject]:
    """One task more while messages wait and none runs: target tracking multiplies, and nothing comes of none."""
    service = queues.service
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
    yield _nobody_works(queues, policy_id)


def _nobody_works(queues: Backlog, policy_id: str) -> cloudwatch.Alarm:
    service = queues.service
    metrics = [_alarm_stat(*one) for one in queues.measured() if not one[0].startswith("working")]
    result = cloudwatch.MetricDataQuery(
        Id="unworked",
        Expression=f"IF({_TASKS} < 1, {queues.waiting}, 0)",
        ReturnData=True,
        Label="Messages without a task",
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
