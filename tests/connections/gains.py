"""What a probe shows, in words that are the same for users of all kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reviewer.explain.facts import Created, Fact, Permission, Property, Rule, Variable, Wait
from tests.connections.probes import ADDED, Probe

FACETS = ("permissions", "keys", "network", "variables", "secrets", "order", "resources", "settings")
Gain = tuple[str, str]
"""A facet, and what a user gets of it."""


def gains(probe: Probe) -> dict[Gain, None]:
    """Everything that the verb gives this user, each thing once and in order."""
    together: dict[Permission, list[str]] = {}
    found: dict[Gain, None] = {}
    for fact in probe.added:
        if isinstance(fact, Permission):
            together.setdefault(replace(fact, target=""), []).append(fact.target)
        else:
            found |= dict.fromkeys(_gain(probe, fact))
    permissions = (_permission(probe, permission, targets) for permission, targets in together.items())
    return dict.fromkeys([*permissions, *found])


def _permission(probe: Probe, permission: Permission, targets: list[str]) -> Gain:
    facet = "keys" if all(action.startswith("kms:") for action in permission.actions) else "permissions"
    role = probe.role_id
    holder = "" if permission.holder == role else f"{_own(probe, permission.holder)}: "
    denied = "" if permission.effect == "Allow" else "not "
    actions = ", ".join(f"`{action}`" for action in permission.actions)
    where = ", ".join(f"`{_own(probe, target)}`" for target in targets)
    condition = f" if {_own(probe, permission.condition)}" if permission.condition else ""
    who = f"{permission.principal}: " if permission.principal else ""
    return facet, f"{holder}{who}{denied}{actions} on {where}{condition}"


def _gain(probe: Probe, fact: Fact) -> Iterator[Gain]:
    match fact:
        case Rule():
            way = "ingress of {} from {}" if fact.ingress else "egress of {} to {}"
            yield "network", f"{fact.ports}, {way.format(_group(probe, fact.group), _group(probe, fact.other))}"
        case Variable():
            yield ("secrets" if fact.secret else "variables"), f"`{fact.name}` = `{_own(probe, _bare(fact.value))}`"
        case Wait() if probe.owners[fact.after] != probe.user:
            yield "order", f"after `{fact.after}`"
        case Created():
            yield "resources", f"`{fact.type.removeprefix('AWS::')}`"
        case Property():
            kind = probe.types[fact.resource].removeprefix("AWS::")
            yield "settings", f"`{fact.path.split('[')[0].split('.')[0]}` of `{kind}`"


def _group(probe: Probe, group: str) -> str:
    """A security group; a pod has that of its cluster."""
    return "the user's group" if _is_of(probe, group) else f"`{group}`"


def _is_of(probe: Probe, group: str) -> bool:
    owner = probe.owners.get(group.split(".")[0], "")
    return owner == probe.user or owner.partition(".")[2] in ADDED


def _own(probe: Probe, text: str) -> str:
    """Text in which ids of the user's resources have `User` in place of its name and noun."""
    return text.replace(probe.stem, "User") if probe.stem else text


def _bare(text: str) -> str:
    """A value that is one reference as it is outside of a text."""
    alone = re.fullmatch(r"\$\{([^}]+)\}", text)
    return alone[1] if alone else text
