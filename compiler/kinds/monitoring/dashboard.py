"""The body of a CloudWatch dashboard: JSON text with references in it (CloudWatch API reference, dashboard body)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compiler.program.component import Chart, Value
from compiler.shared.json_text import with_references
from compiler.source.json_value import Json

_WIDTH = 24
_HALF = _WIDTH // 2
_HEIGHT = 6
_ALARMS = 100
"""Most alarms of one widget."""
_ALARMS_HEIGHT = 4


_MOST_GRAPHS, _MOST_METRICS = 400, 2_500
"""Graphs of a dashboard, which takes 500 widgets in all, and their metrics. CloudWatch service quotas, "Dashboards"."""


def bodies(title: str, region: str, alarms: Sequence[Value], charts: Sequence[Chart]) -> Iterator[Value]:
    """The bodies of as many dashboards as the graphs need; the first has the state of all alarms (ARNs)."""
    for number, page in enumerate(_pages(charts), 1):
        heading = title if number == 1 else f"{title} ({number})"
        yield _body(heading, region, alarms if number == 1 else (), page)


def _pages(charts: Sequence[Chart]) -> list[list[Chart]]:
    pages: list[list[Chart]] = [[]]
    metrics = 0
    for chart in charts:
        if len(pages[-1]) == _MOST_GRAPHS or metrics + len(chart.metrics) > _MOST_METRICS:
            pages.append([])
            metrics = 0
        pages[-1].append(chart)
        metrics += len(chart.metrics)
    return pages


def _body(title: str, region: str, alarms: Sequence[Value], charts: Sequence[Chart]) -> Value:
    """A heading, the state of alarms, and two graphs in a row."""
    widgets = [_widget("text", (0, 0, _WIDTH, 1), {"markdown": f"# {title}"})]
    top = 1
    for first in range(0, len(alarms), _ALARMS):
        state = {"title": "Alarms", "alarms": list(alarms[first : first + _ALARMS])}
        widgets.append(_widget("alarm", (0, top, _WIDTH, _ALARMS_HEIGHT), state))
        top += _ALARMS_HEIGHT
    for index, chart in enumerate(charts):
        row, column = divmod(index, 2)
        widgets.append(_widget("metric", (column * _HALF, top + row * _HEIGHT, _HALF, _HEIGHT), _graph(chart, region)))
    return with_references({"widgets": widgets})


def _widget(kind: str, box: tuple[int, int, int, int], properties: Json) -> Json:
    left, top, width, height = box
    return {"type": kind, "x": left, "y": top, "width": width, "height": height, "properties": properties}


def _graph(chart: Chart, region: str) -> Json:
    return {
        "title": chart.title,
        "view": "timeSeries",
        "region": region,
        "stat": chart.statistic,
        "period": 300,
        "metrics": chart.metrics,
    }
