"""Which nested stack holds each resource: the layer of its component's kind."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.component import Platform
from compiler.program import Program
from compiler.schema import Schema


def place(program: Program, platform: Platform, schema: Schema) -> Mapping[str, str]:
    """Logical id → name of its stack. A pure function of the component's section, so nothing ever moves."""
    layers = {name: schema.kinds[one.section]["x-layer"] for name, one in platform.components.items()}
    return {logical_id: layers[resource.component] for logical_id, resource in program.resources.items()}
