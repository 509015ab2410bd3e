"""Cut a flat program into one for each region: what crosses becomes an output here and a root parameter there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compiler.meaning.cycles import in_order
from compiler.program.component import Platform
from compiler.program.intrinsics import Target, retargeted, targets
from compiler.program.program import Program
from compiler.program.resource import Resource, needs, waiting_for, waits_for
from compiler.source.json_value import Json
from compiler.stacks.crossing import LIST, crossings


@dataclass(frozen=True, slots=True)
class Part:
    """What of a platform lies in one region."""

    region: str
    program: Program
    takes: Mapping[str, str]
    """Root parameter → the region whose output of the same name is its value."""


def regions_of(platform: Platform, program: Program) -> Mapping[str, str]:
    """Logical id → region of the resources that do not lie in the platform's own."""
    said = {name: region for one in platform.built for name, region in one.elsewhere(platform).items()}
    return {name: region for name, region in said.items() if region != platform.region and name in program.resources}


def region_needs(program: Program, home: str, elsewhere: Mapping[str, str]) -> dict[str, set[str]]:
    """Region → regions that come before it."""
    found: dict[str, set[str]] = {region: set() for region in (home, *elsewhere.values())}
    for name, resource in program.resources.items():
        region = elsewhere.get(name, home)
        found[region] |= {elsewhere.get(one, home) for one in needs(resource) & program.resources.keys()} - {region}
    return found


def divide(
    program: Program, home: str, elsewhere: Mapping[str, str], stack_ids: Iterable[str] = ()
) -> tuple[Part, ...]:
    """The parts of a program, each after those whose values it takes; regions must not need each other in a circle.

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
        taken = {one for region in self._taken.values() for one in region}
        said = {name: _carried(output["Value"]) for name, output in program.outputs.items()}
        reserved = {**dict.fromkeys((*program.parameters, *stack_ids)), **said}
        self._crossings = crossings(taken, program.resources, reserved)

    def _region(self, logical_id: str) -> str:
        return self._elsewhere.get(logical_id, self._home)

    def _foreign(self, region: str, value: Json) -> set[Target]:
        """What `value`, which stands in `region`, takes from other regions."""
        known = self._program.resources
        return {one for one in targets(value) if one.logical_id in known and self._region(one.logical_id) != region}

    def _taken_by(self, region: str) -> list[Target]:
        """What `region` takes from others."""
        found: set[Target] = set()
        for resource in self._program.resources.values():
            if self._region(resource.logical_id) == region:
                found |= self._foreign(region, resource.body)
        for output in self._outputs(region).values():
            found |= self._foreign(region, output["Value"])
        return sorted(found)

    def _outputs(self, region: str) -> dict[str, Json]:
        """The platform's outputs that belong to `region`: where all lies that they tell of, else the platform's own."""
        found = {}
        for name, output in self._program.outputs.items():
            lying = {self._region(one.logical_id) for one in targets(output["Value"])}
            if region == (lying.pop() if len(lying) == 1 else self._home):
                found[name] = output
        return found

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
        parameters |= {self._crossings.names[one]: self._parameter(one) for one in taken}
        takes = {self._crossings.names[one]: self._region(one.logical_id) for one in taken}
        return Part(region, Program(resources, parameters, outputs, artifacts), dict(sorted(takes.items())))

    def _given(self, region: str) -> list[Target]:
        """What other regions take from `region`."""
        return [one for one in self._crossings.names if self._region(one.logical_id) == region]

    def _own(self, value: Json, region: str) -> Json:
        """`value` with the root's parameters in place of what lies in other regions."""
        names = {one: self._crossings.names[one] for one in self._foreign(region, value)}
        return retargeted(value, names.get)

    def _local(self, resource: Resource, region: str) -> Resource:
        """A resource as its own region sees it; other regions' roots are deployed before or after as a whole."""
        body = self._own(resource.body, region)
        body = waiting_for(body, [one for one in waits_for(body) if self._region(one) == region])
        return Resource(resource.logical_id, resource.component, body, frozenset(targets(body)))

    def _parameter(self, target: Target) -> Json:
        name, region = self._crossings.names[target], self._region(target.logical_id)
        about = f"Output {name} of the stack of this name in {region}"
        if target in self._crossings.lists:
            return {"Type": LIST, "Description": about}
        return {"Type": "String", "Description": about, "MinLength": 1}


def _carried(value: Json) -> Target | None:
    """The one value that an output carries as it is."""
    return next((one for one in targets(value) if one.to_json() == value), None)
