"""Data classes for checked uses and references between components."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.language.fleet import Variant
from compiler.source.diagnostics import Diagnostic
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.suppression import Ignored, Suppression


@dataclass(frozen=True, slots=True)
class Edge:
    """A checked use: component `source` does `verb` with component `target`, both by address (``queues.jobs``)."""

    source: str
    target: str
    verb: str
    path: Path
    """Where it is written, from the top of the document."""
    prefix: str = ""
    """Stem of the environment variables; empty for a use that gives none."""
    attribute: str = ""
    """The attribute that a ``${…}`` reads; such an edge has no verb."""


@frozen(eq=True)
class Connections:
    """`edges` are uses; `pointers` are the ``${component.attribute}`` in values."""

    edges: tuple[Edge, ...]
    pointers: tuple[Edge, ...]
    references: tuple[Path, ...] = ()
    """Where the document names components: strings with a reference or pointers, and maps whose keys are references."""


@frozen(eq=True)
class Checked:
    """One environment of a spec, resolved and valid; its references are addresses."""

    document: Document
    connections: Connections
    warnings: tuple[Diagnostic, ...] = ()
    """Those that no suppression covers."""
    ignored: tuple[Ignored, ...] = ()
    """Those that one does."""
    suppressions: tuple[Suppression, ...] = ()
    variants: tuple[tuple[Variant, Checked], ...] = ()
    """Of a fleet what each of its accounts and regions has; the first is this one."""
    written: Document | None = None
    """Of a fleet the whole spec as it is written."""
    patterns: tuple[str, ...] = ()
    """Those of the spec, which make environments on demand."""
