"""What a listener rule of a load balancer takes at most.

Source: Elastic Load Balancing user guide, "Quotas for your Application Load Balancers" and "Condition types".
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.ingress import Route, cdn_only
from compiler.shared.rule_conditions import HEADER, SOURCE, texts, wildcards
from compiler.source.document import Path

_MOST_VALUES, _MOST_WILDCARDS = 5, 5


def rule_size(own: Route, path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    """Of all conditions of a rule together, that of a cdn's header too."""
    most = _MOST_VALUES - (own.public and cdn_only(spec))
    values = (*own.paths, *own.hosts, *texts(own.more))
    patterns = (*own.paths, *own.hosts, *texts(one for one in own.more if one.field != SOURCE))
    kinds = "paths, hosts and further conditions" if own.more else "paths and hosts"
    if len(values) > most:
        beside = "" if most == _MOST_VALUES else " beside the header of 'cdn_only'"
        message = f"has {len(values)} {kinds}, a rule of a load balancer takes {most}{beside}"
        yield Fault("rule-limit", message, path, "use fewer, or a wildcard for several")
    elif wildcards(patterns) > _MOST_WILDCARDS:
        named = "its paths, hosts and conditions" if own.more else "its paths and hosts"
        message = f"has {wildcards(patterns)} wildcards in {named}, a rule of a load balancer takes {_MOST_WILDCARDS}"
        yield Fault("rule-limit", message, path, "use fewer wildcards")


def conditions_hold(own: Route, path: Path) -> Iterator[Fault]:
    """What the schema can't tell of further conditions."""
    seen: set[str] = set()
    for one in own.more:
        if one.field == HEADER and (one.name.lower() == "host" or one.name.lower() in seen):
            host = one.name.lower() == "host"
            message = "the host has a condition of its own" if host else f"the header '{one.name}' is there twice"
            help_text = "use 'host'" if host else "upper and lower case are the same: write it once"
            yield Fault("bad-condition", message, (*path, "headers", one.name), help_text)
        seen |= {one.name.lower()} if one.field == HEADER else set()
        if one.field == SOURCE:
            yield from _ranges(one.values, (*path, "sources"))


def _ranges(cidrs: tuple[str, ...], path: Path) -> Iterator[Fault]:
    for index, cidr in enumerate(cidrs):
        try:
            ip_network(cidr)
        except ValueError:
            yield Fault("bad-cidr", f"'{cidr}' is not a range of addresses", (*path, index), _near(cidr))


def _near(cidr: str) -> str:
    try:
        return f"did you mean '{ip_network(cidr, strict=False)}'?"
    except ValueError:
        return "write it as 203.0.113.0/24"
