"""Checks that a schema can't express: names, uses, pointers, cycles and the checks of each kind."""

from __future__ import annotations

import functools
import importlib
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.known import known_values
from compiler.language.names import pascal
from compiler.language.naming import bad_names
from compiler.language.schema import Schema, owner_name
from compiler.meaning.connect import Connected, connect
from compiler.meaning.cycles import find_cycle
from compiler.meaning.edges import Checked, Connections, Edge
from compiler.meaning.fault import Fault
from compiler.meaning.fixed_text import plain, quoted, still_read, with_text_at
from compiler.meaning.recovery import unmet
from compiler.meaning.rename import taken_names
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec, resolved_spec
from compiler.source.diagnostics import Diagnostic, has_error
from compiler.source.document import Document, Path


def check_meaning(resolved: Document, schema: Schema) -> tuple[Checked, tuple[Diagnostic, ...]]:
    """A resolved document with its connections, and all errors and warnings that its schema can't find."""
    connected = connect(resolved, schema)
    checked = plain(connected.document, schema)
    own = tuple(_own_checks(checked, schema))
    document, connections = _with_needed_text(connected, checked, own, schema)
    found = [*connected.faults, *_nothing(document, schema), *_duplicates(document, schema)]
    found += [*(one for _, one in own), *_raw(document, schema)]
    found += [*bad_names(checked, schema), *taken_names(document, schema)]
    refused = {one.place for one in found if one.severity == "error"}
    found += [one for one in known_values(checked, schema) if one.place not in refused]
    found = list(quoted(found, checked, resolved))
    if not has_error(found):
        found += [*_pointer_cycle(document, schema, connections), *_stack_cycle(document, schema, connections)]
    return Checked(document, connections), tuple(found)


def _with_needed_text(
    connected: Connected, checked: Document, own: Iterable[tuple[Path, Diagnostic]], schema: Schema
) -> tuple[Document, Connections]:
    """What is built: pointers to fixed attributes, but text where a kind's checks take only that."""
    document, connections = connected.document, connected.connections
    if checked is document:
        return document, connections
    told = {(path, one.code) for path, one in own}
    found = ((path, one) for path, one in _own_checks(document, schema) if one.severity == "error")
    texted = with_text_at(document, checked, (path for path, one in found if (path, one.code) not in told))
    return texted, still_read(connections, texted)


def _nothing(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    if all(section in schema.implied_sections for section, *_ in components(document, schema)):
        message = f"environment '{document.data['environment']}' has no component"
        help_text = "add a section, for example 'queues:' with 'jobs: {}'"
        yield Diagnostic("no-components", message, document.value_place(()), suggestion=help_text)


def _duplicates(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    """Names of one section that differ only in what logical ids drop (``my-queue`` and ``my_queue``)."""
    seen: dict[tuple[str, str], Path] = {}
    for section, name, path, _ in components(document, schema):
        first = seen.setdefault((section, pascal(name)), path)
        if first != path:
            message = f"its name gives the same logical ids as {address_of(first)}"
            place, also = document.key_place(path), (document.key_place(first),)
            yield Diagnostic("duplicate-name", message, place, address_of(path), "rename one of the two", also)


@functools.cache
def check_names() -> frozenset[str]:
    """Sections whose room in `compiler.kinds` has checks."""
    rooms: Iterable[str] = importlib.import_module("compiler.kinds").__path__
    return frozenset(file.parent.name for room in rooms for file in FilePath(room).glob("*/checks.py"))


def _own_checks(document: Document, schema: Schema) -> Iterator[tuple[Path, Diagnostic]]:
    """What the checks of the kinds find, each with the path that it is about."""
    spec = resolved_spec(document, schema)
    for component, fault in itertools.chain(_of_kinds(spec), unmet(spec)):
        path, help_text, severity = (*component.path, *fault.path), fault.suggestion, fault.severity
        place, owner = document.value_place(path), component.address
        yield path, Diagnostic(fault.code, fault.message, place, owner, help_text, severity=severity)


def _of_kinds(spec: ResolvedSpec) -> Iterator[tuple[ResolvedComponent, Fault]]:
    for component in spec.components():
        if component.section in check_names() and component.settings.get("existing") is None:
            checks = importlib.import_module(f"compiler.kinds.{component.section}.checks")
            faults: Iterator[Fault] = checks.check(component, spec)
            yield from ((component, fault) for fault in faults)


def _raw(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    """Warnings of raw CloudFormation; few specs have any, and the others do not load the rules."""
    all_components = components(document, schema)
    if document.data.get("overrides") or any(
        data.get("properties") or "x-attributes-of" in schema.kinds[section] for section, _, _, data in all_components
    ):
        from compiler.meaning.raw_rules import raw_warnings

        yield from raw_warnings(document, schema)


def _pointer_cycle(document: Document, schema: Schema, connections: Connections) -> Iterator[Diagnostic]:
    graph: dict[str, set[str]] = {address_of(path): set() for _, _, path, _ in components(document, schema)}
    for edge in connections.pointers:
        graph[edge.source].add(edge.target)
    cycle = find_cycle(graph)
    if cycle:
        message = f"values refer to each other in a cycle: {' → '.join((*cycle, cycle[0]))}"
        steps = [
            next(edge for edge in connections.pointers if (edge.source, edge.target) == step)
            for step in itertools.pairwise((*cycle, cycle[0]))
        ]
        yield _cycle_fault("pointer-cycle", message, steps, document)


def _stack_cycle(document: Document, schema: Schema, connections: Connections) -> Iterator[Diagnostic]:
    """A fault for nested stacks that depend on each other; existing components are in no stack."""
    layers = {
        address_of(path): schema.layer(section, data)
        for section, _, path, data in components(document, schema)
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
        described = ", ".join(
            f"{edge.source} ({layers[edge.source]}) uses {edge.target} ({layers[edge.target]})" for edge in steps
        )
        yield _cycle_fault("stack-cycle", f"stacks depend on each other: {described}", steps, document)


def _cycle_fault(code: str, message: str, steps: list[Edge], document: Document) -> Diagnostic:
    first, *others = (document.value_place(edge.path) for edge in steps)
    component = owner_name(steps[0].path)
    return Diagnostic(code, message, first, component, "remove one of these uses", tuple(others))
