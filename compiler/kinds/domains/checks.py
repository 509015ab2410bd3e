"""Checks of domains: their zone, names, records, and that one component serves each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address

from compiler.kinds.domains.health_check_rules import health_check_faults
from compiler.kinds.domains.routing_rules import one_policy, routing_faults
from compiler.kinds.domains.zone_rules import zone_faults
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.certificate_regions import fixed_region
from compiler.shared.global_region import GLOBAL_REGION
from compiler.source.document import Path
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json

_HOST = r"(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_-]+\.?"
_STRING = r'"([^"\\]|\\.){0,255}"'
_FORMS = {
    "CAA": (r'\d{1,3} [a-z0-9]+ ".*"', '0 issue "amazon.com"'),
    "CNAME": (_HOST, "www.example.com"),
    "MX": (rf"\d{{1,5}} ({_HOST}|\.)", "10 mail.example.com"),
    "NS": (_HOST, "ns-1.example.com"),
    "TXT": (rf'[^"].*|{_STRING}( +{_STRING})*', '"v=spf1 -all", each string at most 255 characters'),
    "SRV": (rf"\d{{1,5}} \d{{1,5}} \d{{1,5}} ({_HOST}|\.)", "10 5 5060 sip.example.com"),
}
"""What a value looks like, and one that does (Route 53 developer guide, supported DNS record types)."""
_AMAZON = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")
"""Names of ACM's authority in CAA records (ACM user guide, CAA records)."""
_ADDRESSES = ("A", "AAAA", "CNAME")


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of one resolved domain."""
    data = component.settings
    yield from _zone(data)
    if data["zone"]:
        yield from zone_faults(component, spec)
        yield from _delegated(component, spec)
    yield from _outside(data)
    for label, record in data["records"].items():
        yield from _values(record, ("records", label))
    yield from _conflicts(data)
    yield from routing_faults(data)
    yield from health_check_faults(data)
    yield from _routed(component, spec)
    yield from _other_authority(data)
    yield from _servers(data, servers(component, spec))
    yield from _shared(component, spec)
    yield from _regions(component, spec)
    if not data["certificate"] and any(attribute == "certificate_arn" for _, attribute in spec.reads(component)):
        message = f"'${{{component.name}.certificate_arn}}' is read, but the domain has no certificate"
        yield Fault("no-certificate", message, ("certificate",), "add 'certificate: {}'")


def servers(domain: ResolvedComponent, spec: ResolvedSpec) -> list[ResolvedComponent]:
    """Components that answer under a domain: of every kind whose setting `domain` wants one to serve."""
    able = (one for one in spec.components() if one.kind["properties"].get("domain", {}).get("x-reference") == "serve")
    return [
        server
        for server in sorted(able, key=lambda one: one.section)
        if any(spec.offering(name, "serve") is domain for name in _named(server.settings["domain"]))
    ]


def _named(domain: Json) -> list[str]:
    """Components of which a setting `domain` may name one, several, or none with a host of its own."""
    return domain if isinstance(domain, list) else [domain] if isinstance(domain, str) else []


def _zone(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["zone"]["create"] == bool(data["zone"]["id"]):
        message = "a zone is either created or existing"
        yield Fault("zone-choice", message, ("zone",), "write either 'create: true' or 'id'")


def _delegated(domain: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """The name of a delegation is below that of the zone above, which has no other records there."""
    parent, name = domain.settings["zone"]["delegated_in"], domain.settings["domain"]
    owner = next((owner for owner, attribute in spec.pointers(parent) if attribute == "zone_id"), None)
    if owner is None:
        return
    if owner is domain or not name.endswith(f".{owner.settings['domain']}"):
        message = f"'{name}' is not below {owner.settings['domain']}, whose zone would delegate it"
        yield Fault("outside-zone", message, ("zone", "delegated_in"), "name the zone of a name above")
        return
    for other in (one for one in spec.components("domains") if _zone_of(one, spec) == _zone_of(owner, spec)):
        for host in (host for host in _taken(other, spec) if f".{host}".endswith(f".{name}")):
            message = f"{other.address} has records of '{host}' in the zone above, which nobody sees any more"
            yield Fault("record-conflict", message, ("zone", "delegated_in"), f"move them to {domain.address}")


def _names(data: Mapping[str, Json]) -> list[str]:
    """The domain and what else its certificate is for."""
    return [data["domain"], *(data["certificate"] or {}).get("names", ())]


def _outside(data: Mapping[str, Json]) -> Iterator[Fault]:
    for index, name in enumerate(_names(data)[1:]):
        if data["zone"]["create"] and not f".{name}".endswith(f".{data['domain']}"):
            message = f"'{name}' is not in the zone of {data['domain']}, where its validation record would be"
            where = ("certificate", "names", index)
            yield Fault("outside-zone", message, where, "make it a domain of its own, with its own zone")


def _values(record: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    kind, example = record["type"], _FORMS.get(record["type"], ("", ""))[1]
    for index, value in enumerate(record["values"]):
        if OPEN not in value and not _fits(kind, value):
            help_text = f"write it as {example}" if example else ""
            yield Fault("bad-record", f"'{value}' is not a valid value of {kind}", (*path, "values", index), help_text)
    if kind == "CNAME" and len(record["values"]) > 1:
        yield Fault("bad-record", "a CNAME has one value", (*path, "values"), "remove all but one")


def _fits(kind: str, value: str) -> bool:
    if kind not in ("A", "AAAA"):
        return re.fullmatch(_FORMS[kind][0], value, re.DOTALL) is not None
    try:
        return bool(IPv4Address(value) if kind == "A" else IPv6Address(value))
    except ValueError:
        return False


def _conflicts(data: Mapping[str, Json]) -> Iterator[Fault]:
    seen: dict[str, dict[str, str]] = {}
    for label, record in data["records"].items():
        kind, path = record["type"], ("records", label)
        there = seen.setdefault(record["name"] or "", {})
        other = there.get(kind) or (next(iter(there.values()), None) if kind == "CNAME" else there.get("CNAME"))
        if other and not _several(record, data["records"][other]):
            message = f"'{label}' and '{other}' are records of one name that can't be together"
            help_text = "one record of a type or 'routing' on each, and none beside a CNAME"
            yield Fault("record-conflict", message, path, help_text)
        elif not record["name"] and data["zone"]["create"] and kind in ("CNAME", "NS"):
            message = f"the top of a zone has no {kind} of one's own"
            yield Fault("record-conflict", message, path, "give the record a 'name', or serve the domain instead")
        there.setdefault(kind, label)


def _several(one: Mapping[str, Json], other: Mapping[str, Json]) -> bool:
    """Whether a routing policy chooses between two records."""
    return bool(one["type"] == other["type"] and one["routing"] and other["routing"])


def _routed(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """The policy of the records of what serves the domain."""
    routing = component.settings["routing"]
    if not routing:
        return
    yield from one_policy(routing, ("routing",))
    found = servers(component, spec)
    fixed = next((one.address for one in found if fixed_region(one.address, spec)), None)
    if fixed:
        message = f"CloudFront has a host name once, so the records of {fixed} can't be some of several"
        yield Fault(
            "routing-group", message, ("routing",), "remove it, or serve the domain by a load balancer or an API"
        )
    elif not found:
        message = "nothing serves the domain, so it has no records that could be chosen among"
        yield Fault("unused-setting", message, ("routing",), "set 'routing' on the entries of 'records', or remove it")


def _other_authority(data: Mapping[str, Json]) -> Iterator[Fault]:
    """ACM makes no certificate that the domain's CAA record does not let it make."""
    for label, record in data["records"].items():
        about = [value for value in record["values"] if " issue " in value]
        allowed = any(f'"{one}' in value for value in about for one in _AMAZON)
        if data["certificate"] and record["type"] == "CAA" and not record["name"] and about and not allowed:
            message = "it lets other authorities than Amazon make certificates, and the domain's is from ACM"
            help_text = "add '0 issue \"amazon.com\"', or remove the certificate"
            yield Fault("other-authority", message, ("records", label, "values"), help_text)


def _servers(data: Mapping[str, Json], found: Iterable[ResolvedComponent]) -> Iterator[Fault]:
    first, *more = [server.address for server in found] or [""]
    if more:
        message = f"{first} and {', '.join(more)} use the same domain"
        help_text = "make a domain of its own for each, with 'zone: {id: ${<this one>.zone_id}}'"
        yield Fault("domain-taken", message, (), help_text)
    for label, record in data["records"].items():
        whole = _whole(record, data)
        if first and record["type"] in _ADDRESSES and whole in _names(data):
            message = f"{first} uses {whole} and has its own records for it"
            yield Fault("record-conflict", message, ("records", label), "remove the record")


def _whole(record: Mapping[str, Json], data: Mapping[str, Json]) -> str:
    return f"{record['name']}.{data['domain']}" if record["name"] else str(data["domain"])


def _shared(domain: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Names that another domain, written before, has in the same zone."""
    mine = _taken(domain, spec)
    for other in itertools.takewhile(lambda one: one is not domain, spec.components("domains")):
        if _zone_of(other, spec) != _zone_of(domain, spec):
            continue
        theirs = _taken(other, spec)
        for host in (host for host in mine if host in theirs and _meet(mine[host], theirs[host])):
            message = f"{other.address} has records of '{host}' in the same zone"
            yield Fault("record-conflict", message, mine[host][1], "let one of the two have all records of the name")


_Taken = tuple[set[str], Path]
"""Types of the records of one name, and where the spec asks for one of them."""


def _taken(domain: ResolvedComponent, spec: ResolvedSpec) -> dict[str, _Taken]:
    """Host names of which a domain has records, those of what it serves too."""
    data, found = domain.settings, dict[str, _Taken]()
    if servers(domain, spec):
        found = {host: ({"A", "AAAA"}, ("domain",)) for host in _names(data)}
    for label, record in data["records"].items():
        types, path = found.get(_whole(record, data), (set(), ("records", label)))
        found[_whole(record, data)] = ({*types, record["type"]}, path)
    return found


def _meet(one: _Taken, other: _Taken) -> bool:
    """Whether a name can't have the records of both: two of a type, or a CNAME beside others."""
    return bool(one[0] & other[0]) or "CNAME" in one[0] | other[0]


def _zone_of(domain: ResolvedComponent, spec: ResolvedSpec) -> ResolvedComponent | str:
    """Id of the zone of a domain; of one that the platform makes, the domain that makes it."""
    for _ in spec.components("domains"):
        existing = domain.settings["existing"]
        zone: str | None = domain.settings["zone"]["id"] if existing is None else existing["zone"]
        if not zone:
            return domain
        owner = next((owner for owner, attribute in spec.pointers(zone) if attribute == "zone_id"), None)
        if owner is None:
            return zone
        domain = owner
    return domain


def _regions(domain: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """CloudFront and sign-in pages take certificates of one region, everything else those of its own."""
    home, found = spec.region, servers(domain, spec)
    readers = [address for address, attribute in spec.reads(domain) if attribute == "certificate_arn"]
    users = [(one.address, fixed_region(one.address, spec)) for one in found]
    users += [(address.split(".")[0], fixed_region(address, spec)) for address in readers]
    far = [name for name, region in users if region]
    near = [name for name, region in users if not region]
    if far and near and home != GLOBAL_REGION:
        message = f"{far[0]} needs its certificate in {GLOBAL_REGION}, and {near[0]} in {home}"
        help_text = "make a domain of its own for one of them, with 'zone: {id: ${<this one>.zone_id}}'"
        yield Fault("certificate-region", message, ("certificate",), help_text)
