"""CloudWatch alarms from what components say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from troposphere import cloudwatch, encode_to_dict

from compiler.kinds.monitoring.planned import Planned
from compiler.program.component import AlarmSpec, Value
from compiler.shared.digest import mark
from compiler.shared.json_text import json_text
from compiler.source.json_value import Json

_STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")
_BAND = "expected_band"
"""Name of the expression that gives the band."""
_SIDES = {
    "GreaterThanThreshold": "GreaterThanUpperThreshold",
    "GreaterThanOrEqualToThreshold": "GreaterThanUpperThreshold",
    "LessThanThreshold": "LessThanLowerThreshold",
    "LessThanOrEqualToThreshold": "LessThanLowerThreshold",
}
"""A comparison with a threshold → the one with a side of a band."""


def alarm(planned: Planned, topics: Sequence[Value]) -> cloudwatch.Alarm:
    """An alarm that tells `topics` of its start and its end."""
    spec = planned.spec
    told = {"AlarmActions": list(topics), "OKActions": list(topics)} if topics else {}
    return cloudwatch.Alarm(
        planned.logical_id,
        AlarmName=planned.name,
        AlarmDescription=planned.description,
        EvaluationPeriods=spec.evaluation_periods,
        DatapointsToAlarm=spec.datapoints,
        TreatMissingData=spec.missing,
        ActionsEnabled=True,
        **told,
        **_held_against(spec),
    )


def _held_against(spec: AlarmSpec) -> dict[str, Json]:
    if spec.band is None:
        held = {"ComparisonOperator": spec.comparison, "Threshold": spec.threshold}
        return {**held, **_measured(spec.metrics)}
    queries = [_query(one, index == len(spec.metrics) - 1) for index, one in enumerate(spec.metrics)]
    band = cloudwatch.MetricDataQuery(Id=_BAND, Expression=_band(spec), ReturnData=True)
    side = _SIDES.get(spec.comparison, spec.comparison)
    return {"ComparisonOperator": side, "ThresholdMetricId": _BAND, "Metrics": [*queries, band]}


def _band(spec: AlarmSpec) -> str:
    return f"ANOMALY_DETECTION_BAND({spec.metrics[-1]['Id']}, {spec.band:g})"


def detectors(stem: str, planned: Sequence[Planned]) -> Iterator[cloudwatch.AnomalyDetector]:
    """What learns the band, once for each metric: CloudWatch has one detector of a metric and statistic."""
    found: dict[str, cloudwatch.AnomalyDetector] = {}
    for one in planned:
        if one.spec.band is not None:
            learnt = _learnt(one.spec.metrics)
            logical_id = f"{stem}AnomalyDetector{mark(json_text(encode_to_dict(learnt)))}"
            found.setdefault(logical_id, cloudwatch.AnomalyDetector(logical_id, **learnt))
    yield from found.values()


def _learnt(metrics: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    if len(metrics) == 1:
        stat = metrics[0]["MetricStat"]
        named = {key: stat["Metric"][key] for key in ("Namespace", "MetricName")}
        one = cloudwatch.SingleMetricAnomalyDetector(**named, Stat=stat["Stat"], **_dimensions(stat["Metric"]))
        return {"SingleMetricAnomalyDetector": one}
    queries = [_query(one, index == len(metrics) - 1) for index, one in enumerate(metrics)]
    return {"MetricMathAnomalyDetector": cloudwatch.MetricMathAnomalyDetector(MetricDataQueries=queries)}


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
