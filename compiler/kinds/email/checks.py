"""Checks of mail identities: what only a domain has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.json_value import Json


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    identity, mail_from = data["identity"], data["mail_from"]
    if mail_from and "@" in identity:
        message = "'mail_from' is of a domain, and the identity is an address"
        yield Fault("unused-setting", message, ("mail_from",), "remove it, or make the domain the identity")
    elif mail_from and not mail_from.lower().endswith(f".{identity.lower()}"):
        message = f"'{mail_from}' is not a subdomain of '{identity}'"
        yield Fault("mail-from", message, ("mail_from",), f"write it as mail.{identity}")
    if data["mail_from_required"] and not mail_from:
        help_text = f"add 'mail_from: mail.{identity}'"
        yield Fault("unused-setting", "there is no 'mail_from' to require", ("mail_from_required",), help_text)
    yield from _taken(component, spec)
    site = spec.component(data["domain"], "domains")
    if site:
        yield from _zone(data, site.settings["domain"])


def _zone(data: Mapping[str, Json], zone: str) -> Iterator[Fault]:
    identity = data["identity"].lower()
    if "@" in identity:
        message = "the records are of a domain, and the identity is an address"
        yield Fault("unused-setting", message, ("domain",), "remove it, or make the domain the identity")
    elif not f".{identity}".endswith(f".{zone.lower()}"):
        message = f"'{identity}' is not in the zone of {zone}, where its records would be"
        yield Fault("outside-zone", message, ("domain",), "name the domain that it lies in")


def _taken(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    own = component.settings["identity"]
    for other in spec.components(component.section):
        existing = other.settings["existing"]
        identity = other.settings["identity"] if existing is None else existing["id"]
        if other is not component and identity.lower() == own.lower():
            message = f"{other.address} is the identity '{own}' too"
            yield Fault("identity-taken", message, ("identity",), "use that one, or name another")
