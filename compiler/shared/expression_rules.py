"""What metric math of an alarm may read: each of its metrics, and no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.shared.metric_expressions import RESULT, bare, is_query, used
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.json_value import Json

_NOT_IN_ALARMS = ("SEARCH", "GROUP BY")
"""What gives several series (CloudWatch user guide, "Using metric math", alarms)."""


def expression_faults(expression: str, metrics: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    for word in _NOT_IN_ALARMS:
        if word in bare(expression).upper():
            message = f"{word} gives several series, and an alarm takes one"
            yield Fault("not-allowed", message, (*path, "expression"), "name the metrics in 'metrics'")
            return
    read = used(expression, metrics)
    if not read and not is_query(expression):
        message = "the expression reads no metric, and CloudWatch wants one at least"
        yield Fault("missing-property", message, (*path, "expression"), "name one of 'metrics' in it")
    for name in sorted(read - metrics.keys()):
        help_text = did_you_mean(name, metrics)
        yield Fault("unknown-metric", f"'metrics' has no '{name}'", (*path, "expression"), help_text)
    for name in metrics:
        if name not in read:
            message = f"the expression does not use '{name}'"
            yield Fault("unused-setting", message, (*path, "metrics", name), "remove it")
    if RESULT in metrics:
        message = f"'{RESULT}' is the name of the expression itself"
        yield Fault("bad-name", message, (*path, "metrics", RESULT), "give it another name")
