"""CloudWatch alarms from what components say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troposphere import cloudwatch

from compiler.program.component import AlarmSpec, Value
from compiler.source.json_value import Json

_STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")


def alarm(logical_id: str, name: str, spec: AlarmSpec, topic: Value | None) -> cloudwatch.Alarm:
    """An alarm that tells `topic` of its start and its end."""
    told = {"AlarmActions": [topic], "OKActions": [topic]} if topic else {}
    return cloudwatch.Alarm(
        logical_id,
        AlarmName=name,
        AlarmDescription=spec.description,
        ComparisonOperator=spec.comparison,
        Threshold=spec.threshold,
        EvaluationPeriods=spec.evaluation_periods,
        DatapointsToAlarm=spec.datapoints,
        TreatMissingData=spec.missing,
        ActionsEnabled=True,
        **told,
        **_measured(spec.metrics),
    )


def _measured(metrics: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    """The plain form for one metric, metric math for more."""
    if len(metrics) == 1 and "MetricStat" in metrics[0]:
        return _plain(metrics[0]["MetricStat"])
    last = len(metrics) - 1
    return {"Metrics": [_query(one, index == last) for index, one in enumerate(metrics)]}


def _plain(stat: Mapping[str, Json]) -> dict[str, Json]:
    metric, statistic = stat["Metric"], stat["Stat"]
    kind = "Statistic" if statistic in _STATISTICS else "ExtendedStatistic"
    found = {"Namespace": metric["Namespace"], "MetricName": metric["MetricName"], "Period": stat["Period"]}
    return found | {kind: statistic} | _dimensions(metric)


def _query(one: Mapping[str, Json], result: bool) -> cloudwatch.MetricDataQuery:
    options = {key: one[key] for key in ("Expression", "Label", "Period") if key in one}
    if "MetricStat" in one:
        stat = one["MetricStat"]
        named = {key: stat["Metric"][key] for key in ("Namespace", "MetricName")}
        metric = cloudwatch.Metric(**named, **_dimensions(stat["Metric"]))
        options["MetricStat"] = cloudwatch.MetricStat(Metric=metric, Period=stat["Period"], Stat=stat["Stat"])
    return cloudwatch.MetricDataQuery(Id=one["Id"], ReturnData=one.get("ReturnData", result), **options)


def _dimensions(metric: Mapping[str, Json]) -> dict[str, Json]:
    found = [cloudwatch.MetricDimension(**one) for one in metric.get("Dimensions", ())]
    return {"Dimensions": found} if found else {}
