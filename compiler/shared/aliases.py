"""Records that point the names of a domain at what serves them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from troposphere import route53

from compiler.program.component import Component, Value
from compiler.shared.digest import mark
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(eq=True)
class Target:
    """Where an alias record leads: a host name and the zone that AWS keeps it in."""

    host: Value
    zone_id: Value
    types: tuple[str, ...] = ("A",)
    """``AAAA`` too for what answers on IPv6."""


@frozen(eq=True)
class AliasZone:
    """The zone of the names, and what makes each of the records one of several."""

    id: Value
    among: Mapping[str, Json] = field(default_factory=dict)
    """Routing policy, SetIdentifier and health check; empty for a record that is alone."""


def aliases(
    server: Component, zone: AliasZone, names: Iterable[str], target: Target
) -> Iterator[route53.RecordSetType]:
    """The records of `server`, in its own stack: they come and go with it."""
    for name in names:
        for kind in target.types:
            yield route53.RecordSetType(
                f"{server.stem}{'Ipv6' if kind == 'AAAA' else ''}Alias{mark(name)}",
                HostedZoneId=zone.id,
                Name=name,
                Type=kind,
                AliasTarget=route53.AliasTarget(
                    DNSName=target.host, HostedZoneId=target.zone_id, EvaluateTargetHealth=bool(zone.among)
                ),
                **zone.among,
            )
