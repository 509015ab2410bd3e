"""What AWS refuses, told before anything is uploaded: rules as data, found in `reviewer/refusals/`."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from reviewer.change import Change, Risk, RiskKind
from reviewer.claims import Claims, claims_in
from reviewer.settings import place_of
from reviewer.sides import Sides
from reviewer.template_set import Address

LEFT = "the update succeeds and leaves it behind, outside of the stack"
"""After three tries (CloudFormation user guide, "Troubleshooting CloudFormation", resources removed from a stack)."""


@frozen(eq=True)
class Subject:
    """One changed resource: its change, and its followed properties before and after."""

    change: Change
    old: Mapping[str, Json]
    new: Mapping[str, Json]
    sides: Sides
    replaced: Mapping[str, str] = field(default_factory=dict)
    """Qualified logical id → type of each resource that the deployment replaces."""
    claimed: Claims = field(default_factory=dict)
    """What only one resource can have, and which of the deployed ones has it."""

    def both(self, name: str) -> tuple[Json, Json]:
        """A property before and after; below others as ``AccessConfig.AuthenticationMode``."""
        return _at(self.old, name), _at(self.new, name)

    @property
    def stays(self) -> bool:
        """Whether the resource is changed and not made anew."""
        return self.change.action == "Modify" and self.change.replacement != "True"

    @property
    def made(self) -> bool:
        """Whether a resource is made, be it instead of another one."""
        return self.change.action == "Add" or self.change.replacement == "True"

    @property
    def goes(self) -> bool:
        return self.change.action == "Remove" or self.change.replacement == "True"

    @property
    def address(self) -> Address:
        return self.sides.address(self.change)


@frozen(eq=True)
class Rule:
    """One reason for which AWS refuses a change."""

    types: frozenset[str]
    """Resource types that it is about; empty: all."""
    find: Callable[[Subject], Iterator[str]]
    """A sentence for each refusal of a changed resource."""
    source: str
    """Where AWS documents it."""
    properties: tuple[str, ...] = ()
    """Properties behind it, for the line of the spec."""
    kind: RiskKind = "refused"
    """``leftover`` where the update succeeds all the same."""


@functools.cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of their modules' names."""
    import reviewer.refusals as folder

    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    return tuple(importlib.import_module(f"reviewer.refusals.{name}").RULE for name in names)


def refusal_risks(sides: Sides, changes: Sequence[Change], place: Callable[[Change, str], str]) -> Iterator[Risk]:
    """A line for each refusal; `place` is where the spec has the setting behind a property of a change."""
    replaced, claimed = dict(_replaced(sides, changes)), claims_in(sides.old, sides.schemas)
    for change in changes:
        old, new = sides.properties(sides.address(change))
        subject = Subject(change, old, new, sides, replaced, claimed)
        for rule in rules():
            if not rule.types or change.resource_type in rule.types:
                where = place(change, next(iter(rule.properties), "")) or place_of(sides, change.component)
                for text in rule.find(subject):
                    yield Risk(rule.kind, change.component, text, where, source=rule.source)


def _at(properties: Json, name: str) -> Json:
    for part in name.split("."):
        properties = properties.get(part) if isinstance(properties, Mapping) else None
    return properties


def _replaced(sides: Sides, changes: Sequence[Change]) -> Iterator[tuple[str, str]]:
    for change in changes:
        if change.replacement == "True":
            yield "/".join(filter(None, sides.address(change))), change.resource_type
