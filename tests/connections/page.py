"""docs/connections.md: the table of what each verb gives, and to users of which kinds."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

from reviewer.explain.facts import Rule, Variable
from tests.connections.gains import FACETS, Gain, gains
from tests.connections.probes import CONSUMERS, FORMS, SCHEMA, Form, Probe, probe

PAGE = Path(__file__).parents[2] / "docs" / "connections.md"
_TOGETHER = {"variables", "secrets", "order", "resources", "settings"}
"""Facets of which one line has all that the same users get."""
_SOME = {"network", "variables", "secrets"}
"""Facets that users of some kinds never have."""
_HEAD = """# What each verb of `uses` gives

Generated from the compiler by `make connections`: for each verb a platform with a `target` is compiled with a user of
each kind, once with the use and once without it, and what the use adds is written down. Nothing here is described by
hand, and a test holds the page against the code. For a use of your own platform, with its stacks:
`stackwright explain SPEC services.web.uses.main --env prod`.

Names are logical ids, in place of Ref and Fn::GetAtt: `TargetQueue.Arn` is an attribute of that very resource, so a
permission is on exactly what is used. `User` stands for the name and the noun of the component that uses it.
*order* is what it waits for beyond what its values name.
Permissions without a role before them are those of its role. What several uses need, such as a permission on the key,
is there once. *Only* names the kinds of users that get a line, where it is not every kind that can. The posture is
production, and each target has few settings: `connect` of a database with replicas, for example, gives variables for
these too.
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD, "## Users", *_users()]
    for section in dict.fromkeys(section for section, _ in FORMS):
        parts.append(f"## {section}")
        for form in FORMS.values():
            parts += _form(form) if form.section == section else ()
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _form(form: Form) -> Iterator[str]:
    """A form of a verb: a line for each thing that it gives."""
    yield f"### {form.section}: {form.name}"
    yield str(SCHEMA.kinds[form.section]["x-verbs"][form.verb.partition(".")[0]])
    probes = {user: probe(form.section, form.name, user) for user in CONSUMERS}
    able = {user: gains(one).keys() - usual(one) for user, one in probes.items() if not one.refused}
    order = dict.fromkeys(gain for user in able for gain in gains(probes[user]) if gain in able[user])
    lines = [line for facet in FACETS for line in _lines(facet, list(order), able)]
    yield "\n".join(["| gives | what |", "|---|---|", *lines]) if lines else "Nothing but the order of stacks."
    for user, one in probes.items():
        if one.refused:
            yield f"Not for `{user}`: {one.refused}."


def _lines(facet: str, order: list[Gain], able: Mapping[str, set[Gain]]) -> Iterator[str]:
    """The lines of a facet; what is there for the same users is one line where that can be read."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for gain in order:
        if gain[0] == facet:
            users = tuple(user for user, found in able.items() if gain in found)
            groups.setdefault(users, []).append(gain[1].replace("|", "\\|"))
    for users, told in groups.items():
        every = [user for user in able if facet not in _SOME or facet in ever(user)]
        only = "" if list(users) == every else f" *Only* {', '.join(users)}."
        yield from (f"| {facet} | {one}{only} |" for one in ([", ".join(told)] if facet in _TOGETHER else told))


@functools.cache
def _probes(user: str) -> tuple[Probe, ...]:
    return tuple(one for key in FORMS if not (one := probe(*key, user)).refused)


@functools.cache
def always(user: str, networked: bool) -> tuple[Gain, ...]:
    """What a user of a kind gets with every use, or with every one that goes through the network."""
    first, *others = [gains(one) for one in _probes(user) if not networked or is_networked(gains(one))] or [{}]
    return tuple(gain for gain in first if all(gain in other for other in others))


def usual(one: Probe) -> set[Gain]:
    """What the table of users has, so that the forms need not repeat it."""
    user, networked = one.consumer.section, is_networked(gains(one))
    return {*always(user, False), *(always(user, True) if networked else ())}


def is_networked(found: Mapping[Gain, None]) -> bool:
    return any(facet == "network" for facet, _ in found)


@functools.cache
def ever(user: str) -> frozenset[str]:
    """The facets that a user of a kind has with some use."""
    return frozenset(facet for one in _probes(user) for facet, _ in gains(one))


def _users() -> Iterator[str]:
    """How users of each kind get it: the role, where variables and secrets are, which resources rules are about."""
    yield "How a component of each kind gets what a use gives, and its security group:"
    rows = ["| kind | role | variables in | secrets in | group |", "|---|---|---|---|---|"]
    yield "\n".join([*rows, *map(_user, CONSUMERS)])
    yield "What comes besides, whatever is used:"
    more = [_besides(user, networked) for user in CONSUMERS for networked in (False, True)]
    yield "\n".join(filter(None, more))


def _besides(user: str, networked: bool) -> str:
    told = [f"{told}" for gain in always(user, networked) for told in gain[1:]]
    told = [one for one in told if networked is False or one not in [other for _, other in always(user, False)]]
    when = "each use through the network" if networked else "each use"
    return f"- `{user}`, with {when}: {'; '.join(told)}." if told else ""


def _user(user: str) -> str:
    roles = {_named(one, one.role_id) for one in _probes(user) if one.role_id}
    places: dict[bool, set[str]] = {False: set(), True: set()}
    groups = set()
    for one in _probes(user):
        for fact in one.added:
            if isinstance(fact, Variable):
                places[fact.secret].add(f"`{one.types[fact.resource].removeprefix('AWS::')}`")
            if isinstance(fact, Rule) and fact.ingress:
                groups.add(_named(one, fact.other))
    cells = [", ".join(sorted(cell)) or "none" for cell in (roles, places[False], places[True], groups)]
    return f"| `{user}` | {' | '.join(cells)} |"


def _named(one: Probe, logical_id: str) -> str:
    return f"`{logical_id.replace(one.stem, 'User')}`"
