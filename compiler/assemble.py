"""From one checked environment to its linked templates: parse, build, place, link."""

from __future__ import annotations

from compiler.compiled import Compiled, stack_name
from compiler.component import Platform
from compiler.diagnostics import refuse
from compiler.limits import over_limits
from compiler.link import Frame, link
from compiler.parse import parse
from compiler.pipeline import Checked
from compiler.place import place
from compiler.program import Program, build
from compiler.schema import Schema


def assemble(checked: Checked, schema: Schema) -> Compiled:
    """Raises `SpecError` for faults that only show in the resources: cycles, taken logical ids, AWS's limits."""
    platform = _platform(checked, schema)
    program = build(platform, checked.connections.pointers)
    compiled = _compiled(platform, program, schema)
    refuse(over_limits(compiled))
    return compiled


def _platform(checked: Checked, schema: Schema) -> Platform:
    document = checked.document
    data = document.data
    return Platform(
        name=data["platform"],
        environment=data["environment"],
        posture=data["posture"],
        region=data["region"],
        account=data["account"],
        tags={**data["tags"], "stackwright:platform": data["platform"], "stackwright:environment": data["environment"]},
        components=parse(document, schema),
        edges=checked.connections.edges,
        document=document,
    )


def _compiled(platform: Platform, program: Program, schema: Schema) -> Compiled:
    paths = {name: component.path for name, component in platform.components.items()}
    description = f"{platform.name} {platform.environment}"
    root, children = link(program, place(program, platform, schema), Frame(description, platform.tags, paths))
    return Compiled(
        platform=platform.name,
        environment=platform.environment,
        posture=platform.posture,
        region=platform.region,
        account=platform.account,
        stack_name=stack_name(platform.name, platform.environment),
        tags=platform.tags,
        root=root,
        children=children,
        artifacts=program.artifacts,
        places={path: platform.document.key_place(tuple(path.split("."))) for path in paths.values()},
    )
