"""Write reviews to files, each in the form that its suffix names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from compiler.source.diagnostics import Diagnostic, Place, SpecError
from compiler.source.whole_file import check_whole, write_whole
from reviewer.change import Review
from reviewer.markdown import markdown
from reviewer.view import Shown, render


def _text(reviews: Sequence[Review]) -> str:
    return "\n".join(render(review, Shown(everything=True, raw=True)) for review in reviews)


def review_json(reviews: Sequence[Review]) -> str:
    """The reviews as JSON, in the form of `schema/review.schema.json`."""
    value = {"format": FORMAT, "reviews": [review.to_json() for review in reviews]}
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _page(reviews: Sequence[Review]) -> str:
    from reviewer.page import page

    return page(reviews)


FORMAT = "stackwright-review/1"
FORMS: Mapping[str, Callable[[Sequence[Review]], str]] = {
    ".md": markdown,
    ".html": _page,
    ".json": review_json,
    ".txt": _text,
}
"""Suffix of a file → how reviews are written there."""


def check_writable(files: Iterable[Path]) -> None:
    """Raises `SpecError` when a file can't be written, before anything is done for what is to be in it."""
    for file in files:
        try:
            check_whole(file)
        except OSError as problem:
            raise _unwritable(file, problem) from None


def write_reviews(reviews: Sequence[Review], files: Iterable[Path]) -> None:
    """Write the reviews to each file. Raises `SpecError` when one can't be written."""
    for file in files:
        try:
            write_whole(file, FORMS[file.suffix](reviews).encode())
        except OSError as problem:
            raise _unwritable(file, problem) from None


def _unwritable(file: Path, problem: OSError) -> SpecError:
    message = f"the review can't be written: {problem.strerror}"
    return SpecError([Diagnostic("unwritable-output", message, Place(str(file), 1, 1))])
