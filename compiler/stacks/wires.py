"""What each nested stack takes of the others, and under which names: one parameter a value, or packed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.language.names import pascal
from compiler.program.intrinsics import Target
from compiler.program.resource import Resource
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.packing import NEAR, Bundle, characters, grouped, in_parts, packable, picked


@frozen(eq=True)
class Wires:
    """The packed values that pass between the nested stacks of one root."""

    bundles: Mapping[str, tuple[Bundle, ...]]
    """Stack → what it gives."""
    picks: Mapping[str, Mapping[Target, tuple[Bundle, int]]]
    """Stack → value that it takes → where that is."""

    def taken(self, stack: str) -> Mapping[str, Bundle]:
        """The bundles that `stack` takes, by name."""
        return {bundle.name: bundle for bundle, _ in self.picks.get(stack, {}).values()}

    def pick(self, stack: str, target: Target) -> Json:
        bundle, index = self.picks[stack][target]
        return picked(bundle.name, index)


@frozen(eq=True)
class Flow:
    """The values that pass between stacks before anything is packed."""

    resources: Mapping[str, Resource]
    stack_of: Mapping[str, str]
    foreign: Mapping[str, Sequence[Target]]
    """Stack → values of others that it takes."""
    counts: Mapping[str, int]
    """Stack → its parameters or its outputs, whichever are more."""
    name: int
    """Characters of the root stack's name."""


def wires(flow: Flow) -> Wires:
    """Packs what goes into or out of each stack that has nearly as many parameters or outputs as it may have."""
    takers: dict[str, dict[Target, list[str]]] = {}
    for taker, targets in flow.foreign.items():
        for target in _packed(flow, taker, targets):
            takers.setdefault(flow.stack_of[target.logical_id], {}).setdefault(target, []).append(taker)
    bundles: dict[str, tuple[Bundle, ...]] = {}
    picks: dict[str, dict[Target, tuple[Bundle, int]]] = {}
    for giver, given in takers.items():
        groups = grouped(given).items()
        made = [(taker, bundle) for taker, group in groups for bundle in _made(flow, giver, taker, group)]
        bundles[giver] = tuple(bundle for _, bundle in made)
        for taker, bundle in made:
            for index, target in enumerate(bundle.targets):
                for stack in (taker,) if taker else given[target]:
                    picks.setdefault(stack, {})[target] = bundle, index
    return Wires(bundles, picks)


def _packed(flow: Flow, taker: str, targets: Sequence[Target]) -> Iterator[Target]:
    for target in targets:
        giver = flow.stack_of[target.logical_id]
        full = flow.counts[taker] > NEAR or flow.counts[giver] > NEAR
        if full and packable(flow.resources[target.logical_id], target):
            yield target


def _made(flow: Flow, giver: str, taker: str, targets: Sequence[Target]) -> Iterator[Bundle]:
    """Bundles of one stack for another one, or for all that take these values; a single value stays alone."""
    own = flow.name + 1 + len(giver) + len("Stack")
    parts = in_parts(
        targets,
        lambda target: f"{target.logical_id}.{target.attribute}",
        lambda target: characters(flow.resources[target.logical_id], own),
    )
    stem = f"{pascal(giver)}For{pascal(taker) or 'Many'}Values"
    known = flow.resources.keys()
    for number, part in enumerate((part for part in parts if len(part) > 1), 1):
        name = f"{stem}{number}"
        yield Bundle(f"{name}Packed" if name in known else name, giver, part)
