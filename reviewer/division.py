"""Divide an update that is too large for one operation into several, each of whole nested stacks.

sides ── ahead ──► which nested stacks come before others ── in_steps ──► steps ── between ──► the stack after each

A nested stack as wanted needs what it reads of others as they are wanted: those come before it. One as deployed needs
what it reads as it was: where that goes or changes, it comes before. What needs each other is updated together, as one
operation would. So nothing refers to anything that is not there, at no time, and every value is the one of its version.
An operation deletes what is replaced or removed when all else has been done; with these rules nothing that a step
deletes is read by what a later one updates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.program.intrinsics import targets
from compiler.source.json_value import Json
from reviewer.between import OWN, Between, read_by, unit_of
from reviewer.change import Change
from reviewer.differences import same
from reviewer.in_steps import in_steps
from reviewer.order import State
from reviewer.sides import Sides
from reviewer.template_set import ROOT, STACK_TYPE
from reviewer.touched import stacks_in, touched

Body = Mapping[str, Json]
_OUTPUT = "Outputs."
_SHARED = ("Conditions", "Mappings", "Rules", "Transform")
"""Sections of a root that all of its nested stacks may use: with others of them nothing can stay as it is deployed. The
compiler emits none.
"""


def room_in(most: int, stacks: int) -> int:
    """What a step may count for beside the nested stacks, with a tenth to spare for what only CloudFormation knows."""
    return max(1, most - most // 10 - stacks)


def divided(sides: Sides, changes: Sequence[Change], state: State, most: int) -> tuple[State, ...]:
    """The stack after each operation, the last of which is `state`; empty where one does, or it can't be divided."""
    sizes = touched(sides, changes)
    room = room_in(most, len(stacks_in(sides.old, sides.new)))
    if sum(sizes.values()) <= room:
        return ()
    between = Between(sides, state)
    if any(between.old.get(name, {}) != between.new.get(name, {}) for name in _SHARED if between.old):
        return ()
    steps = in_steps(_Units(between, changes).ahead(), sizes, room)
    return tuple(_states(between, steps)) if len(steps) > 1 else ()


def _states(between: Between, steps: Sequence[Sequence[str]]) -> Iterator[State]:
    for number, step in enumerate(steps, 1):
        left = frozenset(unit for later in steps[number:] for unit in later)
        yield between.with_new(step, left)


class _Units:
    """The nested stacks that change, and what of the others each of them reads, as deployed and as wanted."""

    def __init__(self, between: Between, changes: Sequence[Change]) -> None:
        self._old: Body = between.old.get("Resources", {})
        self._new: Body = between.new.get("Resources", {})
        self._old_bodies = between.sides.before.templates
        self._new_bodies = {one.logical_id or ROOT: one.body for one in between.state.compiled.templates}
        self._replaced: dict[str, set[str]] = {}
        touched_keys: set[str] = set()
        for change in changes:
            key, logical_id = between.sides.address(change)
            touched_keys.add(logical_id if change.resource_type == STACK_TYPE else key)
            if change.replacement in ("True", "Conditional"):
                self._replaced.setdefault(key, set()).add(logical_id)
        self._order = self._in_order(between)
        self._changed = [unit for unit in self._order if unit in touched_keys or not self._is_same(unit)]

    def _in_order(self, between: Between) -> list[str]:
        """Units as they are created, then those that go, as they are deleted."""
        compiled = [one.logical_id for one in between.state.compiled.children]
        units = {unit_of(name, body) for side in (self._old, self._new) for name, body in side.items()}
        gone = sorted(units - {*compiled, OWN}, reverse=True)
        return [*compiled, *([OWN] if OWN in units else []), *gone]

    def ahead(self) -> dict[str, set[str]]:
        """Unit that changes → those that come before it or with it, in the order of their creation."""
        found: dict[str, set[str]] = {unit: set() for unit in self._changed}
        for unit in self._changed:
            found[unit] |= self._readable(unit, self._new) & found.keys()
            for other in self._readable(unit, self._old) & found.keys():
                if self._takes_away(other, unit):
                    found[other].add(unit)
        return {unit: others - {unit} for unit, others in found.items()}

    def _members(self, unit: str, root: Body) -> dict[str, Json]:
        return {name: body for name, body in root.items() if unit_of(name, body) == unit}

    def _readable(self, unit: str, root: Body) -> set[str]:
        names = {name for body in self._members(unit, root).values() for name in read_by(body, root)}
        return {unit_of(name, root[name]) for name in names} - {unit}

    def _is_same(self, unit: str) -> bool:
        sides = [self._members(unit, root) for root in (self._old, self._new)]
        bodies = [(self._old_bodies, self._new_bodies)[side].get(unit) for side in (0, 1)] if unit else [None, None]
        return same(*map(_without_url, sides)) and same(*bodies)

    def _takes_away(self, unit: str, reader: str) -> bool:
        """Whether `unit` as wanted lacks, replaces or changes something that `reader` as deployed may read."""
        if unit == OWN:
            return not same(*(self._members(OWN, root) for root in (self._old, self._new)))
        old, new = self._old_bodies.get(unit, {}), self._new_bodies.get(unit)
        if new is None or self._replaced.get(unit) or old.get("Resources", {}).keys() - new.get("Resources", {}).keys():
            return True
        outputs = [side.get("Outputs", {}) for side in (old, new)]
        return any(not same(*(side.get(name) for side in outputs)) for name in self._outputs_read(unit, reader))

    def _outputs_read(self, unit: str, reader: str) -> set[str]:
        found = (target for body in self._members(reader, self._old).values() for target in targets(body))
        return {one.attribute.removeprefix(_OUTPUT) for one in found if one.logical_id == unit}


def _without_url(resources: Mapping[str, Json]) -> Json:
    """Resources of a root without the addresses of templates, which are compared themselves."""

    def stripped(body: Body) -> Json:
        properties = {name: value for name, value in body.get("Properties", {}).items() if name != "TemplateURL"}
        return {**body, "Properties": properties}

    return {name: stripped(body) if body.get("Type") == STACK_TYPE else body for name, body in resources.items()}
