"""A stack of which some nested stacks are as wanted, and the others still as deployed.

CloudFormation resolves a reference in the template that it is given. So each nested stack has the wiring of its own
version: as wanted the compiled one, as deployed that of the deployed root, with the values that parameters of the root
had then. Outputs of the root that refer to anything that is not there in their version are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.program.intrinsics import bound, targets
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Template
from reviewer.order import State
from reviewer.sides import Sides
from reviewer.template_set import ROOT, STACK_TYPE

OWN = ROOT
"""The unit of the root's own resources."""
Body = Mapping[str, Json]


def unit_of(logical_id: str, body: Body) -> str:
    """What a resource of the root is updated with: a nested stack by itself, all others together."""
    return logical_id if body.get("Type") == STACK_TYPE else OWN


@frozen(eq=True)
class Between:
    """Makes the states on the way from one side to the other."""

    sides: Sides
    state: State
    """The end of the way."""

    @property
    def old(self) -> Body:
        return self.sides.before.templates.get(ROOT, {})

    @property
    def new(self) -> Body:
        return self.state.compiled.root.body

    def with_new(self, units: Sequence[str], left: frozenset[str]) -> State:
        """The state in which `units` are as wanted, and those that are `left` as deployed."""
        names = {one.logical_id: one.name for one in self.state.compiled.children}
        shown = tuple(names.get(unit, unit) for unit in units if unit)
        if not left:
            return replace(self.state, units=shown)
        resources = dict(self._resources(left))
        outputs = dict(self._outputs(left))
        parameters = self._parameters([resources, outputs])
        sections = {"Resources": resources, "Outputs": outputs, "Parameters": parameters}
        rest = {name: value for name, value in self.new.items() if name not in sections}
        body = {**rest, **{name: section for name, section in sections.items() if section}}
        root = Template("root", "", body, dict(self._origins(left)))
        children = tuple(self._children(left, resources))
        compiled = replace(self.state.compiled, root=root, children=children, tags=self._tags())
        values = {**self.sides.before.parameters, **self.state.parameters}
        known = {name: values[name] for name in parameters if name in values}
        return replace(self.state, compiled=compiled, parameters=known, units=shown)

    def _tags(self) -> Mapping[str, str]:
        """Other tags of the stack come with the last step: then nested stacks have them already."""
        deployed = self.sides.before.tags
        return self.state.compiled.tags if deployed is None else deployed

    def _resources(self, left: frozenset[str]) -> Iterator[tuple[str, Json]]:
        old, new = self.old.get("Resources", {}), self.new.get("Resources", {})
        values = dict(self._values())
        for name in dict.fromkeys((*new, *old)):
            kept = name in old and unit_of(name, old[name]) in left
            if kept:
                yield name, bound(old[name], values) if values else old[name]
            elif name in new and unit_of(name, new[name]) not in left:
                yield name, new[name]

    def _children(self, left: frozenset[str], resources: Body) -> Iterator[Template]:
        compiled = {one.logical_id: one for one in self.state.compiled.children}
        before = self.sides.before
        for key in dict.fromkeys((*compiled, *before.templates)):
            if key == ROOT or key not in resources:
                continue
            if key in left:
                name = compiled[key].name if key in compiled else key
                yield Template(name, key, before.templates[key], before.origins.get(key, {}))
            else:
                yield compiled[key]

    def _origins(self, left: frozenset[str]) -> Mapping[str, str]:
        return self.sides.before.origins.get(ROOT, {}) if OWN in left else self.state.compiled.root.origins

    def _outputs(self, left: frozenset[str]) -> Iterator[tuple[str, Json]]:
        old, new = self.old.get("Outputs", {}), self.new.get("Outputs", {})
        values = dict(self._values())
        for name in dict.fromkeys((*new, *old)):
            if name in new and not self._read(new[name], self.new) & left:
                yield name, new[name]
            elif name in old and self._read(old[name], self.old) <= left:
                yield name, bound(old[name], values) if values else old[name]

    @staticmethod
    def _read(output: Json, root: Body) -> set[str]:
        """The units that an output reads."""
        resources = root.get("Resources", {})
        names = {target.logical_id for target in targets(output)} & {*resources}
        return {unit_of(name, resources[name]) for name in names}

    def _parameters(self, reading: Json) -> Mapping[str, Json]:
        """What is declared as wanted, and what else is still read."""
        old, new = self.old.get("Parameters", {}), self.new.get("Parameters", {})
        read = {target.logical_id for target in targets(reading)}
        return {**new, **{name: old[name] for name in old if name in read and name not in new}}

    def _values(self) -> Iterator[tuple[str, Json]]:
        """The values of then of parameters of the root that get others: what is as deployed keeps them."""
        old, new = self.old.get("Parameters", {}), self.new.get("Parameters", {})
        for name in old.keys() & new.keys():
            was, becomes = self.sides.before.parameters.get(name), self.state.parameters.get(name)
            if was is not None and was != becomes and _is_plain(old[name]):
                yield name, was.split(",") if "List" in old[name]["Type"] else was


def _is_plain(declared: Body) -> bool:
    """Whether the value that the stack shows is the one that resources get."""
    return str(declared.get("NoEcho", "")).lower() != "true" and not str(declared["Type"]).startswith("AWS::SSM")


def read_by(body: Json, resources: Iterable[str]) -> frozenset[str]:
    """The resources of a root that one of them reads or waits for."""
    waits = body.get("DependsOn", ())
    named = {target.logical_id for target in targets(body)} | {*((waits,) if isinstance(waits, str) else waits)}
    return frozenset(named & {*resources})
