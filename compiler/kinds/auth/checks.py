"""Checks of user pools: what a plan has, attributes, clients, sign-in pages and who sends the mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.auth.rules import client_faults, provider_faults
from compiler.language.names import pascal
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.certificate_regions import certified
from compiler.shared.global_region import GLOBAL_REGION
from compiler.source.diagnostics import did_you_mean
from compiler.source.json_value import Json

_WITH_LIMITS = ("number", "string")
_LONGEST = 2048


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    yield from _plan(data)
    for name, said in data["custom"].items():
        if not isinstance(said, str):
            yield from _attribute(name, said)
    yield from _same_clients(data["clients"])
    for name, client in data["clients"].items():
        yield from _client(("clients", name), client, data)
        yield from client_faults(("clients", name), client, data)
    yield from provider_faults(data)
    if data["uses"] and all(client["machine"] for client in data["clients"].values()):
        message = "'identity_pool' needs a client for users, and all clients are for machines"
        yield Fault("unused-setting", message, ("uses",), "add a client for users, or remove it")
    if data["domain"]:
        yield from _pages(data["domain"])
        yield from _certificate(data["domain"]["certificate"], spec)
    if data["mail"]:
        yield from _sender(data["mail"], spec)


def _plan(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Source: Cognito developer guide, user pool feature plans."""
    plan = data["plan"]
    if data["threat_protection"] in ("audit", "enforced") and plan != "plus":
        message = f"the plan {plan} has no threat protection"
        yield Fault("plan-limit", message, ("threat_protection",), "set 'plan: plus', or remove it")
    for name, client in data["clients"].items():
        if "user" in client["flows"] and plan == "lite":
            message = "the plan lite does not let users choose how to sign in"
            yield Fault("plan-limit", message, ("clients", name, "flows"), "set 'plan: essentials'")


def _attribute(name: str, said: Mapping[str, Json]) -> Iterator[Fault]:
    least, most, path = said["min"], said["max"], ("custom", name)
    for word in ("min", "max"):
        if said[word] is not None and said["type"] not in _WITH_LIMITS:
            message = f"a {said['type']} has no '{word}'"
            yield Fault("unused-setting", message, (*path, word), "remove it")
    if least is not None and most is not None and least > most:
        yield Fault("attribute-limits", f"'min' is {least}, more than 'max', {most}", (*path, "min"), "swap them")
    if said["type"] == "string":
        for word in ("min", "max"):
            if said[word] is not None and not 0 <= said[word] <= _LONGEST:
                message = f"'{word}' is {said[word]}, a string has 0 to {_LONGEST} characters"
                yield Fault("attribute-limits", message, (*path, word), f"write at most {_LONGEST}")


def _same_clients(clients: Mapping[str, Json]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for name in clients:
        if pascal(name) in seen:
            message = f"'{name}' gives the same logical id as '{seen[pascal(name)]}'"
            yield Fault("duplicate-name", message, ("clients", name), "rename one of the two")
        seen.setdefault(pascal(name), name)


def _client(path: tuple[str, str], client: Mapping[str, Json], data: Mapping[str, Json]) -> Iterator[Fault]:
    if client["callback_urls"] and not data["domain"]:
        message = "'callback_urls' are of the sign-in pages, and the pool has none"
        help_text = "add 'domain: {prefix: …}' to the pool"
        yield Fault("missing-property", message, (*path, "callback_urls"), help_text)
    if client["logout_urls"] and not client["callback_urls"]:
        message = "'logout_urls' are of the sign-in pages, which need 'callback_urls' too"
        yield Fault("unused-setting", message, (*path, "logout_urls"), "add callback_urls, or remove it")
    for index, name in enumerate(client["writes"]):
        if name not in data["custom"]:
            message = f"there is no custom attribute '{name}'"
            yield Fault("unknown-user-attribute", message, (*path, "writes", index), did_you_mean(name, data["custom"]))


def _pages(domain: Mapping[str, Json]) -> Iterator[Fault]:
    if bool(domain["prefix"]) == bool(domain["name"]):
        message = "a domain has either 'prefix' or 'name'"
        yield Fault("one-of-two", message, ("domain",), "prefix: shop-dev, or name: auth.example.com with certificate")
    elif bool(domain["name"]) != bool(domain["certificate"]):
        message = "'name' and 'certificate' belong together"
        yield Fault("certificate-needed", message, ("domain",), "give both, or 'prefix' alone")
    if domain["zone"] and not domain["name"]:
        message = "a 'prefix' is in a zone of AWS: there is no record to add"
        yield Fault("unused-setting", message, ("domain", "zone"), "remove it, or write 'name'")


def _certificate(arn: str | None, spec: ResolvedSpec) -> Iterator[Fault]:
    """Of what a pointer reads, only a certificate that is there already has its region in the spec."""
    for domain, _ in spec.pointers(arn):
        existing = domain.settings["existing"] if domain.section == "domains" else None
        arn = existing["certificate"] if existing else arn
    if arn:
        yield from certified(arn, ("domain", "certificate"), GLOBAL_REGION)


def _sender(mail: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """A name that is no identity is told of elsewhere."""
    component = spec.component(mail["identity"], "email")
    if not component:
        return
    sender = component.settings
    identity = str(sender["existing"]["id"] if sender["existing"] else sender["identity"]).lower()
    address = (mail["sender"] or "").rstrip(">").split("<")[-1].lower()
    host = address.rpartition("@")[2]
    if not address and "@" not in identity:
        message = f"'{identity}' is a domain: the mail needs a sender"
        yield Fault("mail-sender", message, ("mail",), f"add 'sender: hello@{identity}'")
    elif address and address != identity and not f".{host}".endswith(f".{identity}"):
        message = f"'{mail['identity']}' sends for {identity}, not for {address}"
        yield Fault("mail-sender", message, ("mail", "sender"), "write an address of the identity")
