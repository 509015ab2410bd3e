"""What a listener rule asks of a request, as plain data: which of two asks for less, and how large it is.

Source: Elastic Load Balancing API, RuleCondition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.source.frozen import frozen
from compiler.source.json_value import Json

HEADER, METHOD, SOURCE, QUERY = "http-header", "http-request-method", "source-ip", "query-string"


@frozen(eq=True)
class Further:
    """A condition beside path and host. Of several each must hold, of its values one."""

    field: str
    name: str
    """Of a header or a parameter; empty for the others."""
    values: tuple[str, ...]


def further(said: Mapping[str, Json]) -> tuple[Further, ...]:
    """The conditions of a resolved ``ingress`` or rule, in an order that the spec's does not change."""
    found = [Further(HEADER, name, listed(values)) for name, values in sorted(said["headers"].items())]
    found += [Further(METHOD, "", tuple(said["methods"]))] if said["methods"] else []
    found += [Further(SOURCE, "", tuple(said["sources"]))] if said["sources"] else []
    return (*found, *(Further(QUERY, name, listed(values)) for name, values in sorted(said["query"].items())))


def listed(said: Json) -> tuple[str, ...]:
    """One or a list of them, as a list."""
    return (said,) if isinstance(said, str) else tuple(said)


def no_less(one: Iterable[Further], other: Iterable[Further]) -> bool:
    """Whether requests that meet all of `other` meet all of `one` too, as far as their values tell."""
    return all(any(_wider(first, second) for second in other) for first in one)


def _wider(one: Further, other: Further) -> bool:
    return (one.field, one.name.lower()) == (other.field, other.name.lower()) and {*other.values} <= {*one.values}


def matched(patterns: Iterable[str], others: Iterable[str]) -> bool:
    """Whether each of `others` asks only for what one of `patterns` asks for too."""
    known = list(patterns)
    return all(any(_takes(pattern, other) for pattern in known) for other in others)


def _takes(pattern: str, other: str) -> bool:
    """A wildcard of the other pattern may stand for anything, so that only `*` takes its `*`.

    The last `*` takes one character more whenever the rest does not fit, so that no pattern is slow.
    """
    at, here, star, after = 0, 0, -1, 0
    while here < len(other):
        if at < len(pattern) and pattern[at] == "*":
            star, after, at = at, here, at + 1
        elif at < len(pattern) and (pattern[at] == other[here] or (pattern[at] == "?" and other[here] != "*")):
            at, here = at + 1, here + 1
        elif star >= 0:
            at, here, after = star + 1, after + 1, after + 1
        else:
            return False
    return not pattern[at:].strip("*")


def wildcards(values: Iterable[str]) -> int:
    return sum(value.count("*") + value.count("?") for value in values)


def texts(conditions: Iterable[Further]) -> Iterator[str]:
    """The values of the conditions, of which a rule has few."""
    for one in conditions:
        yield from one.values
