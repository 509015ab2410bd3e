"""What a schema can't say: names, uses, pointers, cycles and what the kinds' own checks know."""

from __future__ import annotations

import functools
import importlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath

from compiler.language.components import components
from compiler.language.known import known_values
from compiler.language.names import pascal
from compiler.language.naming import bad_names
from compiler.language.schema import Schema, owner_name
from compiler.meaning.connect import Connections, Edge, connect
from compiler.meaning.cycles import find_cycle
from compiler.meaning.fault import Fault
from compiler.meaning.log_groups import taken_log_groups
from compiler.meaning.rename import taken_names
from compiler.meaning.resolved import resolved_spec
from compiler.source.diagnostics import Diagnostic, Place, has_error
from compiler.source.document import Document


@dataclass(frozen=True, slots=True)
class Checked:
    """One environment of a spec, resolved and found sound."""

    document: Document
    connections: Connections
    warnings: tuple[Diagnostic, ...] = ()


def check_meaning(document: Document, schema: Schema) -> tuple[Connections, tuple[Diagnostic, ...]]:
    """The connections of a resolved document, and all that is wrong or doubtful with it beyond its schema."""
    connections, faults = connect(document, schema)
    found = [*faults, *_nothing(document, schema), *_duplicates(document, schema), *_own_checks(document, schema)]
    found += [*bad_names(document, schema), *taken_names(document, schema), *taken_log_groups(document, schema)]
    refused = {one.place for one in found if one.severity == "error"}
    found += [one for one in known_values(document, schema) if one.place not in refused]
    if not has_error(found):
        found += [*_pointer_cycle(document, schema, connections), *_stack_cycle(document, schema, connections)]
    return connections, tuple(found)


def _nothing(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    if all(section in schema.implied_sections for section, *_ in components(document, schema)):
        message = f"environment '{document.data['environment']}' has no component"
        help_text = "add a section, for example 'queues:' with 'jobs: {}'"
        yield Diagnostic("no-components", message, document.value_place(()), suggestion=help_text)


def _duplicates(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    """Names that are taken, or that differ only in what logical ids drop (``my-queue`` and ``my_queue``)."""
    seen: dict[str, tuple[str, Place]] = {}
    for _, name, path, _ in components(document, schema):
        stem = pascal(name)
        place = document.key_place(path)
        if stem in seen:
            other, first = seen[stem]
            message = f"its name gives the same logical id as {other}"
            if other.split(".")[-1] == name:
                message = f"the name '{name}' is taken by {other}"
            help_text = "names are unique in a platform: rename one of the two"
            yield Diagnostic("duplicate-name", message, place, ".".join(map(str, path)), help_text, (first,))
        else:
            seen[stem] = (".".join(map(str, path)), place)


@functools.cache
def check_names() -> frozenset[str]:
    """Sections whose room in `compiler.kinds` has checks."""
    rooms: Iterable[str] = importlib.import_module("compiler.kinds").__path__
    return frozenset(file.parent.name for room in rooms for file in FilePath(room).glob("*/checks.py"))


def _own_checks(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    spec = resolved_spec(document, schema)
    for component in spec.components():
        if component.section not in check_names() or component.settings.get("existing") is not None:
            continue
        checks = importlib.import_module(f"compiler.kinds.{component.section}.checks")
        faults: Iterator[Fault] = checks.check(component, spec)
        for fault in faults:
            place = document.value_place((*component.path, *fault.path))
            help_text, severity = fault.suggestion, fault.severity
            yield Diagnostic(fault.code, fault.message, place, component.address, help_text, severity=severity)


def _pointer_cycle(document: Document, schema: Schema, connections: Connections) -> Iterator[Diagnostic]:
    graph: dict[str, set[str]] = {name: set() for _, name, _, _ in components(document, schema)}
    for edge in connections.pointers:
        graph[edge.source].add(edge.target)
    cycle = find_cycle(graph)
    if cycle:
        message = f"values point at each other in a circle: {' → '.join((*cycle, cycle[0]))}"
        steps = [
            next(edge for edge in connections.pointers if (edge.source, edge.target) == step)
            for step in itertools.pairwise((*cycle, cycle[0]))
        ]
        yield _cycle_fault("pointer-cycle", message, steps, document)


def _stack_cycle(document: Document, schema: Schema, connections: Connections) -> Iterator[Diagnostic]:
    """Components that are there already lie in no stack."""
    layers = {
        name: schema.layer(section, data)
        for section, name, _, data in components(document, schema)
        if data.get("existing") is None
    }
    crossing = [
        edge
        for edge in (*connections.edges, *connections.pointers)
        if {edge.source, edge.target} <= layers.keys() and layers[edge.source] != layers[edge.target]
    ]
    graph: dict[str, set[str]] = {layer: set() for layer in layers.values()}
    for edge in crossing:
        graph[layers[edge.source]].add(layers[edge.target])
    cycle = find_cycle(graph)
    if cycle:
        steps = [
            next(edge for edge in crossing if (layers[edge.source], layers[edge.target]) == step)
            for step in itertools.pairwise((*cycle, cycle[0]))
        ]
        told = ", ".join(
            f"{edge.source} ({layers[edge.source]}) uses {edge.target} ({layers[edge.target]})" for edge in steps
        )
        yield _cycle_fault("stack-cycle", f"stacks need each other: {told}", steps, document)


def _cycle_fault(code: str, message: str, steps: list[Edge], document: Document) -> Diagnostic:
    first, *others = (document.value_place(edge.path) for edge in steps)
    component = owner_name(steps[0].path)
    return Diagnostic(code, message, first, component, "take one of these uses away", tuple(others))
