"""The explanation of a use, as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.source.json_value import Json
from reviewer.explain.facts import Created, Permission, Property, Rule, Variable, Wait
from reviewer.explain.use import Given, Use

Rows = list[dict[str, Json]]
_ELSEWHERE = "also given by another use"


def use_rows(use: Use) -> dict[str, Json]:
    """The explanation as JSON; `shared` is what another use of the component gives as well."""
    targets = [{"component": name, "verb": verb} for name, verb in use.targets]
    about = {"component": use.user, "uses": targets, "left_out": list(use.left_out)}
    return {**about, **use.place.to_json(), **{name: rows(use.given) for name, _, rows, _ in _SECTIONS}}


def use_lines(use: Use, environment: str) -> Iterator[str]:
    """The explanation as text: a section for each thing that a use can give."""
    verbs: dict[str, list[str]] = {}
    for name, verb in use.targets:
        verbs.setdefault(name, []).append(verb)
    for name, done in verbs.items():
        yield f"{use.user} uses {name}: {', '.join(done)}"
    yield f"{use.place} in {environment}"
    if use.left_out:
        yield f"not meant: {', '.join(use.left_out)}"
    for _, title, rows, lines in _SECTIONS:
        found = rows(use.given)
        if found:
            yield from ("", title)
            yield from (f"  {line}" for row in found for line in lines(row))


def _permissions(given: Sequence[Given]) -> Rows:
    return _statements(given, lambda one: not _of_key(one))


def _key_permissions(given: Sequence[Given]) -> Rows:
    return _statements(given, _of_key)


def _of_key(permission: Permission) -> bool:
    return all(action.startswith("kms:") for action in permission.actions)


def _statements(given: Sequence[Given], wanted: Callable[[Permission], bool]) -> Rows:
    """A row for all resources on which a role may do the same."""
    together: dict[tuple[Permission, bool], list[Given]] = {}
    for one in given:
        if isinstance(one.fact, Permission) and wanted(one.fact):
            together.setdefault((replace(one.fact, target=""), one.shared), []).append(one)
    return [_statement(permission, group) for (permission, _), group in together.items()]


def _statement(permission: Permission, group: Sequence[Given]) -> dict[str, Json]:
    first = group[0]
    assert isinstance(first.fact, Permission)
    return {
        "holder": permission.holder,
        "policy": first.fact.resource,
        "stack": first.stack,
        "statement": first.fact.statement,
        "effect": permission.effect,
        "principal": permission.principal,
        "actions": list(permission.actions),
        "resources": [one.fact.target for one in group if isinstance(one.fact, Permission)],
        "condition": permission.condition,
        "shared": first.shared,
    }


def _statement_lines(row: Mapping[str, Json]) -> Iterator[str]:
    who = f"{row['principal']}, by the policy of {row['holder']}" if row["principal"] else row["holder"]
    where = f"{row['stack']}, {row['policy']}" if row["policy"] != row["holder"] else row["stack"]
    yield f"{who} {'may' if row['effect'] == 'Allow' else 'may not'} ({where}){_shared(row)}"
    yield f"  {', '.join(row['actions'])}"
    yield from (f"    on {target}" for target in row["resources"])
    yield from [f"    if {row['condition']}"] if row["condition"] else []


def _rules(given: Sequence[Given]) -> Rows:
    return [
        {
            "resource": one.fact.resource,
            "stack": one.stack,
            "direction": "ingress" if one.fact.ingress else "egress",
            "security_group": one.fact.group,
            "other": one.fact.other,
            "ports": one.fact.ports,
            "shared": one.shared,
        }
        for one in given
        if isinstance(one.fact, Rule)
    ]


def _rule_lines(row: Mapping[str, Json]) -> Iterator[str]:
    way = "from" if row["direction"] == "ingress" else "to"
    told = f"{row['security_group']}: {row['direction']} {row['ports']} {way} {row['other']}"
    yield f"{told} ({row['stack']}, {row['resource']}){_shared(row)}"


def _variables(given: Sequence[Given]) -> Rows:
    return _named(given, secret=False)


def _secrets(given: Sequence[Given]) -> Rows:
    return _named(given, secret=True)


def _named(given: Sequence[Given], secret: bool) -> Rows:
    return [
        {
            "name": one.fact.name,
            "value": one.fact.value,
            "resource": one.fact.resource,
            "stack": one.stack,
            "shared": one.shared,
        }
        for one in given
        if isinstance(one.fact, Variable) and one.fact.secret is secret
    ]


def _variable_lines(row: Mapping[str, Json]) -> Iterator[str]:
    yield f"{row['name']} = {row['value']} ({row['stack']}, {row['resource']}){_shared(row)}"


def _order(given: Sequence[Given]) -> Rows:
    return [
        {"resource": one.fact.resource, "after": one.fact.after, "stack": one.stack, "shared": one.shared}
        for one in given
        if isinstance(one.fact, Wait)
    ]


def _order_lines(row: Mapping[str, Json]) -> Iterator[str]:
    yield f"{row['resource']} after {row['after']} ({row['stack']}){_shared(row)}"


def _created(given: Sequence[Given]) -> Rows:
    return [
        {"resource": one.fact.resource, "type": one.fact.type, "stack": one.stack, "shared": one.shared}
        for one in given
        if isinstance(one.fact, Created)
    ]


def _created_lines(row: Mapping[str, Json]) -> Iterator[str]:
    yield f"{row['resource']}, {row['type'].removeprefix('AWS::')} ({row['stack']}){_shared(row)}"


def _properties(given: Sequence[Given]) -> Rows:
    return [
        {
            "resource": one.fact.resource,
            "property": one.fact.path,
            "value": one.fact.value,
            "stack": one.stack,
            "shared": one.shared,
        }
        for one in given
        if isinstance(one.fact, Property)
    ]


def _property_lines(row: Mapping[str, Json]) -> Iterator[str]:
    yield f"{row['resource']}.{row['property']} = {row['value']} ({row['stack']}){_shared(row)}"


def _shared(row: Mapping[str, Json]) -> str:
    return f"; {_ELSEWHERE}" if row["shared"] else ""


_SECTIONS: tuple[
    tuple[str, str, Callable[[Sequence[Given]], Rows], Callable[[Mapping[str, Json]], Iterator[str]]], ...
] = (
    ("permissions", "Permissions", _permissions, _statement_lines),
    ("key_permissions", "Permissions on encryption keys", _key_permissions, _statement_lines),
    ("rules", "Network", _rules, _rule_lines),
    ("variables", "Environment variables", _variables, _variable_lines),
    ("secrets", "Secrets", _secrets, _variable_lines),
    ("order", "Order of creation", _order, _order_lines),
    ("created", "Further resources", _created, _created_lines),
    ("properties", "Further properties", _properties, _property_lines),
)
