"""A fleet followed back: what each account and region reads in its template is the flat program of its variant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from compiler.language.fleet import Variant
from compiler.program.intrinsics import bound
from compiler.program.program import Program
from compiler.program.resource import Resource
from compiler.program.root_names import ARTIFACT_BUCKET
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from compiler.stacks.fleet.instance import compiled_for, seen_by
from compiler.stacks.fleet.roots import BUCKET_OF_REGION
from compiler.stacks.fleet.tables import as_text


def sides(programs: Sequence[Program], root: Compiled) -> Iterator[tuple[Program, Compiled]]:
    """The flat program of each variant, and what its place sees of the templates, both with values as text."""
    assert root.fleet
    for program, place in zip(programs, root.fleet.places, strict=True):
        yield _program(program, place), _compiled(root, place)


def texts(value: Json) -> Json:
    """Values as a mapping gives them back: CloudFormation turns text into what a property takes."""
    if isinstance(value, dict):
        return {key: texts(child) for key, child in value.items()}
    return [texts(child) for child in value] if isinstance(value, list) else as_text(value)


def _seen(value: Json, place: Variant) -> Json:
    return texts(seen_by({"Resources": bound(value, {ARTIFACT_BUCKET: BUCKET_OF_REGION})}, place)["Resources"])


def _program(program: Program, place: Variant) -> Program:
    resources = {
        name: Resource(name, one.component, _seen(dict(one.body), place), one.targets)
        for name, one in program.resources.items()
    }
    outputs = {name: {**one, "Value": _seen(one["Value"], place)} for name, one in program.outputs.items()}
    return replace(program, resources=resources, outputs=outputs)


def _compiled(root: Compiled, place: Variant) -> Compiled:
    seen = compiled_for(root, place)
    return replace(seen, root=_texts(seen.root), children=tuple(map(_texts, seen.children)))


def _texts(template: Template) -> Template:
    kept = {key: value for key, value in template.body.items() if key not in ("Resources", "Outputs")}
    read = {key: texts(template.body[key]) for key in ("Resources", "Outputs") if key in template.body}
    return replace(template, body={**kept, **read})
