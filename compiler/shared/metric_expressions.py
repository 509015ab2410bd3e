"""What metric math reads: the metrics that it names, or by a query the metrics of the account.

Sources: CloudWatch user guide, "Using math expressions" (METRICS) and "Metrics Insights query components and syntax".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

RESULT = "expression_result"
"""Name of the expression beside those of its metrics."""
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME = re.compile(r"(?<![A-Za-z0-9_.])[a-z][A-Za-z0-9_]*")
_QUERY = re.compile(r"\s*SELECT\b", re.IGNORECASE)
_ALL = re.compile(r"\bMETRICS\s*\(")


def is_query(expression: str) -> bool:
    """Whether it is a query of Metrics Insights, which names no metric beside it."""
    return bool(_QUERY.match(expression))


def bare(expression: str) -> str:
    """The expression without what is quoted in it."""
    return _TEXT.sub("", expression)


def used(expression: str, metrics: Iterable[str]) -> set[str]:
    """Names that it reads; a function may read all `metrics`."""
    if is_query(expression):
        return set()
    text = bare(expression)
    return {*_NAME.findall(text), *(metrics if _ALL.search(text) else ())}
