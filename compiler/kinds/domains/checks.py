"""Checks of domains: their zone, names, records, and that one component serves each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address

from compiler.meaning.fault import Fault
from compiler.shared.arns import region_in
from compiler.shared.domain_users import certificate_pointer, mentions, signs_in
from compiler.source.document import Path
from compiler.source.interpolation import CLOSE, OPEN
from compiler.source.json_value import Json

GLOBAL_REGION = "us-east-1"
"""Where CloudFront and the sign-in pages of user pools, which stand behind it, look for certificates."""
_HOST = r"(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_-]+\.?"
_FORMS = {
    "CAA": (r'\d{1,3} [a-z0-9]+ ".*"', '0 issue "amazon.com"'),
    "CNAME": (_HOST, "www.example.com"),
    "MX": (rf"\d{{1,5}} ({_HOST}|\.)", "10 mail.example.com"),
    "NS": (_HOST, "ns-1.example.com"),
    "SRV": (rf"\d{{1,5}} \d{{1,5}} \d{{1,5}} ({_HOST}|\.)", "10 5 5060 sip.example.com"),
}
"""What a value looks like, and one that does (Route 53 developer guide, supported DNS record types)."""
_AMAZON = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")
"""Names of ACM's authority in CAA records (ACM user guide, CAA records)."""
_ADDRESSES = ("A", "AAAA", "CNAME")


def check(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    """Faults of one resolved domain."""
    name = next(name for name, one in platform_data["domains"].items() if one is data)
    yield from _zone(data)
    yield from _outside(data)
    for label, record in data["records"].items():
        yield from _values(record, ("records", label))
    yield from _conflicts(data)
    yield from _other_authority(data)
    yield from _servers(data, servers(name, platform_data))
    yield from _shared(name, platform_data)
    yield from _regions(name, platform_data)
    if not data["certificate"] and mentions(platform_data, certificate_pointer(name)):
        message = f"'${{{name}.certificate_arn}}' is read, but the domain has no certificate"
        yield Fault("no-certificate", message, ("certificate",), "add 'certificate: {}'")


def served(name: str | None, path: Path, platform_data: Mapping[str, Json], region: str = "") -> Iterator[Fault]:
    """Faults when `name` is a domain whose certificate is none for whoever serves it: for every kind that does.

    The certificate is needed in `region`, the platform's own when not said.
    """
    domain = (platform_data.get("domains") or {}).get(name)
    if domain is None or domain["certificate"]:
        return
    if domain["existing"] is None:
        help_text = f"add 'certificate: {{}}' to domains.{name}"
        yield Fault("no-certificate", f"the domain '{name}' has no certificate", path, help_text)
    elif not domain["existing"]["certificate"]:
        help_text = f"say its ARN as 'certificate' in 'existing' of domains.{name}"
        yield Fault("no-certificate", f"the domain '{name}' has no certificate", path, help_text)
    else:
        yield from certified(domain["existing"]["certificate"], path, region or platform_data["region"])


def certified(arn: str, path: Path, region: str) -> Iterator[Fault]:
    """A fault when a certificate that is there already is not in the region where it is needed."""
    if OPEN not in arn and region_in(arn) != region:
        message = f"the certificate is in {region_in(arn)}, and it is needed in {region}"
        yield Fault("certificate-region", message, path, f"name one of {region}")


def servers(name: str, platform_data: Mapping[str, Json]) -> list[str]:
    """Components that answer under the domain `name`."""
    found = []
    for section in ("apis", "cdn"):
        found += [
            f"{section}.{key}" for key, one in (platform_data.get(section) or {}).items() if one["domain"] == name
        ]
    balancer = platform_data.get("load_balancer") or {}
    domains = balancer.get("domain")
    named = name == domains if isinstance(domains, str) else name in (domains or ())
    return found + (["load_balancer"] if named else [])


def _zone(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["zone"]["create"] == bool(data["zone"]["id"]):
        message = "a zone is either made or there already"
        yield Fault("zone-choice", message, ("zone",), "write either 'create: true' or 'id'")


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
            yield Fault("bad-record", f"'{value}' is no value of {kind}", (*path, "values", index), help_text)
    if kind == "CNAME" and len(record["values"]) > 1:
        yield Fault("bad-record", "a CNAME has one value", (*path, "values"), "take all but one out")


def _fits(kind: str, value: str) -> bool:
    if kind not in ("A", "AAAA"):
        return kind == "TXT" or re.fullmatch(_FORMS[kind][0], value) is not None
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
        if other:
            message = f"'{label}' and '{other}' are records of one name that can't be together"
            yield Fault("record-conflict", message, path, "one record of a type, and none beside a CNAME")
        elif not record["name"] and data["zone"]["create"] and kind in ("CNAME", "NS"):
            message = f"the top of a zone has no {kind} of one's own"
            yield Fault("record-conflict", message, path, "give the record a 'name', or serve the domain instead")
        there.setdefault(kind, label)


def _other_authority(data: Mapping[str, Json]) -> Iterator[Fault]:
    """ACM makes no certificate that the domain's CAA record does not let it make."""
    for label, record in data["records"].items():
        about = [value for value in record["values"] if " issue " in value]
        allowed = any(f'"{one}' in value for value in about for one in _AMAZON)
        if data["certificate"] and record["type"] == "CAA" and not record["name"] and about and not allowed:
            message = "it lets other authorities than Amazon make certificates, and the domain's is from ACM"
            help_text = "add '0 issue \"amazon.com\"', or take the certificate out"
            yield Fault("other-authority", message, ("records", label, "values"), help_text)


def _servers(data: Mapping[str, Json], found: Iterable[str]) -> Iterator[Fault]:
    first, *more = [*found] or [""]
    if more:
        message = f"{first} and {', '.join(more)} answer under one domain"
        help_text = "make a domain of its own for each, with 'zone: {id: ${<this one>.zone_id}}'"
        yield Fault("domain-taken", message, (), help_text)
    for label, record in data["records"].items():
        whole = _whole(record, data)
        if first and record["type"] in _ADDRESSES and whole in _names(data):
            message = f"{first} answers under {whole} and has its own records for it"
            yield Fault("record-conflict", message, ("records", label), "take the record out")


def _whole(record: Mapping[str, Json], data: Mapping[str, Json]) -> str:
    return f"{record['name']}.{data['domain']}" if record["name"] else str(data["domain"])


def _shared(name: str, platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    """Names that another domain, written before, has in the same zone."""
    domains = platform_data["domains"]
    mine = _taken(name, platform_data)
    for other in itertools.takewhile(lambda one: one != name, domains):
        if _zone_of(other, domains) != _zone_of(name, domains):
            continue
        theirs = _taken(other, platform_data)
        for host in (host for host in mine if host in theirs and _meet(mine[host], theirs[host])):
            message = f"domains.{other} has records of '{host}' in the same zone"
            yield Fault("record-conflict", message, mine[host][1], "let one of the two have all records of the name")


_Taken = tuple[set[str], Path]
"""Types of the records of one name, and where the spec asks for one of them."""


def _taken(name: str, platform_data: Mapping[str, Json]) -> dict[str, _Taken]:
    """Host names of which a domain has records, those of what it serves too."""
    data, found = platform_data["domains"][name], dict[str, _Taken]()
    if servers(name, platform_data):
        found = {host: ({"A", "AAAA"}, ("domain",)) for host in _names(data)}
    for label, record in data["records"].items():
        types, path = found.get(_whole(record, data), (set(), ("records", label)))
        found[_whole(record, data)] = ({*types, record["type"]}, path)
    return found


def _meet(one: _Taken, other: _Taken) -> bool:
    """Whether a name can't have the records of both: two of a type, or a CNAME beside others."""
    return bool(one[0] & other[0]) or "CNAME" in one[0] | other[0]


def _zone_of(name: str, domains: Mapping[str, Json]) -> str:
    """Id of the zone of a domain; of one that is made here, the pointer that reads it."""
    readers = {f"{OPEN}{one}.zone_id{CLOSE}": _said_zone(about) for one, about in domains.items()}
    zone = f"{OPEN}{name}.zone_id{CLOSE}"
    for _ in domains:
        zone = readers.get(zone) or zone
    return zone


def _said_zone(domain: Mapping[str, Json]) -> str | None:
    """Id of a zone that is not made here."""
    zone: str | None = domain["zone"]["id"] if domain["existing"] is None else domain["existing"]["zone"]
    return zone


def _regions(name: str, platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    """CloudFront and sign-in pages take certificates of one region, everything else those of its own."""
    home, pointer = platform_data["region"], certificate_pointer(name)
    found = servers(name, platform_data)
    far = [one for one in found if one.startswith("cdn.")] + ["auth"] * signs_in(name, platform_data)
    near = [one for one in found if not one.startswith("cdn.")]
    near += [section for section, value in platform_data.items() if section != "auth" and mentions(value, pointer)]
    if far and near and home != GLOBAL_REGION:
        message = f"{far[0]} needs its certificate in {GLOBAL_REGION}, and {near[0]} in {home}"
        help_text = "make a domain of its own for one of them, with 'zone: {id: ${<this one>.zone_id}}'"
        yield Fault("certificate-region", message, ("certificate",), help_text)
