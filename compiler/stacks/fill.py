"""Put the resources of one layer into several stacks; what has its stack keeps it.

Stacks of a layer are named after it: ``compute``, ``compute-2``, ``compute-3`` … A component stays in one stack where
it can. It goes into the first that has room and in which no stacks come to depend on each other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from compiler.program.resource import Resource, measured
from compiler.source.frozen import frozen

MOST_RESOURCES, MOST_BYTES, MOST_DYNAMIC = 500, 900_000, 60
"""CloudFormation's limits for one template; of its 1 MB some is left for parameters, outputs and their wiring.

The last one is that of dynamic references: CloudFormation quotas, "Dynamic references per template".
"""
_MOST = MOST_RESOURCES, MOST_BYTES, MOST_DYNAMIC
_USUAL = 400, 600_000, 48
"""So far a stack is filled with new components. The rest is for what must stay together, and for merged branches."""


def amounts(resource: Resource) -> Amounts:
    """What a resource takes of a stack: one resource, its bytes, its dynamic references."""
    characters, dynamic = measured(resource)
    return 1, characters + len(resource.logical_id) + 4, dynamic


def stack_names(layer: str) -> Iterator[str]:
    yield layer
    yield from (f"{layer}-{number}" for number in itertools.count(2))


def layer_of(stack: str) -> str:
    """The layer that a stack's name says: of ``compute-2`` it is ``compute``."""
    layer, _, number = stack.rpartition("-")
    return layer if number.isdecimal() else stack


Amounts = tuple[int, int, int]
"""Number of resources, their bytes, and their dynamic references."""
_NOTHING: Amounts = 0, 0, 0


def _sum(one: Amounts, other: Amounts) -> Amounts:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


@dataclass(slots=True)
class Room:
    """What is in one stack, by region: the template of each region has its own limits."""

    held: dict[str, Amounts] = field(default_factory=dict)

    def has(self, unit: Unit, most: Amounts) -> bool:
        return all(
            held + more <= limit
            for region, amounts in unit.amounts.items()
            for held, more, limit in zip(self.held.get(region, _NOTHING), amounts, most, strict=True)
        )

    def add(self, unit: Unit) -> None:
        for region, amounts in unit.amounts.items():
            self.held[region] = _sum(self.held.get(region, _NOTHING), amounts)


@frozen(eq=True)
class Unit:
    """Resources that go into one stack together."""

    component: str
    ids: tuple[str, ...]
    amounts: Mapping[str, Amounts]
    """Region → what they take of a template."""


class Filling:
    """The stacks of one layer while they are filled."""

    def __init__(self, layer: str, resources: Mapping[str, Resource], region_of: Mapping[str, str]) -> None:
        self._layer = layer
        self._resources = resources
        self._region_of = region_of
        self.stack_of: dict[str, str] = {}
        self._names: list[str] = []
        self._rooms: list[Room] = []
        self._below: list[int] = []
        """Of each stack the set of stacks, as bits, that it depends on, by way of others too."""
        self._numbers: dict[str, int] = {}
        self._homes: dict[str, list[int]] = {}
        self._needs = {name: sorted(one.needs & resources.keys()) for name, one in resources.items()}
        self._users: dict[str, list[str]] = {name: [] for name in resources}
        for name, needed in self._needs.items():
            for other in needed:
                self._users[other].append(name)

    def keep(self, stack_of: Mapping[str, str]) -> None:
        """Takes over what has its stack."""
        for stack in sorted(set(stack_of.values()), key=_number):
            self._open(stack)
        by_stack: dict[tuple[str, str], list[str]] = {}
        for name, stack in stack_of.items():
            by_stack.setdefault((stack, self._resources[name].component), []).append(name)
        for (stack, component), ids in by_stack.items():
            self._put(self._unit(component, ids), self._numbers[stack])

    def fill(self, new: Sequence[str]) -> None:
        """Gives each of `new` a stack; components are taken after those of `new` that they need."""
        units: dict[str, list[str]] = {}
        for name in new:
            units.setdefault(self._resources[name].component, []).append(name)
        for component in self._ordered(units):
            unit = self._unit(component, units[component])
            number = self._fitting(unit, _MOST)
            if number is not None:
                self._put(unit, number)
            else:
                self._fill_by_parts(unit)

    def _fill_by_parts(self, unit: Unit) -> None:
        """A component that is too large for any stack, or that ties stacks to each other, resource by resource."""
        for name in self._sorted(unit.ids):
            part = self._unit(unit.component, [name])
            number = self._fitting(part, _USUAL)
            # Where nothing fits, stacks depend on each other: `compiler.stacks.assemble` tells by which references.
            self._put(part, number or 0)

    def _ordered(self, units: Mapping[str, Sequence[str]]) -> list[str]:
        """Components after what they need, otherwise in the spec's order."""
        owner = {name: component for component, ids in units.items() for name in ids}
        needed = {
            component: dict.fromkeys(owner[other] for name in ids for other in self._needs[name] if other in owner)
            for component, ids in units.items()
        }
        return _after_needs(units, needed)

    def _sorted(self, ids: Iterable[str]) -> list[str]:
        known = dict.fromkeys(ids)
        needed = {name: dict.fromkeys(other for other in self._needs[name] if other in known) for name in known}
        return _after_needs(known, needed)

    def _fitting(self, unit: Unit, at_home: Amounts) -> int | None:
        """The stack for a unit: where its component is already, else the first with room, else a new one."""
        known = range(len(self._names))
        found = self._first(unit, self._homes.get(unit.component, ()), at_home)
        found = self._first(unit, known, _USUAL) if found is None else found
        if found is None and Room().has(unit, _MOST):
            if self._apart(unit, len(self._names)):
                return self._open(self._free_name())
            found = self._first(unit, known, _MOST)
        return found

    def _first(self, unit: Unit, numbers: Iterable[int], most: Amounts) -> int | None:
        fitting = (number for number in numbers if self._rooms[number].has(unit, most) and self._apart(unit, number))
        return next(fitting, None)

    def _apart(self, unit: Unit, number: int) -> bool:
        """Whether no stack comes to depend on itself when `unit` goes into stack `number`."""
        below, above = self._around(unit, number)
        return not self._reached(below, number) & (above | 1 << number)

    def _around(self, unit: Unit, number: int) -> tuple[int, int]:
        """The other stacks that the unit needs, and those that need it."""
        own = 1 << number
        below = above = 0
        for name in unit.ids:
            for other in self._needs[name]:
                below |= 1 << self._numbers[self.stack_of[other]] if other in self.stack_of else 0
            for other in self._users[name]:
                above |= 1 << self._numbers[self.stack_of[other]] if other in self.stack_of else 0
        return below & ~own, above & ~own

    def _reached(self, below: int, number: int) -> int:
        """All that stack `number` depends on once it depends on `below` too."""
        reached = below | (self._below[number] if number < len(self._below) else 0)
        for other, further in enumerate(self._below):
            reached |= further if below >> other & 1 else 0
        return reached

    def _put(self, unit: Unit, number: int) -> None:
        below, above = self._around(unit, number)
        reached = self._reached(below, number)
        self._below[number] = reached
        for other, further in enumerate(self._below):
            if other != number and (further | 1 << other) & (above | 1 << number):
                self._below[other] |= reached | 1 << number
        self._rooms[number].add(unit)
        self.stack_of |= dict.fromkeys(unit.ids, self._names[number])
        homes = self._homes.setdefault(unit.component, [])
        if number not in homes:
            homes.append(number)

    def _unit(self, component: str, ids: Iterable[str]) -> Unit:
        found: dict[str, Amounts] = {}
        names = tuple(ids)
        for name in names:
            region, resource = self._region_of[name], self._resources[name]
            found[region] = _sum(found.get(region, _NOTHING), amounts(resource))
        return Unit(component, names, found)

    def _free_name(self) -> str:
        return next(name for name in stack_names(self._layer) if name not in self._numbers)

    def _open(self, stack: str) -> int:
        self._numbers[stack] = len(self._names)
        self._names.append(stack)
        self._rooms.append(Room())
        self._below.append(0)
        return self._numbers[stack]


def _number(stack: str) -> tuple[int, str]:
    number = stack.rpartition("-")[2]
    return (int(number) if number.isdecimal() else 1), stack


def _after_needs(names: Iterable[str], needed: Mapping[str, Iterable[str]]) -> list[str]:
    """`names`, each after what it needs; in a circle the first one comes first."""
    done: dict[str, None] = {}
    open_names: set[str] = set()
    for first in names:
        way = [first]
        while way:
            name = way[-1]
            open_names.add(name)
            ahead = next((one for one in needed[name] if one not in done and one not in open_names), None)
            if ahead is not None:
                way.append(ahead)
                continue
            done[way.pop()] = None
    return [*done]
