"""Specs given as text, compiled, and their resources from all stacks."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from compiler.language.schema import load_schema
from compiler.pipeline import check_spec, compile_spec
from compiler.program.component import Platform
from compiler.program.parse import parse
from compiler.source.diagnostics import Diagnostic, SpecError, each_once
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled


def compiled(yaml_text: str, environment: str = "dev") -> Compiled:
    """One environment of a spec, compiled: its root in the platform's own region, which is the last."""
    return roots(yaml_text, environment)[-1]


def roots(yaml_text: str, environment: str = "dev") -> tuple[Compiled, ...]:
    """All roots of one environment of a spec, in the order of their deployment."""
    with tempfile.TemporaryDirectory() as folder:
        return compile_spec(_written(folder, yaml_text), (environment,))


def platform(yaml_text: str, environment: str = "dev") -> Platform:
    """One environment of a spec with its components, before anything is built of them."""
    with tempfile.TemporaryDirectory() as folder:
        (checked,) = check_spec(_written(folder, yaml_text), (environment,))
    data = checked.document.data
    return Platform(
        name=data["platform"],
        environment=data["environment"],
        posture=data["posture"],
        region=data["region"],
        account=data["account"],
        tags=data["tags"],
        components=parse(checked.document, load_schema()),
        edges=checked.connections.edges,
        document=checked.document,
        schema=load_schema(),
    )


def faults(yaml_text: str) -> tuple[Diagnostic, ...]:
    """What is wrong with a spec in any of its environments."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            check_spec(_written(folder, yaml_text))
        except SpecError as problem:
            return tuple(found for found in problem.diagnostics if found.severity == "error")
    return ()


def warnings(yaml_text: str) -> tuple[Diagnostic, ...]:
    """What a reviewer is told of a sound spec, over all its environments."""
    with tempfile.TemporaryDirectory() as folder:
        return each_once(found for one in check_spec(_written(folder, yaml_text)) for found in one.warnings)


def resources(one: Compiled) -> Mapping[str, Json]:
    """Logical id → body, of all nested stacks."""
    return {name: body for child in one.children for name, body in child.body["Resources"].items()}


def _written(folder: str, yaml_text: str) -> str:
    path = Path(folder) / "spec.yaml"
    path.write_text(yaml_text)
    return str(path)
