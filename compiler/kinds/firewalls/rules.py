"""What the checks and the kind of firewalls both know: AWS's rule groups and what rules cost in capacity units."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from compiler.language.facts import fact
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

MOST_UNITS = 5000
"""Capacity units of a web ACL (WAF developer guide, AWS WAF quotas)."""
_PATH_UNITS = 22
"""A path: 2 for the start of a text, 10 for each of two transformations (string match rule statement)."""
_RATE_UNITS = 2
_SET_UNITS = 1
_BY_NAME = 100
"""Place of the first group by AWS's own name, behind all that ever get a word of ours."""


@frozen(eq=True)
class ManagedGroup:
    """A rule group that AWS keeps, with its capacity units."""

    name: str
    units: int


def managed_groups() -> Mapping[str, ManagedGroup]:
    """Our words → AWS's rule groups, in the order in which they are asked."""
    known = fact("waf-rule-groups").known()
    return {name: ManagedGroup(about["group"], about["units"]) for name, about in known.items()}


def group_of(name: str) -> ManagedGroup:
    """The group of one of our words, or one by AWS's own name, whose units are not known."""
    return managed_groups().get(name) or ManagedGroup(name, 0)


def asked_in_order(names: Collection[str]) -> Iterator[tuple[int, str]]:
    """The groups of a firewall, each with its place: ours have fixed ones, those by AWS's names follow."""
    ours = managed_groups()
    yield from ((number, name) for number, name in enumerate(ours) if name in names)
    yield from enumerate(sorted(name for name in names if name not in ours), _BY_NAME)


def units(data: Mapping[str, Json]) -> int:
    """Capacity units of a firewall, without its own rules unless they say theirs; never less than AWS's own count."""
    found = sum(group_of(name).units + _scope(said) for name, said in data["managed"].items())
    found += sum(_RATE_UNITS + _scope(said) for said in data["rate_limits"].values())
    found += sum(rule["units"] or 0 for rule in data["rules"].values())
    return found + 2 * _SET_UNITS * (bool(data["allow_ips"]) + bool(data["block_ips"])) + bool(data["countries"])


def _scope(said: Mapping[str, Json]) -> int:
    return _PATH_UNITS * len((*said["paths"], *said["except_paths"]))
