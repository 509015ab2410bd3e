"""Compile one checked environment to templates: parse, build, place in stacks, divide by region, link."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.language.fleet import fleet_of
from compiler.language.on_demand import PATTERN
from compiler.language.schema import Schema
from compiler.language.suppressions import sorted_out
from compiler.meaning.cycles import find_cycle
from compiler.meaning.edges import Checked, Connections, Edge
from compiler.meaning.rename import by_old_names, old_addresses
from compiler.program.component import Platform
from compiler.program.effective import settings_of
from compiler.program.outside import outside_resources
from compiler.program.parse import parse
from compiler.program.program import Program, build
from compiler.program.quotas import over_quotas
from compiler.program.resource import Resource
from compiler.program.variables import duplicate_variables
from compiler.program.weakened import not_told
from compiler.reach.unreached import unreached
from compiler.source.diagnostics import Diagnostic, each_once, refuse
from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled, stack_name
from compiler.stacks.crossing import uncrossable
from compiler.stacks.fill import layer_of
from compiler.stacks.fleet.operation import over_operation
from compiler.stacks.fleet.single import ONE, as_one, outgrown, single
from compiler.stacks.imported_abroad import imported_abroad
from compiler.stacks.limits import over_limits
from compiler.stacks.link import Frame, link, stack_id
from compiler.stacks.packed_root import packed_parameters
from compiler.stacks.place import NOWHERE, Places, Setting, place
from compiler.stacks.regions import Part, divide, regions_of

_KEY_STACK = "security"
"""The nested stack of the platform's key, which nearly every resource needs."""


def assemble(checked: Checked, schema: Schema, known: Places = NOWHERE) -> tuple[Compiled, ...]:
    """The root templates of an environment, one for each region, in the order of their deployment.

    Raises `SpecError` for faults that only show in the resources: cycles, duplicate logical ids, AWS's limits.
    """
    renamed = by_old_names(checked, schema)
    platform = platform_of(checked, renamed, schema)
    refuse(duplicate_variables(platform))
    program = build(platform, renamed.connections.pointers)
    refuse(unreached(platform, program))
    many = refuse(over_quotas(platform, program.resources))
    region_of = {**dict.fromkeys(program.resources, platform.region), **regions_of(platform, program)}
    refuse(imported_abroad(platform, program, region_of))
    fleet = fleet_of(checked.document.data)
    one_template = fleet is not None and not fleet.nested
    placing = as_one(program) if one_template else place(program, Setting(platform, schema, region_of), known)
    compiled = _compiled(platform, program, renamed.connections, placing.stack_of)
    over = (diagnostic for root in compiled for diagnostic in over_limits(root))
    large = over_operation(platform, len(program.resources)) if fleet else ()
    limits = refuse(outgrown(one, fleet) if fleet and one_template else one for one in over)
    before = (*checked.warnings, *(one.found for one in checked.ignored))
    told = (*checked.warnings, *not_told(program.warnings, before), *many, *large, *limits)
    kept, ignored = sorted_out(told, checked.suppressions)
    about = replace(
        compiled[0],
        warnings=each_once(kept),
        ignored=(*checked.ignored, *ignored),
        suppressions=checked.suppressions,
        settings=settings_of(checked.document, schema),
        document=checked.document,
    )
    first, *others = (_with_spec_of(about, root) for root in compiled)
    outside = outside_resources(checked.document, schema)
    return (replace(first, outside=outside, placed=placing.recorded), *others)


def _with_spec_of(about: Compiled, root: Compiled) -> Compiled:
    """A root with what `about`, another one of its environment, has of the spec."""
    return replace(
        root,
        warnings=about.warnings,
        ignored=about.ignored,
        suppressions=about.suppressions,
        settings=about.settings,
        document=about.document,
    )


def platform_of(checked: Checked, renamed: Checked, schema: Schema) -> Platform:
    """The platform with its components; a renamed component (`renamed_from`) has the path of its new name."""
    new_addresses = {old: new for new, old in old_addresses(checked.document, schema).items()}
    document = renamed.document
    data = document.data
    return Platform(
        name=data["platform"],
        environment=data["environment"],
        posture=data["posture"],
        region=data["region"],
        account=data["account"],
        tags={**data["tags"], "stackwright:platform": data["platform"], "stackwright:environment": data["environment"]},
        components={
            address: replace(component, path=new_addresses[address]) if address in new_addresses else component
            for address, component in parse(document, schema).items()
        },
        edges=renamed.connections.edges,
        document=document,
        schema=schema,
    )


def _compiled(
    platform: Platform, program: Program, connections: Connections, stack_of: Mapping[str, str]
) -> tuple[Compiled, ...]:
    elsewhere = regions_of(platform, program)
    edges = (*connections.edges, *connections.pointers)
    if elsewhere:
        region_of = {name: elsewhere.get(name, platform.region) for name in program.resources}
        refuse(_stack_cycle(platform, program, region_of, edges))
    spot_of = {name: f"{stack_of[name]}{_in(elsewhere.get(name))}" for name in program.resources}
    refuse(_stack_cycle(platform, program, spot_of, edges))
    refuse(_unpassable(platform, program, spot_of))
    parts = divide(program, platform.region, elsewhere, map(stack_id, stack_of.values()))
    regions = tuple(part.region for part in parts)
    passed = frozenset(name for part in parts for name in part.takes)
    return tuple(_root(platform, part, stack_of, Shared(regions, passed)) for part in parts)


def _in(region: str | None) -> str:
    return f" in {region}" if region else ""


@frozen(eq=True)
class Shared:
    """What the roots of an environment know of each other."""

    regions: tuple[str, ...]
    passed: frozenset[str]
    """Outputs of one root that are parameters of another."""


def _root(platform: Platform, part: Part, stack_of: Mapping[str, str], shared: Shared) -> Compiled:
    paths = {address: component.path for address, component in platform.components.items()}
    abroad = _in(part.region if part.region != platform.region else None)
    alone = set(stack_of.values()) == {ONE}
    single_ones = shared.passed | {one.parameter for one in part.program.kept}
    bundles = {} if alone else packed_parameters(part.program, single_ones)
    frame = Frame(f"{platform.name} {platform.environment}{abroad}", platform.tags, paths, bundles, shared.passed)
    own = {name: stack_of[name] for name in part.program.resources}
    root, children = (single(part.program, frame), ()) if alone else link(part.program, own, frame)
    return Compiled(
        platform=platform.name,
        environment=platform.environment,
        posture=platform.posture,
        region=part.region,
        account=platform.account,
        stack_name=stack_name(platform.name, platform.environment),
        tags=platform.tags,
        root=root,
        children=children,
        artifacts=part.program.artifacts,
        images=part.program.images,
        kept=part.program.kept,
        places={path: platform.document.key_place(tuple(path.split("."))) for path in paths.values()},
        takes=part.takes,
        regions=shared.regions,
        packed=bundles,
        mains={component.path: component.main_id for component in platform.built},
        home=platform.region,
        saved_plans_only=bool(platform.document.data.get("saved_plans_only")),
        pattern=platform.document.data.get(PATTERN, ""),
    )


def _unpassable(platform: Platform, program: Program, spot_of: Mapping[str, str]) -> Iterator[Diagnostic]:
    """A fault for each attribute that another stack reads and that a CloudFormation output can't carry."""
    for resource, target in uncrossable(program.resources, spot_of):
        owner = platform.components[resource.component].path
        name, attribute = target.logical_id, target.attribute
        taken = f"{resource.logical_id} reads {name}.{attribute} of another stack"
        message = f"{taken}, which is neither a string nor a list of strings"
        place = platform.document.key_place(tuple(owner.split(".")))
        help_text = f"put it into the 'layer' of {name}, or read another attribute"
        yield Diagnostic("attribute-not-text", message, place, owner, help_text)


def _stack_cycle(
    platform: Platform, program: Program, spot_of: Mapping[str, str], edges: Sequence[Edge]
) -> Iterator[Diagnostic]:
    """Stacks or regions that depend on each other, because of raw CloudFormation or of the platform's key.

    Cycles of nothing but `uses` and pointers are reported earlier, by `compiler.meaning.check`.
    """
    steps = _crossing(program, spot_of)
    graph: dict[str, set[str]] = {stack: set() for stack in spot_of.values()}
    for source, target in steps:
        graph[source].add(target)
    cycle = find_cycle(graph)
    if not cycle:
        return
    path_of = {(edge.source, edge.target): edge.path for edge in reversed(edges)}
    described = [
        (source, needed, path_of.get((source.component, needed.component))) for source, needed in _around(cycle, steps)
    ]
    described.sort(key=lambda step: step[2] is None)
    message = ", ".join(
        f"{source.logical_id} ({spot_of[source.logical_id]}) needs {needed.logical_id} ({spot_of[needed.logical_id]})"
        for source, needed, _ in described
    )
    paths = [platform.components[source.component].path for source, *_ in described]
    first, *others = (
        platform.document.value_place(path) if path else platform.document.key_place(tuple(owner.split(".")))
        for owner, (*_, path) in zip(paths, described, strict=True)
    )
    help_text = "put raw resources into another 'layer', or remove one of these references"
    if len({layer_of(spot.split(" ")[0]) for spot in cycle}) < len(cycle):
        again = described[0][0].component
        help_text = (
            f"remove one of these references, or give a component another stack, which replaces its resources: "
            f"stackwright place {platform.document.file} --again {again}"
        )
    elif _KEY_STACK in cycle:
        help_text = (
            f"every stack may depend on the key in '{_KEY_STACK}', so resources in it can't refer to other stacks"
        )
    yield Diagnostic(
        "stack-cycle", f"stacks depend on each other: {message}", first, paths[0], help_text, tuple(others)
    )


def _crossing(program: Program, stack_of: Mapping[str, str]) -> dict[tuple[str, str], tuple[Resource, Resource]]:
    """Each pair of stacks with a dependency → the first resource that has it, and the resource that it needs."""
    first_of: dict[tuple[str, str], tuple[Resource, Resource]] = {}
    for logical_id, resource in sorted(program.resources.items()):
        own = stack_of[logical_id]
        for needed in sorted(one for one in resource.needs if stack_of.get(one, own) != own):
            first_of.setdefault((own, stack_of[needed]), (resource, program.resources[needed]))
    return first_of


def _around(
    cycle: Sequence[str], steps: Mapping[tuple[str, str], tuple[Resource, Resource]]
) -> Iterator[tuple[Resource, Resource]]:
    yield from (steps[step] for step in sorted(set(itertools.pairwise((*cycle, cycle[0])))))
