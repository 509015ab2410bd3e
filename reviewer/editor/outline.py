"""The outline of a spec: its header and sections, and in them environments, groups and components."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.language.group_places import GROUPS
from compiler.language.schema import Schema
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from reviewer.editor.reading import Reading
from reviewer.editor.text import Span


@frozen(eq=True)
class Entry:
    """A line of the outline."""

    name: str
    detail: str
    span: Span
    """All that belongs to it."""
    name_span: Span
    component: bool
    inside: tuple[Entry, ...] = ()


def outline(reading: Reading) -> tuple[Entry, ...]:
    """The outline; empty while the text is not YAML."""
    document = reading.document
    return tuple(_entries(reading, document, ())) if document else ()


def _entries(reading: Reading, document: Document, path: Path) -> Iterator[Entry]:
    value = document.data
    for step in path:
        value = value[step] if isinstance(value, dict) and step in value else {}
    for name in value if isinstance(value, dict) else ():
        yield _entry(reading, document, (*path, name))


def _entry(reading: Reading, document: Document, path: Path) -> Entry:
    key, value = reading.span_at(path, True), reading.span_at(path, False)
    span = Span(key.start, max(key.end, value.end)) if value.start >= key.start else key
    inside = tuple(_entries(reading, document, path)) if _has_inside(path, reading.schema) else ()
    within = tuple(one for one in inside if span.start <= one.span.start and one.span.end <= span.end)
    return Entry(str(path[-1]), _detail(path, reading.schema), span, key, _is_component(path, reading.schema), within)


def _has_inside(path: Path, schema: Schema) -> bool:
    """Whether the outline goes down: to environments, components, groups and their components."""
    inner = _in_group(path)
    if path[0] == GROUPS and not inner:
        return True
    several = bool(inner) and inner[0] in schema.kinds and not schema.singleton(str(inner[0]))
    return len(inner) < 2 and (several or path[0] == "environments")


def _in_group(path: Path) -> Path:
    """The path inside of a group; outside of groups the path itself."""
    return path[2:] if path[0] == GROUPS else path


def _detail(path: Path, schema: Schema) -> str:
    if path[0] == GROUPS and len(path) == len((GROUPS, "name")):
        return "group"
    if path[0] == "environments":
        return "environment" if len(path) > 1 else ""
    return str(schema.kinds[str(_in_group(path)[0])]["x-noun"]) if _is_component(path, schema) else ""


def _is_component(path: Path, schema: Schema) -> bool:
    inner = _in_group(path)
    return bool(inner) and inner[0] in schema.kinds and (len(inner) > 1 or schema.singleton(str(inner[0])))
