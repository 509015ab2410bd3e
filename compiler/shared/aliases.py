"""Records that point the names of a domain at what serves them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from troposphere import route53

from compiler.program.component import Component, Value
from compiler.shared.digest import mark

ZONE_OF_DISTRIBUTIONS = "Z2FDTNDATAQYW2"
"""Zone of all names of CloudFront, which sign-in pages stand behind too (Template Reference, AliasTarget)."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where an alias record leads: a host name and the zone that AWS keeps it in."""

    host: Value
    zone_id: Value
    types: tuple[str, ...] = ("A",)
    """``AAAA`` too for what answers on IPv6."""


def aliases(server: Component, zone_id: Value, names: Iterable[str], target: Target) -> Iterator[route53.RecordSetType]:
    """The records of `server`, in its own stack: they come and go with it."""
    for name in names:
        for kind in target.types:
            yield route53.RecordSetType(
                f"{server.stem}{'Ipv6' if kind == 'AAAA' else ''}Alias{mark(name)}",
                HostedZoneId=zone_id,
                Name=name,
                Type=kind,
                AliasTarget=route53.AliasTarget(
                    DNSName=target.host, HostedZoneId=target.zone_id, EvaluateTargetHealth=False
                ),
            )
