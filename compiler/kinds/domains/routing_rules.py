"""Which records of one name and type can be together, and how (Route 53 API reference, ResourceRecordSet)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from compiler.meaning.fault import Fault, warning
from compiler.shared.global_region import ZONE_OF_DISTRIBUTIONS
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.json_value import Json

_POLICIES = ("weight", "latency", "failover", "geolocation", "multivalue")
_WITH_STATES = ("US", "UA")
_Group = Sequence[tuple[str, Mapping[str, Json]]]
"""Label and settings of the records with routing that have one name and type."""


def policies(routing: Mapping[str, Json]) -> list[str]:
    """The policies that a routing sets. A weight of 0 is one; `multivalue: false` is none."""
    return [name for name in _POLICIES if routing.get(name) is not None and routing[name] is not False]


def routing_faults(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Faults of the records of a domain that have routing, health checks or aliases."""
    for label, record in data["records"].items():
        yield from _alias(record, ("records", label))
        yield from _check(record, data["health_checks"], ("records", label))
        if record["routing"]:
            yield from one_policy(record["routing"], ("records", label, "routing"))
            yield from _alone(record, ("records", label))
    for group in _groups(data["records"]):
        yield from _group(group)


def one_policy(routing: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    """A fault unless exactly one policy is set, and its place is one."""
    found = policies(routing)
    if len(found) != 1:
        message = f"a record has one routing policy, not {' and '.join(found) or 'none'}"
        yield Fault("routing-choice", message, path, f"set exactly one of {', '.join(_POLICIES)}")
    place = routing["geolocation"]
    if place and bool(place["continent"]) == bool(place["country"]):
        message = "a place is a continent or a country"
        yield Fault("routing-choice", message, (*path, "geolocation"), "set exactly one of 'continent' and 'country'")
    elif place and place["subdivision"] and place["country"] not in _WITH_STATES:
        message = "Route 53 knows the subdivisions of the United States and of Ukraine only"
        where = (*path, "geolocation", "subdivision")
        yield Fault("routing-choice", message, where, "set 'country: US' or 'country: UA', or remove it")


def _alias(record: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    alias = record["alias"]
    if bool(alias) == bool(record["values"]):
        message = "a record has values of its own, or an alias"
        yield Fault("alias-record", message, path, "set exactly one of 'values' and 'alias'")
    elif alias and record["ttl"] is not None:
        message = "an alias record has the TTL of its target"
        yield Fault("alias-record", message, (*path, "ttl"), "remove it")
    elif alias and record["type"] == "NS":
        yield Fault(
            "alias-record", "an alias can't be of type NS", (*path, "type"), "write the name servers as 'values'"
        )
    elif alias and alias["evaluate_health"] and alias["zone"] == ZONE_OF_DISTRIBUTIONS:
        message = "Route 53 can't evaluate the health of a CloudFront distribution"
        yield Fault("alias-record", message, (*path, "alias", "evaluate_health"), "set a 'health_check' instead")


def _check(record: Mapping[str, Json], known: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    name = record["health_check"]
    if name and name not in known:
        message = f"'health_checks' has no '{name}'"
        yield Fault("unknown-health-check", message, (*path, "health_check"), did_you_mean(name, known))
    elif name and not record["routing"]:
        message = "a health check chooses among several records, and this one has no routing"
        yield Fault("unused-setting", message, (*path, "health_check"), "set 'routing', or remove it")


def _alone(record: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    """What a policy asks of a record by itself."""
    policy = next(iter(policies(record["routing"])), "")
    if policy == "multivalue" and (record["alias"] or record["type"] in ("CNAME", "NS")):
        what = "an alias" if record["alias"] else f"of type {record['type']}"
        message = f"a multivalue answer record can't be {what}"
        yield Fault("routing-group", message, (*path, "routing", "multivalue"), "take another policy, such as 'weight'")
    if policy in ("weight", "latency") and len(record["values"]) > 1:
        message = f"a record with '{policy}' has one value"
        yield Fault("routing-group", message, (*path, "values"), "make a record of its own for each value")
    if record["routing"]["failover"] == "primary" and not _watched(record):
        message = "nothing tells Route 53 when the primary is unhealthy, so the secondary is never answered"
        yield warning("failover-unchecked", message, path, "set a 'health_check'")


def _watched(record: Mapping[str, Json]) -> bool:
    return bool(record["health_check"] or (record["alias"] or {}).get("evaluate_health"))


def _groups(records: Mapping[str, Mapping[str, Json]]) -> Iterator[_Group]:
    def key(item: tuple[str, Mapping[str, Json]]) -> tuple[str, str]:
        return item[1]["name"] or "", item[1]["type"]

    routed = [item for item in records.items() if item[1]["routing"] and len(policies(item[1]["routing"])) == 1]
    for _, group in itertools.groupby(sorted(routed, key=key), key):
        yield list(group)


def _group(group: _Group) -> Iterator[Fault]:
    first, policy = group[0][0], policies(group[0][1]["routing"])[0]
    seen: dict[str, str] = {}
    for label, record in group:
        own, path = policies(record["routing"])[0], ("records", label, "routing")
        if own != policy:
            message = f"'{first}' has the same name and type with the policy '{policy}', and this one has '{own}'"
            yield Fault("routing-group", message, path, "take the same policy for all records of a name and type")
            return
        value = str(record["routing"][own])
        if own in ("latency", "failover", "geolocation") and value in seen:
            message = f"'{seen[value]}' and '{label}' have the same name, type and '{own}'"
            yield Fault("routing-group", message, path, f"take another '{own}'")
        seen.setdefault(value, label)
    yield from _whole(group, policy)


def _whole(group: _Group, policy: str) -> Iterator[Fault]:
    """What the records of a group need to be together."""
    label, routing = group[0][0], [record["routing"] for _, record in group]
    lives = {record["ttl"] for _, record in group if not record["alias"]}
    if policy == "weight" and len(lives) > 1:
        message = "weighted records of one name and type have the same TTL"
        yield Fault("routing-group", message, ("records", label), "set the same 'ttl' for all of them")
    if policy == "failover" and len({one["failover"] for one in routing}) == 1:
        other = "secondary" if routing[0]["failover"] == "primary" else "primary"
        message = f"'{label}' has no {other} of the same name and type in this platform"
        yield warning(
            "failover-alone", message, ("records", label), f"add one, unless another platform has the {other}"
        )
    if policy == "geolocation" and not any(one["geolocation"]["country"] == "*" for one in routing):
        message = "who is in no place of these records, or where nobody knows, gets no answer"
        help_text = "add a record with 'geolocation: {country: \"*\"}'"
        yield warning("no-default-location", message, ("records", label, "routing"), help_text)
