"""The change sets of a deployment in order, where CloudFormation does not make all of it in one.

sides ── splits ──► resources that take several updates ── states ──► the stack after each ── compare ──► steps
each  ── divided ─► nested stacks that are updated together, where all of them are too large for one operation

The change set of a later step can only be made once the one before was executed. So each step says beforehand what it
may contain, and is held against that when it is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.source.frozen import frozen
from compiler.stacks.operation_limit import OPERATION_LIMIT
from reviewer.change import Action, Change, Step
from reviewer.compare import changes_between
from reviewer.crosscheck import expected_rows
from reviewer.division import divided
from reviewer.order import State, splits_of, states_of
from reviewer.sides import Before, Sides, sides_of
from reviewer.template_set import TemplateSet
from reviewer.values import joined

_REST = "everything else"
_DONE: Mapping[Action, str] = {"Add": "created", "Modify": "changed", "Remove": "removed"}


@frozen(eq=True)
class Way:
    """One of several updates: the stack before and after it, and its changes."""

    state: State
    sides: Sides
    changes: tuple[Change, ...]

    @property
    def step(self) -> Step:
        compiled = self.state.compiled
        return Step(self._lines(), expected_rows(self.changes, compiled))

    def _lines(self) -> tuple[str, ...]:
        if self.state.units:
            return (*self.state.lines, self._units())
        named = {line.partition(": ")[0] for line in self.state.lines}
        others = any((change.component or change.logical_id) not in named for change in self.changes)
        return (*self.state.lines, *((_REST,) if others or not named else ()))

    def _units(self) -> str:
        """``stacks data and data-2: 800 resources created, 3 changed``."""
        counts = Counter(change.action for change in self.changes)
        told = [f"{counts[action]:,} {done}" for action, done in _DONE.items() if counts[action]]
        told[:1] = [one.replace(" ", " resource " if one.startswith("1 ") else " resources ", 1) for one in told[:1]]
        names = self.state.units
        return f"{'stack' if len(names) == 1 else 'stacks'} {joined(names)}: {', '.join(told)}"


def ways_of(sides: Sides, changes: tuple[Change, ...], most: int = OPERATION_LIMIT) -> tuple[Way, ...]:
    """The updates in order, the last of which ends with what is compiled; empty where one makes all of it.

    `most` are the resources that one of them may touch.
    """
    ways = tuple(_needed(sides, states_of(sides, splits_of(sides, changes))))
    whole = ways if len(ways) > 1 else (Way(State(sides.compiled, sides.new.parameters), sides, changes),)
    found = tuple(part for way in whole for part in _parts(way, most))
    return found if len(found) > 1 else ()


def _parts(way: Way, most: int) -> Iterator[Way]:
    """The way itself, or what leads to its end in several operations."""
    states = () if way.state.deployed else divided(way.sides, way.changes, way.state, most)
    if not states:
        yield way
    before, units = way.sides.before, tuple[str, ...]()
    known: TemplateSet | None = None  # what was followed of the step before
    for state in states:
        units = (*units, *state.units)
        sides = sides_of(before, state.compiled, state.parameters)
        sides = replace(sides, old=known) if known else sides
        part = Way(replace(state, units=units), sides, changes_between(sides))
        if part.changes:
            yield part
            before, units, known = state.as_before(before), (), sides.new


def _needed(sides: Sides, states: Sequence[State]) -> Iterator[Way]:
    """Updates that change something; what is as the next one leaves it is left to that."""
    before = sides.before
    lines: tuple[str, ...] = ()
    for index, state in enumerate(states):
        lines = (*lines, *state.lines)
        following = next(iter(states[index + 1 :]), None)
        if following is not None and not _way(state.as_before(sides.before), following).changes:
            continue
        way = _way(before, replace(state, lines=lines))
        if way.changes:
            yield way
            before, lines = state.as_before(sides.before), ()


def _way(before: Before, state: State) -> Way:
    sides = sides_of(before, state.compiled, state.parameters)
    return Way(state, sides, changes_between(sides))


def unlike(one: Before, other: Before) -> frozenset[str]:
    """Components with resources that are not the same in two states of a stack."""
    return frozenset(filter(None, [*_unlike(one, other), *_unlike(other, one)]))


def _unlike(one: Before, other: Before) -> Iterator[str]:
    for key, body in one.templates.items():
        resources = other.templates.get(key, {}).get("Resources", {})
        for logical_id, resource in body.get("Resources", {}).items():
            if resources.get(logical_id) != resource:
                yield one.origins.get(key, {}).get(logical_id, "")
