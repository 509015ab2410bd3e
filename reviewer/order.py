"""Changes that CloudFormation only makes in several updates: rules as data, found in `reviewer/orders/`.

A rule splits the way of one resource from what is deployed to what is wanted. Updates before the main one are the
deployed templates with that resource changed alone; those after it are the compiled ones with it held back.
"""

from __future__ import annotations

import functools
import importlib
import json
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from compiler.language.resource_types import is_intrinsic
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from reviewer.change import Change
from reviewer.claims import Claims, claims_in, claims_of, is_lasting
from reviewer.sides import Before, Sides
from reviewer.template_set import ROOT, Address, qualified

Properties = Mapping[str, Json]


@frozen(eq=True)
class Neighbours:
    """What there is beside one resource."""

    sides: Sides
    address: Address
    claims: Callable[[], tuple[Claims, Claims]]
    """What only one resource can have, and which have it: of what is deployed, and of what is wanted."""
    replaced: frozenset[str]
    """Qualified logical ids of what the deployment makes anew."""

    def wanted(self) -> tuple[str, ...]:
        """What the resource has, and another one is to have."""
        had = claims_of(self.sides.old, self.sides.schemas, self.address)
        lasting = (one for one in sorted(had) if is_lasting(one, self.replaced))
        others = self.claims()[1]
        return tuple(one for one in lasting if any(other != self.address for other in others.get(one, ())))

    def alone(self) -> bool:
        """Whether nothing else in its deployed template mentions the resource."""
        stack, logical_id = self.address
        template = self.sides.old.templates[stack]
        rest = {name: body for name, body in template.get("Resources", {}).items() if name != logical_id}
        text = json.dumps([rest, template.get("Outputs", {})], default=str)
        return not re.search(rf'["{{]{re.escape(logical_id)}["}}.]', text)


@frozen(eq=True)
class Turn:
    """One resource that changes or goes, with its properties as the templates have them."""

    change: Change
    old: Properties
    new: Properties
    kept: bool
    """Whether what is deployed stays outside the stack when it is replaced or removed, by either template."""
    names: tuple[str, ...]
    """Properties with its own name as deployed, without which it can be created, too."""
    neighbours: Neighbours

    @property
    def stays(self) -> bool:
        """Whether the resource is changed and not made anew."""
        return self.change.action == "Modify" and self.change.replacement != "True"

    def both(self, name: str) -> tuple[Json, Json]:
        return self.old.get(name), self.new.get(name)


@frozen(eq=True)
class Stage:
    """The resource after one update, and what that update does to it."""

    text: str
    properties: Properties | None
    """None: it is taken out."""


@frozen(eq=True)
class Split:
    """How one resource gets to what is wanted."""

    before: tuple[Stage, ...] = ()
    """Updates of their own before everything else."""
    held: Properties | None = None
    """The resource with everything else; None: as it is wanted."""
    after: tuple[Stage, ...] = ()
    """Updates of their own after it; the last one has the resource as it is wanted."""


@frozen(eq=True)
class Order:
    """One reason for which a change takes several updates."""

    types: frozenset[str]
    """Resource types that it is about; empty: all."""
    split: Callable[[Turn], Split | None]
    """None for a change that one update makes, or that none can."""
    source: str
    """Where AWS documents it."""


@functools.cache
def orders() -> tuple[Order, ...]:
    """All rules, in the order of their modules' names."""
    import reviewer.orders as folder

    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    return tuple(importlib.import_module(f"reviewer.orders.{name}").ORDER for name in names)


@frozen(eq=True)
class State:
    """The whole stack after one of several updates."""

    compiled: Compiled
    parameters: Mapping[str, str]
    """Values of the root's parameters."""
    lines: tuple[str, ...] = ()
    """What the update does to resources that a rule is about, by component."""
    deployed: bool = False
    """Whether it comes before everything else: parameters and tags are those of the stack."""
    units: tuple[str, ...] = ()
    """Names of the nested stacks that the update is about, where one is too large for all."""

    def as_before(self, deployed: Before) -> Before:
        """The state as what is deployed once the update has ended; of what is deployed now its contents are known."""
        templates = {template.logical_id or ROOT: template for template in self.compiled.templates}
        return Before(
            {key: template.body for key, template in templates.items()},
            self.parameters,
            {key: template.origins for key, template in templates.items()},
            self.compiled.tags,
            self.compiled.settings,
            emptied=deployed.emptied,
        )


Splits = Mapping[Address, tuple[Change, Split]]


def splits_of(sides: Sides, changes: tuple[Change, ...]) -> Splits:
    """The resources that take several updates; of the rules about one resource the first counts."""
    found: dict[Address, tuple[Change, Split]] = {}
    claims = functools.cache(lambda: (claims_in(sides.old, sides.schemas), claims_in(sides.new, sides.schemas)))
    replaced = frozenset(qualified(sides.address(change)) for change in changes if change.replacement == "True")
    for change in changes:
        neighbours = Neighbours(sides, sides.address(change), claims, replaced)
        split = _split(neighbours, change) if change.action != "Add" else None
        if split:
            found[sides.address(change)] = (change, split)
    return found


def _split(neighbours: Neighbours, change: Change) -> Split | None:
    fitting = [order for order in orders() if not order.types or change.resource_type in order.types]
    sides, address = neighbours.sides, neighbours.address
    if not fitting or address[1] not in sides.old.resources(address[0]):
        return None
    old, new = (templates.resources(address[0]).get(address[1]) or {} for templates in (sides.old, sides.new))
    properties = [side.get("Properties") or {} for side in (old, new)]
    if any(is_intrinsic(side) for side in properties):
        return None
    names = _optional_names(sides, change, properties[0])
    turn = Turn(change, properties[0], properties[1], _kept(change, old, new), names, neighbours)
    return next(filter(None, (order.split(turn) for order in fitting)), None)


def _optional_names(sides: Sides, change: Change, old: Properties) -> tuple[str, ...]:
    names = sides.schemas.named(change.resource_type, old)
    required = sides.schemas.of(change.resource_type).get("required", ())
    return () if {*names} & {*required} else names


def _kept(change: Change, *sides: Properties) -> bool:
    attribute = "DeletionPolicy" if change.action == "Remove" else "UpdateReplacePolicy"
    return any(side.get(attribute, "Delete") != "Delete" for side in sides)


def states_of(sides: Sides, splits: Splits) -> tuple[State, ...]:
    """The stack after each update in order; the last one is what is compiled."""
    return (*_before(sides, splits), *_main_and_after(sides, splits)) if splits else ()


def _before(sides: Sides, splits: Splits) -> Iterator[State]:
    deployed = _as_deployed(sides)
    for index in range(max(len(split.before) for _, split in splits.values())):
        patches = {
            address: split.before[min(index, len(split.before) - 1)].properties
            for address, (_, split) in splits.items()
            if split.before
        }
        lines = tuple(_line(change, split.before, index) for change, split in splits.values())
        patched = _patched(deployed, patches)
        yield State(patched, sides.before.parameters, tuple(filter(None, lines)), deployed=True)


def _main_and_after(sides: Sides, splits: Splits) -> Iterator[State]:
    held = {address: split.held for address, (_, split) in splits.items() if split.held is not None}
    yield State(_patched(sides.compiled, held), sides.new.parameters)
    for index in range(max(len(split.after) for _, split in splits.values())):
        patches = {
            address: split.after[index].properties
            for address, (_, split) in splits.items()
            if index < len(split.after) - 1
        }
        lines = tuple(_line(change, split.after, index) for change, split in splits.values())
        yield State(_patched(sides.compiled, patches), sides.new.parameters, tuple(filter(None, lines)))


def _line(change: Change, stages: tuple[Stage, ...], index: int) -> str:
    name = change.component or change.logical_id
    return f"{name}: {stages[index].text}" if index < len(stages) else ""


def _as_deployed(sides: Sides) -> Compiled:
    """What is deployed, in the form of what is compiled."""
    before, compiled = sides.before, sides.compiled
    names = {template.logical_id: template.name for template in compiled.templates}
    templates = [
        Template(names.get(key, key), key, body, before.origins.get(key, {})) for key, body in before.templates.items()
    ]
    return replace(
        compiled,
        root=next(template for template in templates if not template.logical_id),
        children=tuple(template for template in templates if template.logical_id),
        tags=before.tags or {},
        settings=before.settings,
    )


def _patched(compiled: Compiled, patches: Mapping[Address, Properties | None]) -> Compiled:
    root, *children = (_with(template, patches) for template in compiled.templates)
    return replace(compiled, root=root, children=tuple(children))


def _with(template: Template, patches: Mapping[Address, Properties | None]) -> Template:
    mine = {name: properties for (stack, name), properties in patches.items() if stack == (template.logical_id or ROOT)}
    if not mine:
        return template
    resources = dict(template.body["Resources"])
    for name, properties in mine.items():
        if properties is None:
            del resources[name]
        else:
            resources[name] = {**resources[name], "Properties": properties}
    return replace(template, body={**template.body, "Resources": resources})
