"""Values of the Language Server Protocol, made of ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lsprotocol import types

from compiler.source.diagnostics import Diagnostic, Place
from reviewer.editor.completion import Offer
from reviewer.editor.outline import Entry
from reviewer.editor.text import Change, Span, Text

SOURCE = "stackwright"
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}
_SORTS = {
    "setting": types.CompletionItemKind.Property,
    "value": types.CompletionItemKind.EnumMember,
    "component": types.CompletionItemKind.Module,
    "verb": types.CompletionItemKind.Method,
    "attribute": types.CompletionItemKind.Field,
    "variable": types.CompletionItemKind.Variable,
}


class Protocol:
    """Turns offsets of one text into positions, in the units that the editor counts in, and back."""

    def __init__(self, uri: str, text: Text, encoding: str) -> None:
        self._uri = uri
        self._text = text
        self._encoding = encoding

    def offset(self, position: types.Position) -> int:
        return self._text.offset(position.line, position.character, self._encoding)

    def span(self, stretch: types.Range) -> Span:
        return Span(self.offset(stretch.start), self.offset(stretch.end))

    def range(self, span: Span) -> types.Range:
        return types.Range(self._position(span.start), self._position(span.end))

    def _position(self, offset: int) -> types.Position:
        return types.Position(*self._text.position(offset, self._encoding))

    def location(self, span: Span) -> types.Location:
        return types.Location(self._uri, self.range(span))

    def edit(self, change: Change) -> types.TextEdit:
        return types.TextEdit(self.range(change.span), change.text)

    def edits(self, changes: Iterable[Change], version: int | None, versioned: bool) -> types.WorkspaceEdit:
        """Changes of the document; of this version only, where the editor can tell."""
        edits = [self.edit(change) for change in changes]
        if not versioned:
            return types.WorkspaceEdit(changes={self._uri: edits})
        about = types.OptionalVersionedTextDocumentIdentifier(self._uri, version)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(about, list(edits))])

    def diagnostics(self, found: Iterable[Diagnostic], file: str) -> list[types.Diagnostic]:
        return [self.diagnostic(one, file) for one in found]

    def diagnostic(self, found: Diagnostic, file: str) -> types.Diagnostic:
        """A diagnostic; one of another file, such as the lock file, stands at the top and says where it is."""
        here = found.place.file == file
        details = [*(f"also in: {', '.join(found.others)}" for _ in found.others[:1]), found.suggestion]
        where = "" if here or not found.place.file else f"{found.place}: "
        return types.Diagnostic(
            range=self.range(self._first_line(self._text.span(found.place)) if here else Span(0, 0)),
            message="\n".join([where + found.text, *filter(None, details)]),
            severity=_SEVERITIES[found.severity],
            code=found.code,
            source=SOURCE,
            related_information=self._related(found.also, file) or None,
        )

    def _first_line(self, span: Span) -> Span:
        """A component is many lines; where it begins is enough to see."""
        return Span(span.start, min(span.end, max(span.start, self._text.line_end(span.start))))

    def _related(self, places: Sequence[Place], file: str) -> list[types.DiagnosticRelatedInformation]:
        near = [self._first_line(self._text.span(place)) for place in places if place.file == file]
        return [types.DiagnosticRelatedInformation(self.location(span), "has to do with it") for span in near]

    def completion(self, offers: Iterable[Offer]) -> types.CompletionList:
        return types.CompletionList(is_incomplete=False, items=[self._item(offer) for offer in offers])

    def _item(self, offer: Offer) -> types.CompletionItem:
        return types.CompletionItem(
            label=offer.label,
            kind=_SORTS[offer.sort],
            detail=offer.detail or None,
            documentation=markdown(offer.about) if offer.about else None,
            sort_text=f"{int(offer.rank)}{offer.label}",
            filter_text=offer.label,
            text_edit=types.TextEdit(self.range(offer.span), offer.text),
        )

    def symbol(self, entry: Entry) -> types.DocumentSymbol:
        kind = types.SymbolKind.Object if entry.component else types.SymbolKind.Namespace
        children = [self.symbol(one) for one in entry.inside]
        span, name = self.range(entry.span), self.range(entry.name_span)
        return types.DocumentSymbol(entry.name or " ", kind, span, name, entry.detail or None, children=children)


def markdown(text: str) -> types.MarkupContent:
    return types.MarkupContent(types.MarkupKind.Markdown, text)
