"""Routing policies: which of several records of one name and type is answered."""

from __future__ import annotations

from troposphere import route53

from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class Geolocation:
    """Where those are who get a record."""

    continent: str | None
    country: str | None
    subdivision: str | None


@frozen(kw_only=True)
class Routing:
    """One policy; its other settings are not set."""

    weight: int | None
    latency: str | None
    failover: str | None
    geolocation: Geolocation | None


@frozen(kw_only=True)
class RecordRouting(Routing):
    """The policy of a plain record, which may be one of several answers."""

    multivalue: bool


def among(routing: Routing, identifier: str) -> dict[str, Json]:
    """Properties of a record set that is one of several (Route 53 API reference, ResourceRecordSet)."""
    found: dict[str, Json] = {"SetIdentifier": identifier}
    if routing.weight is not None:
        found["Weight"] = routing.weight
    if routing.latency:
        found["Region"] = routing.latency
    if routing.failover:
        found["Failover"] = routing.failover.upper()
    if routing.geolocation:
        found["GeoLocation"] = _place(routing.geolocation)
    if isinstance(routing, RecordRouting) and routing.multivalue:
        found["MultiValueAnswer"] = True
    return found


def _place(place: Geolocation) -> route53.GeoLocation:
    codes = {
        "ContinentCode": place.continent,
        "CountryCode": place.country,
        "SubdivisionCode": place.subdivision,
    }
    return route53.GeoLocation(**{name: code for name, code in codes.items() if code})
