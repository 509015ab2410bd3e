"""Which nested stack holds each resource: the layer of its component."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.schema import Schema
from compiler.program.component import Platform
from compiler.program.program import Program


def place(program: Program, platform: Platform, schema: Schema) -> Mapping[str, str]:
    """Logical id → name of its stack. It depends on the component alone, so that no resource ever moves."""
    every = components(platform.document, schema)
    layers = {address_of(path): schema.layer(section, data) for section, _, path, data in every}
    return {logical_id: layers[resource.component] for logical_id, resource in program.resources.items()}
