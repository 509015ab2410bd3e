"""Which nested stack holds each resource: that of its component's layer, or one of several where a layer is large.

A layer that fits into one stack is one. The stacks of a larger one are recorded in the lock file beside the spec, since
a resource that moves from one stack to another is deleted and created.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from enum import Enum

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.schema import Schema
from compiler.program.component import Platform
from compiler.program.program import Program
from compiler.program.resource import Resource
from compiler.source.diagnostics import Diagnostic, Place, refuse
from compiler.source.frozen import frozen
from compiler.stacks.fill import (
    MOST_BYTES,
    MOST_DYNAMIC,
    MOST_RESOURCES,
    Filling,
    amounts,
    layer_of,
)


class May(Enum):
    """What may be placed that has no stack yet."""

    NOTHING = 0
    NEW = 1
    """Resources of layers that the lock file has stacks for."""
    ALL = 2
    """Layers too that it has none for."""


_MEASURED_FROM = 250
"""Resources of a layer whose bytes are counted: of fewer the template has never 1 MB."""


@frozen(eq=True)
class Places:
    """What is known of the stacks of an environment before it is compiled, and what may be added."""

    stack_of: Mapping[str, str] = field(default_factory=dict)
    """Logical id → its stack."""
    layers: frozenset[str] = frozenset()
    """Layers that the lock file has stacks for."""
    may: May = May.NOTHING


NOWHERE = Places()


@frozen(eq=True)
class Setting:
    """The platform whose resources are placed."""

    platform: Platform
    schema: Schema
    region_of: Mapping[str, str]
    """Logical id → region."""


def place(program: Program, setting: Setting, known: Places) -> Placed:
    """The stack of each resource. Raises `SpecError` for those that have none and may not get one now."""
    every = components(setting.platform.document, setting.schema)
    layers = {address_of(path): setting.schema.layer(section, data) for section, _, path, data in every}
    placing = _Placing(setting.platform, program, setting.region_of, known)
    members: dict[str, dict[str, Resource]] = {}
    for logical_id, resource in program.resources.items():
        members.setdefault(layers[resource.component], {})[logical_id] = resource
    found: dict[str, str] = {}
    recorded: dict[str, str] = {}
    for layer, resources in members.items():
        stack_of, split = placing.layer(layer, resources)
        found |= stack_of
        recorded |= stack_of if split else {}
    refuse(placing.faults)
    return Placed({name: found[name] for name in program.resources}, by_stack(program, recorded))


@frozen(eq=True)
class Placed:
    """Where everything is."""

    stack_of: Mapping[str, str]
    """Logical id → its stack."""
    recorded: Mapping[str, Mapping[str, str]]
    """Stack → component → its logical ids there, as the lock file has them; of layers that are not one stack alone."""


def by_stack(program: Program, stack_of: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, list[str]]] = {}
    for name, stack in sorted(stack_of.items()):
        found.setdefault(stack, {}).setdefault(program.resources[name].component, []).append(name)
    return {stack: {component: " ".join(ids) for component, ids in held.items()} for stack, held in found.items()}


class _Placing:
    def __init__(self, platform: Platform, program: Program, region_of: Mapping[str, str], known: Places) -> None:
        self._platform = platform
        self._program = program
        self._region_of = region_of
        self._known = known
        self.faults: list[Diagnostic] = []

    def layer(self, layer: str, resources: Mapping[str, Resource]) -> tuple[Mapping[str, str], bool]:
        """The stacks of one layer, and whether they have to be recorded."""
        recorded = layer in self._known.layers
        if not recorded and self._fits(resources):
            return dict.fromkeys(resources, layer), False
        kept = {
            name: self._known.stack_of[name]
            for name in resources
            if layer_of(self._known.stack_of.get(name, "")) == layer
        }
        new = [name for name in resources if name not in kept]
        allowed = self._known.may is May.ALL or (recorded and self._known.may is May.NEW)
        if new and not allowed:
            self.faults += self._unplaced(new) if recorded else (self._unrecorded(layer, resources),)
            return dict.fromkeys(resources, layer), False
        filling = Filling(layer, resources, self._region_of)
        filling.keep(kept)
        filling.fill(new)
        return filling.stack_of, True

    def _fits(self, resources: Mapping[str, Resource]) -> bool:
        counts = Counter(self._region_of[name] for name in resources)
        if max(counts.values()) > MOST_RESOURCES or self._dynamic(resources) > MOST_DYNAMIC:
            return False
        return len(resources) < _MEASURED_FROM or sum(amounts(one)[1] for one in resources.values()) <= MOST_BYTES

    def _dynamic(self, resources: Mapping[str, Resource]) -> int:
        """Dynamic references of the region that has most of them."""
        found: Counter[str] = Counter()
        for name, resource in resources.items():
            found[self._region_of[name]] += amounts(resource)[2]
        return max(found.values())

    def _unplaced(self, new: Sequence[str]) -> Iterator[Diagnostic]:
        owners = dict.fromkeys(self._program.resources[name].component for name in new)
        for owner in owners:
            path = self._platform.components[owner].path
            message = f"the lock file has no stack for all resources of {path}, whose layer is in several stacks"
            help_text = f"run: stackwright compile {self._file}"
            yield Diagnostic("not-placed", message, self._place(path), path, help_text)

    def _unrecorded(self, layer: str, resources: Mapping[str, Resource]) -> Diagnostic:
        counts = Counter(resource.component for resource in resources.values())
        path = self._platform.components[counts.most_common(1)[0][0]].path
        dynamic = self._dynamic(resources)
        much = f"{dynamic} dynamic references" if dynamic > MOST_DYNAMIC else f"{len(resources)} resources"
        message = (
            f"the layer '{layer}' has {much}, more than one stack can hold, and the lock file has no stacks for it"
        )
        help_text = (
            f"restore the lock file if there was one; for the first time, run: stackwright place {self._file} "
            f"--env {self._platform.environment}"
        )
        return Diagnostic("not-placed", message, self._place(path), path, help_text)

    @property
    def _file(self) -> str:
        return self._platform.document.file

    def _place(self, path: str) -> Place:
        return self._platform.document.key_place(tuple(path.split(".")))
