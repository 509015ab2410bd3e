"""All that a review finds in a change: by resource, by component, and the risks in order of importance.

sides ── compare ──► changes by resource ── causes ──► changes by component
                                         ── orders ──► change sets in order, where one does not make all of it
                                         ── rules ───► risks of each kind, in order of importance
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence

from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled
from compiler.stacks.operation_limit import OPERATION_LIMIT
from reviewer.access import access_risks
from reviewer.bounds import bound_risks
from reviewer.causes import Causes, causes_of
from reviewer.change import RISK_KINDS, Change, ComponentChange, Risk, Step
from reviewer.cluster_entries import entry_risks
from reviewer.compare import changes_between
from reviewer.components import component_changes
from reviewer.cost import cost_risks
from reviewer.expiry import expiry_risks
from reviewer.exports import export_risks
from reviewer.exposure import exposure_risks
from reviewer.firewall_rules import firewall_risks
from reviewer.indexes_anew import index_risks
from reviewer.losses import data_risks, outage_risks
from reviewer.reach import reach_risks
from reviewer.reasons import place_behind
from reviewer.refusal import refusal_risks
from reviewer.renames import rename_risks
from reviewer.restarts import restart_risks
from reviewer.settings import digest
from reviewer.sides import Before, Sides, sides_of
from reviewer.steps import Way, ways_of
from reviewer.too_large import size_risks


@frozen(eq=True)
class Findings:
    """What a review has found; the fields of `Review` of the same names."""

    changes: tuple[Change, ...]
    components: tuple[ComponentChange, ...]
    risks: tuple[Risk, ...]
    spec: tuple[str, str]
    ways: tuple[Way, ...] = ()
    """The updates in order, where CloudFormation makes it in several; the steps of `Review` are theirs."""

    @property
    def divided(self) -> bool:
        """Whether one operation would be too large."""
        return any(way.state.units for way in self.ways)

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(way.step for way in self.ways)


def find(before: Before, compiled: Compiled, parameters: Mapping[str, str], most: int = OPERATION_LIMIT) -> Findings:
    """Compare what is deployed with what is compiled; `parameters` are the root's values that will be sent.

    `most` are the resources that one operation may touch. A stack set deploys each of its stacks in one.
    """
    sides = sides_of(before, compiled, parameters)
    changes = changes_between(sides)
    causes = causes_of(sides, changes)
    components = component_changes(causes)
    ways = ways_of(sides, changes, sys.maxsize if compiled.fleet else most)
    updates = [(way.sides, way.changes) for way in ways] or [(sides, changes)]
    refusals = [*export_risks(sides), *size_risks(updates, most), *_refusals(causes, updates)]
    risks = dict.fromkeys([*_risks(causes, changes, components), *refusals])
    spec = (digest(before.settings), digest(compiled.settings))
    return Findings(changes, components, ranked(risks), spec, ways)


def _refusals(causes: Causes, updates: Sequence[tuple[Sides, Sequence[Change]]]) -> Iterator[Risk]:
    """What AWS refuses of each update, at the place that the spec has for it."""
    for sides, changes in updates:
        yield from refusal_risks(sides, changes, lambda change, name: place_behind(causes, change, name))


def _risks(causes: Causes, changes: Sequence[Change], components: Sequence[ComponentChange]) -> Iterator[Risk]:
    sides = causes.sides
    return itertools.chain(
        data_risks(causes, changes),
        expiry_risks(causes, changes),
        outage_risks(causes, changes),
        index_risks(causes, changes),
        restart_risks(causes, changes),
        access_risks(sides),
        reach_risks(sides),
        exposure_risks(sides, changes),
        bound_risks(causes, changes),
        entry_risks(causes, changes),
        firewall_risks(causes, changes),
        rename_risks(causes, components),
        cost_risks(causes, changes),
    )


def ranked(risks: Iterable[Risk]) -> tuple[Risk, ...]:
    """Risks in order of importance."""
    return tuple(sorted(risks, key=_rank))


def _rank(risk: Risk) -> tuple[bool, int, str, str]:
    return not risk.serious, RISK_KINDS.index(risk.kind), risk.component, risk.text
