"""Plain records of a domain."""

from __future__ import annotations

from troposphere import Ref, route53

from compiler.kinds.domains.dns_values import record_values
from compiler.kinds.domains.health_checks import check_id
from compiler.kinds.domains.routing import RecordRouting, among
from compiler.language.names import pascal
from compiler.shared.sites import Site
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_TTL = 300


@frozen(kw_only=True)
class Alias:
    """An endpoint of AWS whose addresses are answered."""

    host: str
    zone: str | None
    evaluate_health: bool


@frozen(kw_only=True)
class Record:
    """A plain record, named from the domain on."""

    type: str
    name: str | None
    ttl: int | None
    values: tuple[str, ...]
    alias: Alias | None
    routing: RecordRouting | None
    health_check: str | None


def record_id(site: Site, label: str) -> str:
    return f"{site.stem}{pascal(label)}Record"


def record_set(site: Site, label: str, record: Record) -> route53.RecordSetType:
    return route53.RecordSetType(
        record_id(site, label),
        HostedZoneId=site.zone_id,
        Name=f"{record.name}.{site.domain}" if record.name else site.domain,
        Type=record.type,
        **_answer(site, record),
        **(among(record.routing, label) if record.routing else {}),
        **({"HealthCheckId": Ref(check_id(site, record.health_check))} if record.health_check else {}),
    )


def _answer(site: Site, record: Record) -> dict[str, Json]:
    if record.alias:
        target = route53.AliasTarget(
            DNSName=record.alias.host,
            HostedZoneId=record.alias.zone or site.zone_id,
            EvaluateTargetHealth=record.alias.evaluate_health,
        )
        return {"AliasTarget": target}
    ttl = _TTL if record.ttl is None else record.ttl
    return {"TTL": str(ttl), "ResourceRecords": record_values(record.type, record.values)}
