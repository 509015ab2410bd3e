"""One version of a text, with what is read of it; nothing of it changes, so that each thing is read once."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from compiler.language.schema import Schema
from compiler.source.diagnostics import SpecError
from compiler.source.document import Document, Path
from compiler.source.load import parsed
from reviewer.editor.mentions import Mention, mentions
from reviewer.editor.text import Span, Text
from reviewer.editor.written import Written, written_spec

_MODELINE = re.compile(r"^#\s*yaml-language-server:.*\$schema=\S*platform\.schema\.json", re.MULTILINE)
_FIRST_KEY = re.compile(r"^(platform|\"platform\"|'platform')[ \t]*:", re.MULTILINE)


def is_spec(content: str) -> bool:
    """Whether a text is a spec: its modeline names the schema, or it has `platform` at the left margin."""
    return bool(_MODELINE.search(content) or _FIRST_KEY.search(content))


@dataclass(frozen=True)
class Reading:
    """The text of a spec as an editor has it. Without slots: what is read is kept."""

    file: str
    text: Text
    schema: Schema

    @functools.cached_property
    def loaded(self) -> Document | SpecError:
        """Its data, or why there is none."""
        try:
            return parsed(self.file, self.text.content)
        except SpecError as problem:
            return problem

    @property
    def document(self) -> Document | None:
        """Its data; None while it is not YAML."""
        return self.loaded if isinstance(self.loaded, Document) else None

    @property
    def known_to_be_yaml(self) -> bool:
        """Whether somebody has read it already, and it is YAML."""
        return "loaded" in self.__dict__ and self.document is not None

    @functools.cached_property
    def written(self) -> Written | None:
        """Its components as they are written."""
        return written_spec(self.document, self.schema) if self.document else None

    @functools.cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Where it names its components."""
        return mentions(self.text, self.written, self.schema) if self.written else ()

    def mentioned(self, offset: int) -> tuple[Mention, ...]:
        """What is named at the offset; a pattern may mean several."""
        return tuple(one for one in self.mentions if one.span.holds(offset))

    def of(self, addresses: set[str]) -> Iterator[Mention]:
        """Where these components are named."""
        return (one for one in self.mentions if one.address in addresses)

    def path_at(self, offset: int) -> tuple[Path, bool] | None:
        """The innermost key or value at the offset, and whether it is a key."""
        document = self.document
        if document is None:
            return None
        keys = [(self.text.span(place), path, True) for path, place in document.keys.items()]
        values = [(self.text.span(place), path, False) for path, place in document.values.items()]
        around = [one for one in (*keys, *values) if one[0].holds(offset)]
        if not around:
            return None
        _, path, key = min(around, key=lambda one: (one[0].end - one[0].start, not one[2], -len(one[1])))
        return path, key

    def span_at(self, path: Path, key: bool) -> Span:
        """Where a key or a value stands; the start of the text if it does not."""
        if self.document is None:
            return Span(0, 0)
        return self.text.span(self.document.key_place(path) if key else self.document.value_place(path))
