"""Checks of the load balancer's own rules: what each does, and its requests beside those of others.

Source: Elastic Load Balancing user guide, "Listener rules" and "Quotas for your Application Load Balancers".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.names import pascal
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.ingress import LOWEST, Route, free_before, free_priority, routes, rules
from compiler.shared.rule_limits import conditions_hold, rule_size
from compiler.shared.sign_in_rules import sign_in_faults
from compiler.source.document import Path
from compiler.source.json_value import Json

_ACTIONS = ("answer", "redirect", "to", "split")


def rule_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of the settings `rules` and `maintenance` of a resolved load balancer."""
    own = rules(spec)
    for name, rule in data["rules"].items():
        path: Path = ("rules", name)
        yield from _action(rule, path)
        yield from _public(rule, data, path)
        yield from rule_size(own[name], path, spec)
        yield from conditions_hold(own[name], path)
        yield from sign_in_faults(rule, path, spec)
        yield from _targets(rule, path, spec)
        yield from _beside(rule, own[name], path, (*own.values(), *routes(spec)))
    yield from _same_ids(list(data["rules"]))
    if data["maintenance"]:
        yield from _first((*routes(spec), *own.values()))


def _action(rule: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    said = [one for one in _ACTIONS if rule[one] is not None]
    if len(said) != 1:
        message = f"a rule does exactly one thing, and here are {' and '.join(said) or 'none'}"
        yield Fault("one-of-two", message, path, f"write exactly one of {', '.join(_ACTIONS)}")
    redirect = rule["redirect"]
    if redirect and not (redirect["host"] or redirect["path"] or redirect["https"]):
        message = "the client is sent to where it is already, again and again"
        yield Fault("redirect-loop", message, (*path, "redirect"), "set 'host', 'path' or 'https'")
    if redirect and redirect["https"] and rule["public"]:
        message = "the internet-facing load balancer takes HTTPS only, so there is nothing to send to it"
        yield Fault("unused-setting", message, (*path, "redirect", "https"), "remove it")
    if rule["sticky_seconds"] and not rule["split"]:
        message = "only among several that requests are divided among does a client stay with one"
        yield Fault("unused-setting", message, (*path, "sticky_seconds"), "use 'split', or remove it")
    if rule["split"] and not any(one["weight"] for one in rule["split"]):
        yield Fault("no-weight", "all weights are 0, so nobody gets a request", (*path, "split"), "raise one of them")


def _public(rule: Mapping[str, Json], data: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    if rule["public"] and not (data["certificate"] or data["domain"]):
        message = "a public load balancer needs a certificate"
        yield Fault("certificate-needed", message, (*path, "public"), "set 'domain' or 'certificate'")


def _targets(rule: Mapping[str, Json], path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    """A service has a target group at a load balancer only by an ingress of its."""
    said = [((*path, "to"), rule["to"])] if rule["to"] else []
    said += [((*path, "split", index, "to"), one["to"]) for index, one in enumerate(rule["split"] or ())]
    for where, name in said:
        target = spec.offering(name, "forward")
        if target and "ingress" in target.settings and not _has_ingress(target.address, rule["public"], spec):
            wanted = "an ingress with 'public: true'" if rule["public"] else "an ingress that is not public"
            message = f"{target.address} has no ingress of this load balancer, which can't reach it"
            yield Fault("no-ingress", message, where, f"give it {wanted}")
    names = [name for _, name in said]
    for index in range(1, len(names)):
        if names[index] in names[:index]:
            yield Fault("duplicate-value", f"'{names[index]}' is there twice", said[index][0], "remove one of the two")


def _has_ingress(address: str, public: bool, spec: ResolvedSpec) -> bool:
    return any(one.address == address and one.public == public for one in routes(spec))


def _beside(rule: Mapping[str, Json], own: Route, path: Path, every: tuple[Route, ...]) -> Iterator[Fault]:
    others = [one for one in every if one.public == own.public and one.address != own.address]
    taken = frozenset(one.priority for one in others)
    for other in others:
        if own.priority == other.priority:
            message = f"has priority {own.priority} in the load balancer, as {other.address} has"
            help_text = f"set 'priority: {free_priority(own.priority, taken)}'"
            yield Fault("priority-taken", message, (*path, "priority"), help_text)
        elif own.priority > other.priority and other.covers(own):
            message = f"is never asked: {other.address} is asked before it and takes all its requests"
            yield Fault("route-taken", message, path, _before(other, taken))
        elif own.priority < other.priority and other.service and own.covers(other) and not _gives(rule, other):
            message = f"takes all requests of {other.address}, which is asked after it"
            help_text = f"set a 'priority' above {other.priority}, or another path or host"
            yield Fault("route-taken", message, path, help_text)


def _before(other: Route, taken: frozenset[int]) -> str:
    number = free_before(other.priority, taken)
    return f"set 'priority: {number}'" if number else f"set a 'priority' of {other.address} that leaves room before it"


def _gives(rule: Mapping[str, Json], other: Route) -> bool:
    """Whether the rule sends its requests to that service too, or among others."""
    targets = {rule["to"], *(one["to"] for one in rule["split"] or ())}
    return bool({other.service, other.address} & targets)


def _same_ids(names: list[str]) -> Iterator[Fault]:
    for index, name in enumerate(names):
        first = next((one for one in names[:index] if pascal(one) == pascal(name)), None)
        if first is not None:
            message = f"its name gives the same logical id as '{first}'"
            yield Fault("duplicate-name", message, ("rules", name), "rename one of the two")


def _first(every: tuple[Route, ...]) -> Iterator[Fault]:
    taken = frozenset(one.priority for one in every)
    for other in every:
        if other.priority == LOWEST:
            message = f"{other.address} has priority {LOWEST}, which the page of 'maintenance' has to have"
            help_text = f"set its 'priority: {free_priority(LOWEST + 1, taken)}'"
            yield Fault("priority-taken", message, ("maintenance",), help_text)
