"""Which nested stack holds each resource: the layer of its component."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.component import Platform
from compiler.connect import components
from compiler.program import Program
from compiler.schema import Schema


def place(program: Program, platform: Platform, schema: Schema) -> Mapping[str, str]:
    """Logical id → name of its stack. A pure function of the component itself, so nothing ever moves."""
    layers = {name: schema.layer(section, data) for section, name, _, data in components(platform.document, schema)}
    return {logical_id: layers[resource.component] for logical_id, resource in program.resources.items()}
