"""What an editor offers to do about a diagnostic: what its suggestion says, as a change of the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.address import address_of
from compiler.language.described import code
from compiler.source.correction import Adding, Correction, Enclosing, Replacing
from compiler.source.diagnostics import Diagnostic
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from reviewer.editor.entries import added
from reviewer.editor.language import Language
from reviewer.editor.reading import Reading
from reviewer.editor.text import Change, Span
from reviewer.editor.values import as_yaml


@frozen(eq=True)
class Action:
    """One thing that may be done."""

    title: str
    change: Change
    preferred: bool
    """Whether nothing else is likely to be meant."""


def actions(reading: Reading, language: Language, found: Diagnostic) -> Iterator[Action]:
    """What can be done about a diagnostic of this version of the text."""
    suggestion, span = found.suggestion, reading.text.span(found.place)
    if isinstance(suggestion, Adding):
        yield from _adding(reading, language, found, suggestion.key)
    elif isinstance(suggestion, Correction):
        for stretch in (span, _whole_entry(reading, span)):
            written = reading.text.cut(stretch)
            applied = suggestion.applied(written)
            if applied is not None and applied != written:
                yield Action(_title(suggestion, written), Change(stretch, applied), preferred=True)
                break
    if found.severity == "warning" and found.component:
        yield from _accepting(reading, found)


def _whole_entry(reading: Reading, span: Span) -> Span:
    """The key that stands there with its value: a wrong verb is told of at the name of what is used."""
    document = reading.document
    for path, place in document.keys.items() if document else ():
        if document and reading.text.span(place) == span:
            return Span(span.start, max(span.end, reading.text.span(document.value_place(path)).end))
    return span


def _title(suggestion: Correction, written: str) -> str:
    if isinstance(suggestion, Replacing):
        return f"Change to '{suggestion.right}'"
    quoted = isinstance(suggestion, Enclosing) and suggestion.before == '"'
    return f"Quote {written}" if quoted else f"Write {suggestion.applied(written)}"


def _adding(reading: Reading, language: Language, found: Diagnostic, key: str) -> Iterator[Action]:
    """The missing setting, with its example as the value."""
    document = reading.document
    path = _map_at(reading, reading.text.span(found.place)) if document else None
    if document is None or path is None:
        return
    change = added(reading.text, document, path, f"{key}: {_value(language.at((*path, key)))}")
    if change:
        yield Action(f"Add '{key}'", change, preferred=True)


def _map_at(reading: Reading, span: Span) -> Path | None:
    """The path of the value that stands exactly there."""
    document = reading.document
    places = document.values.items() if document else ()
    return next((path for path, place in places if reading.text.span(place) == span), None)


def _value(about: Mapping[str, Json] | None) -> str:
    """A value that a setting takes, as YAML: the first of a closed set, its example, or nothing."""
    if not about:
        return ""
    if "enum" in about:
        return str(about["enum"][0])
    example = next(iter(about.get("examples", ())), None)
    return "" if example is None else code(example)


def _accepting(reading: Reading, found: Diagnostic) -> Iterator[Action]:
    """An entry of `lint.ignore`, whose reason the author has to write: without one it is an error."""
    document, component = reading.document, _as_written(reading, found.component)
    entry = f'{{rule: {found.code}, component: {as_yaml(component, quoted=False)}, reason: ""}}'
    change = _entry(reading, document, entry) if document else None
    if change:
        yield Action(f"Accept '{found.code}' of {component}, with a reason", change, preferred=False)


def _as_written(reading: Reading, component: str) -> str:
    """The address of a component; of one that `each` makes that of what makes it."""
    section, _, name = component.partition(".")
    made = reading.written.made.items() if reading.written else ()
    return next((address_of(path) for path, names in made if path[0] == section and name in names), component)


def _entry(reading: Reading, document: Document, entry: str) -> Change | None:
    text, ignored = reading.text, ("lint", "ignore")
    first = document.values.get((*ignored, 0))
    if first:
        place = text.span(first)
        line = text.content[text.line_start(place.start) : place.start]
        if line.strip() == "-":
            return Change(Span(place.start, place.start), f"{entry}\n{line}")
        return Change(Span(place.start, place.start), f"{entry}, ")
    if "lint" in document.data:
        return added(text, document, ("lint",), f"ignore: [{entry}]") if "ignore" not in _lint(document) else None
    start = "" if text.content.endswith("\n") else "\n"
    end = len(text.content)
    return Change(Span(end, end), f"{start}lint:\n  ignore:\n    - {entry}\n")


def _lint(document: Document) -> Mapping[str, Json]:
    lint = document.data.get("lint")
    return lint if isinstance(lint, dict) else {}
