"""One environment of a spec as a program with the stacks of its resources, whole and with some uses left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from compiler.language.address import address_of
from compiler.language.fleet import fleet_of
from compiler.language.schema import Schema
from compiler.meaning.edges import Checked, Edge
from compiler.meaning.rename import by_old_names
from compiler.meaning.spelling import replaced_at, value_at
from compiler.program.component import Platform
from compiler.program.program import Program, build
from compiler.program.resource import Resource
from compiler.program.traced import traced
from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.stacks.assemble import platform_of
from compiler.stacks.place import Setting, place
from compiler.stacks.recorded import RECORDED
from compiler.stacks.regions import regions_of


@frozen(eq=True)
class Built:
    """The components of an environment and all its resources."""

    checked: Checked
    schema: Schema
    platform: Platform
    program: Program
    stack_of: Mapping[str, str]
    """Logical id → nested stack."""
    region_of: Mapping[str, str]
    """Logical id → region, of those in another region than the platform's."""

    @property
    def resources(self) -> Mapping[str, Resource]:
        return self.program.resources

    def stack(self, logical_id: str) -> str:
        """``compute``, or ``edge in us-east-1``."""
        region = self.region_of.get(logical_id)
        return self.stack_of[logical_id] + (f" in {region}" if region else "")


def built(checked: Checked, schema: Schema) -> Built:
    """The environment with the stacks that its lock file records. Raises `SpecError` as compiling does."""
    checked = replace(checked, document=traced(checked.document))
    platform, program = program_of(checked, schema)
    elsewhere = regions_of(platform, program)
    regions = {**dict.fromkeys(program.resources, platform.region), **elsewhere}
    known = RECORDED.known(checked.document.file, schema)(checked.document.data)
    fleet = fleet_of(checked.document.data)
    if fleet and not fleet.nested:  # one template, without nested stacks
        return Built(checked, schema, platform, program, dict.fromkeys(program.resources, "root"), {})
    placed = place(program, Setting(platform, schema, regions), known)
    abroad = {name: region for name, region in elsewhere.items() if region != platform.region}
    return Built(checked, schema, platform, program, placed.stack_of, abroad)


def resources_with(built: Built, path: Path, keep: Callable[[Edge], bool]) -> Mapping[str, Resource]:
    """The resources of the environment if the component at `path` had only those of its uses that are kept."""
    return program_of(with_uses(built.checked, path, keep), built.schema)[1].resources


def with_uses(checked: Checked, path: Path, keep: Callable[[Edge], bool]) -> Checked:
    """The environment in which the component at `path` has only those of its uses that are kept."""
    where = (*path, "uses")
    own = [edge for edge in checked.connections.edges if is_use(edge, path)]
    kept = {edge.target for edge in own if keep(edge)}
    edges = tuple(edge for edge in checked.connections.edges if not is_use(edge, path) or edge.target in kept)
    uses = {key: value for key, value in value_at(checked.document.data, where).items() if key in kept}
    document = replace(checked.document, data=replaced_at(checked.document.data, {where: uses}))
    return replace(checked, document=document, connections=replace(checked.connections, edges=edges))


def is_use(edge: Edge, path: Path) -> bool:
    """Whether an edge stands in the `uses` of the component at `path`."""
    return edge.source == address_of(path) and edge.path[: len(path) + 1] == (*path, "uses")


def program_of(checked: Checked, schema: Schema) -> tuple[Platform, Program]:
    """The components and the resources of an environment, without stacks."""
    renamed = by_old_names(checked, schema)
    platform = platform_of(checked, renamed, schema)
    return platform, build(platform, renamed.connections.pointers)
