"""Reports of commands: text and diagnostics while they run, or one JSON value at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from compiler.source.diagnostics import Diagnostic, SpecError, each_once
from compiler.source.diagnostics_view import diagnostic_lines, diagnostic_rows
from compiler.source.json_value import Json

Print = Callable[[Iterable[str], bool], None]
"""Prints lines; the second argument is whether to standard error."""


@dataclass
class Report:
    """The options of the running command, and the diagnostics reported so far."""

    print: Print
    as_json: bool = False
    strict: bool = False
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def show_warnings(self, warnings: Iterable[Diagnostic], shown: bool = True) -> None:
        """Show the warnings of a spec, each once. Raises `SpecError` with them for a strict command."""
        shown_once = each_once(warnings)
        if self.strict and any(diagnostic.severity == "warning" for diagnostic in shown_once):
            raise SpecError(shown_once)
        if shown:
            self.show(shown_once)

    def show(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Show diagnostics to people now, to machines at the end."""
        self.diagnostics += diagnostics
        if not self.as_json:
            self.print(diagnostic_lines(diagnostics), True)

    def end(self, value: Mapping[str, Json], lines: Iterable[str] = ()) -> None:
        """The result: `value` with all diagnostics for machines, `lines` for people."""
        self.end_data({"diagnostics": diagnostic_rows(self.diagnostics), **value}, lines)

    def end_data(self, value: Json, lines: Iterable[str]) -> None:
        """A result without diagnostics, for scripts."""
        text = [json.dumps(value, indent=2, ensure_ascii=False)] if self.as_json else lines
        self.print(text, False)
