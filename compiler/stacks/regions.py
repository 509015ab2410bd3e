"""Divide the resources of a platform by region; values between regions become root outputs and root parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compiler.meaning.cycles import in_order
from compiler.program.component import Platform
from compiler.program.intrinsics import Target, retargeted, targets
from compiler.program.program import Program
from compiler.program.resource import Resource, waiting_for, waits_for
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.crossing import LIST, crossings


@frozen(eq=True)
class Part:
    """The part of a platform in one region."""

    region: str
    program: Program
    takes: Mapping[str, str]
    """Root parameter → the region whose output of the same name is its value."""


def regions_of(platform: Platform, program: Program) -> Mapping[str, str]:
    """Logical id → region, for resources outside the platform's own region."""
    placed = {name: region for component in platform.built for name, region in component.elsewhere(platform).items()}
    return {name: region for name, region in placed.items() if region != platform.region and name in program.resources}


def region_needs(program: Program, home: str, elsewhere: Mapping[str, str]) -> dict[str, set[str]]:
    """Region → regions that come before it."""
    regions: dict[str, set[str]] = {region: set() for region in (home, *elsewhere.values())}
    for name, resource in program.resources.items():
        region = elsewhere.get(name, home)
        regions[region] |= {
            elsewhere.get(logical_id, home) for logical_id in resource.needs & program.resources.keys()
        } - {region}
    return regions


def divide(
    program: Program, home: str, elsewhere: Mapping[str, str], stack_ids: Iterable[str] = ()
) -> tuple[Part, ...]:
    """The parts of a program in deployment order; regions must not depend on each other in a cycle.

    `stack_ids` are the logical ids of the roots' own resources, their nested stacks.
    """
    if not elsewhere:
        return (Part(home, program, {}),)
    divider = _Divider(program, home, elsewhere, stack_ids)
    return tuple(divider.part(region) for region in in_order(region_needs(program, home, elsewhere)))


class _Divider:
    def __init__(self, program: Program, home: str, elsewhere: Mapping[str, str], stack_ids: Iterable[str]) -> None:
        self._program = program
        self._home = home
        self._elsewhere = elsewhere
        self._taken = {region: self._taken_by(region) for region in sorted({home, *elsewhere.values()})}
        taken = {target for region in self._taken.values() for target in region}
        carried = {name: _carried(output["Value"]) for name, output in program.outputs.items()}
        reserved = {**dict.fromkeys((*program.parameters, *stack_ids)), **carried}
        self._crossings = crossings(taken, program.resources, reserved)

    def _region(self, logical_id: str) -> str:
        return self._elsewhere.get(logical_id, self._home)

    def _foreign(self, region: str, value: Json) -> set[Target]:
        """References to other regions in `value`, which is in `region`."""
        known = self._program.resources
        return {
            target
            for target in targets(value)
            if target.logical_id in known and self._region(target.logical_id) != region
        }

    def _taken_by(self, region: str) -> list[Target]:
        """References from `region` to the others."""
        taken: set[Target] = set()
        for resource in self._program.resources.values():
            if self._region(resource.logical_id) == region:
                taken |= self._foreign(region, resource.body)
        for output in self._outputs(region).values():
            taken |= self._foreign(region, output["Value"])
        return sorted(taken)

    def _outputs(self, region: str) -> dict[str, Json]:
        """The platform's outputs of `region`: those that refer to it alone, and at home the rest."""
        outputs = {}
        for name, output in self._program.outputs.items():
            regions = {self._region(target.logical_id) for target in targets(output["Value"])}
            if region == (regions.pop() if len(regions) == 1 else self._home):
                outputs[name] = output
        return outputs

    def part(self, region: str) -> Part:
        taken = self._taken[region]
        resources = {
            name: self._local(one, region)
            for name, one in self._program.resources.items()
            if self._region(name) == region
        }
        outputs = {
            name: {**one, "Value": self._own(one["Value"], region)} for name, one in self._outputs(region).items()
        }
        for target in self._given(region):
            about = f"For other regions: {target.logical_id}"
            output = {"Value": self._crossings.value(target), "Description": about}
            outputs.setdefault(self._crossings.names[target], output)
        wanted = {one.logical_id for resource in resources.values() for one in resource.targets}
        wanted |= {one.logical_id for one in targets([output["Value"] for output in outputs.values()])}
        parameters = {name: one for name, one in self._program.parameters.items() if name in wanted}
        artifacts = tuple(one for one in self._program.artifacts if one.parameter in parameters)
        images = tuple(one for one in self._program.images if one.parameter in parameters)
        kept = tuple(one for one in self._program.kept if one.parameter in parameters)
        parameters |= {self._crossings.names[one]: self._parameter(one) for one in taken}
        takes = {self._crossings.names[one]: self._region(one.logical_id) for one in taken}
        program = Program(resources, parameters, outputs, artifacts, images, kept)
        return Part(region, program, dict(sorted(takes.items())))

    def _given(self, region: str) -> list[Target]:
        """Attributes of `region` that other regions read."""
        return [target for target in self._crossings.names if self._region(target.logical_id) == region]

    def _own(self, value: Json, region: str) -> Json:
        """`value` with parameters of the root in place of attributes of other regions."""
        names = {target: self._crossings.names[target] for target in self._foreign(region, value)}
        return retargeted(value, names.get)

    def _local(self, resource: Resource, region: str) -> Resource:
        """A resource in the root of its region; other regions' roots are deployed before or after as a whole."""
        body = self._own(resource.body, region)
        body = waiting_for(body, [logical_id for logical_id in waits_for(body) if self._region(logical_id) == region])
        return Resource(resource.logical_id, resource.component, body, frozenset(targets(body)))

    def _parameter(self, target: Target) -> Json:
        name, region = self._crossings.names[target], self._region(target.logical_id)
        description = f"Output {name} of the stack of this name in {region}"
        if target in self._crossings.lists:
            return {"Type": LIST, "Description": description}
        return {"Type": "String", "Description": description, "MinLength": 1}


def _carried(value: Json) -> Target | None:
    """The reference that is an output's whole value, if it is one."""
    return next((target for target in targets(value) if target.to_json() == value), None)
