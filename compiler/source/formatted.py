"""Files in the one layout: which differ from it, and writing it into them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path

import yaml

from compiler.source.diagnostics import Diagnostic, Place, SpecError
from compiler.source.frozen import frozen
from compiler.source.layout import LayoutError, layout
from compiler.source.load import load, read_text
from compiler.source.syntax import syntax_fault
from compiler.source.whole_file import write_whole


@frozen(eq=True)
class Formatted:
    """One file as it is and as it should be."""

    file: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after

    @property
    def line(self) -> int:
        """The first line that differs, counted from 1."""
        pairs = zip_longest(self.before.splitlines(keepends=True), self.after.splitlines(keepends=True))
        return next((number for number, (one, other) in enumerate(pairs, 1) if one != other), 1)


def formatted(files: Iterable[str]) -> tuple[Formatted, ...]:
    """Each file, and what it is in the layout. Raises `SpecError` with what is wrong in all of them."""
    found: list[Formatted] = []
    faults: list[Diagnostic] = []
    for file in dict.fromkeys(files):
        try:
            found.append(_formatted(file))
        except SpecError as problem:
            faults += problem.diagnostics
    if faults:
        raise SpecError(faults)
    return tuple(found)


def _formatted(file: str) -> Formatted:
    if Path(file).exists() and not Path(file).is_file():
        message, help_text = "only a file can be written in the layout", "name a file, no folder and no pipe"
        raise SpecError([Diagnostic("unreadable-file", message, Place(file, 1, 1), suggestion=help_text)])
    load(file)
    before = Path(file).read_bytes().decode("utf-8")
    text = read_text(file)
    try:
        return Formatted(file, before, layout(text))
    except yaml.YAMLError as problem:  # the layout takes less than a spec may be, such as a tab before a comment
        raise syntax_fault(file, text, problem) from None
    except LayoutError as problem:
        help_text = "leave the file as it is, and report its text as a bug"
        raise SpecError([Diagnostic("layout-changes", str(problem), Place(file, 1, 1), suggestion=help_text)]) from None


def unformatted(found: Sequence[Formatted]) -> tuple[Diagnostic, ...]:
    """An error for each file that differs, at its first line that does."""
    return tuple(
        Diagnostic(
            "not-formatted",
            "the file is not in the layout of `fmt`",
            Place(one.file, one.line, 1),
            suggestion=f"run: stackwright fmt {one.file}",
        )
        for one in found
        if one.differs
    )


def write_formatted(found: Iterable[Formatted]) -> None:
    """Write each file that differs, completely or not at all; a link stays one. Raises `SpecError` if one can't be."""
    for one in found:
        if one.differs:
            _write(one, Path(one.file))


def _write(one: Formatted, path: Path) -> None:
    try:
        write_whole(path, one.after.encode("utf-8"))
    except OSError as problem:
        message = f"the file can't be written: {problem.strerror}"
        raise SpecError([Diagnostic("unwritable-output", message, Place(one.file, 1, 1))]) from None
