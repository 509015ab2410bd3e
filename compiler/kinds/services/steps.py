"""Step scaling: an alarm at the nearest bound, and a policy that adds or removes by how far the metric is past it.

Source: Application Auto Scaling user guide, "Step scaling policies": the bounds of adjustments count from the alarm's
threshold, they have no gap and do not overlap, and one of them is open.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from troposphere import AWSObject, Ref, Sub, cloudwatch
from troposphere import applicationautoscaling as scaling

from compiler.kinds.services.own_metrics import OwnMetric, Step
from compiler.language.names import pascal
from compiler.program.component import Component
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_AGGREGATED = ("Maximum", "Minimum")
"""Statistics that alarms pass on as they are; all others as an average of the periods."""


@frozen()
class Cooldowns:
    """Seconds between two steps to fewer and to more tasks."""

    in_seconds: int
    out_seconds: int


@frozen(eq=True)
class _Direction:
    """Steps to one side, from the nearest bound to the furthest."""

    word: str
    """`Out` or `In`."""
    comparison: str
    bounds: tuple[float, ...]
    changes: tuple[int, ...]
    percent: bool
    cooldown: int

    @property
    def adjustments(self) -> list[scaling.StepAdjustment]:
        distances = [_number(bound - self.bounds[0]) for bound in self.bounds]
        pairs = itertools.pairwise((*distances, None))
        near, far = ("Lower", "Upper") if self.word == "Out" else ("Upper", "Lower")
        return [
            scaling.StepAdjustment(
                **{f"MetricInterval{near}Bound": first},
                **({} if last is None else {f"MetricInterval{far}Bound": last}),
                ScalingAdjustment=change,
            )
            for (first, last), change in zip(pairs, self.changes, strict=True)
        ]


def _number(value: float) -> float:
    """Without the noise of binary fractions: 0.3 is 0.1 above 0.2."""
    found = round(value, 9)
    return int(found) if found == int(found) else found


def step_resources(
    service: Component, named: tuple[str, OwnMetric], cooldowns: Cooldowns, target: Ref
) -> Iterator[AWSObject]:
    """A policy and its alarm for each direction that has steps."""
    for direction in _directions(named[1].steps, cooldowns):
        yield from _resources(service, named, direction, target)


def _directions(steps: Sequence[Step], cooldowns: Cooldowns) -> Iterator[_Direction]:
    outward = sorted((one for one in steps if one.above is not None), key=lambda one: one.above or 0)
    inward = sorted((one for one in steps if one.below is not None), key=lambda one: -(one.below or 0))
    if outward:
        changes = [one.add for one in outward]
        bounds = tuple(one.above or 0 for one in outward)
        yield _direction("Out", bounds, changes, cooldowns.out_seconds)
    if inward:
        changes = [one.remove for one in inward]
        bounds = tuple(one.below or 0 for one in inward)
        yield _direction("In", bounds, changes, cooldowns.in_seconds)


def _direction(word: str, bounds: tuple[float, ...], changes: Sequence[int | str | None], cooldown: int) -> _Direction:
    sign = 1 if word == "Out" else -1
    numbers = tuple(sign * int(str(one).rstrip("%")) for one in changes)
    comparison = "GreaterThanThreshold" if word == "Out" else "LessThanThreshold"
    return _Direction(word, comparison, bounds, numbers, isinstance(changes[0], str), cooldown)


def _resources(
    service: Component, named: tuple[str, OwnMetric], direction: _Direction, target: Ref
) -> Iterator[AWSObject]:
    word, metric = named
    policy_id = f"{service.stem}{pascal(word)}Scale{direction.word}"
    yield scaling.ScalingPolicy(
        policy_id,
        PolicyName=Sub(f"${{{service.main_id}.Name}}-{word}-{direction.word.lower()}"),
        PolicyType="StepScaling",
        ScalingTargetId=target,
        StepScalingPolicyConfiguration=scaling.StepScalingPolicyConfiguration(
            AdjustmentType="PercentChangeInCapacity" if direction.percent else "ChangeInCapacity",
            Cooldown=direction.cooldown,
            MetricAggregationType=metric.statistic if metric.statistic in _AGGREGATED else "Average",
            StepAdjustments=direction.adjustments,
            **({"MinAdjustmentMagnitude": 1} if direction.percent else {}),
        ),
    )
    yield _alarm(service, named, direction, policy_id)


def _alarm(service: Component, named: tuple[str, OwnMetric], direction: _Direction, policy_id: str) -> cloudwatch.Alarm:
    word, metric = named
    does = "Adds tasks to" if direction.word == "Out" else "Removes tasks of"
    side = "above" if direction.word == "Out" else "below"
    return cloudwatch.Alarm(
        f"{policy_id}Alarm",
        AlarmDescription=f"{does} {service.name}: {word} is {side} {direction.bounds[0]:g}",
        ActionsEnabled=True,
        AlarmActions=[Ref(policy_id)],
        Metrics=[_query(one, metric.period) for one in metric.queries(service)],
        ComparisonOperator=direction.comparison,
        Threshold=_number(direction.bounds[0]),
        EvaluationPeriods=metric.periods,
        DatapointsToAlarm=metric.periods,
        TreatMissingData="notBreaching",
    )


def _query(one: Mapping[str, Json], period: int) -> cloudwatch.MetricDataQuery:
    given = {key: value for key, value in one.items() if key != "MetricStat"}
    if "MetricStat" in one:
        about = one["MetricStat"]["Metric"]
        named = [cloudwatch.MetricDimension(**dimension) for dimension in about["Dimensions"]]
        metric = cloudwatch.Metric(
            Namespace=about["Namespace"], MetricName=about["MetricName"], **({"Dimensions": named} if named else {})
        )
        given["MetricStat"] = cloudwatch.MetricStat(Metric=metric, Period=period, Stat=one["MetricStat"]["Stat"])
    return cloudwatch.MetricDataQuery(**given)
