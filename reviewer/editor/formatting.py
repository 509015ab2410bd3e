"""The layout of `fmt`, as changes of an open text."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

import yaml

from compiler.source.layout import LayoutError, layout
from reviewer.editor.reading import Reading
from reviewer.editor.text import Change, Span


def formatted(reading: Reading) -> tuple[Change, ...]:
    """What brings the text into the layout, line by line; nothing while that can't be read."""
    content = reading.text.content
    if reading.document is None:
        return ()
    try:
        return tuple(_changes(content, layout(content)))
    except (LayoutError, yaml.YAMLError):
        return ()


def _changes(before: str, after: str) -> Iterator[Change]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    for kind, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield Change(Span(starts[first], starts[last]), "".join(new[begin:end]))
