"""How a command reports: text as it goes, diagnostics on standard error; or one JSON value at its end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from compiler.source.diagnostics import Diagnostic, SpecError, each_once
from compiler.source.diagnostics_view import diagnostic_lines, diagnostic_rows
from compiler.source.json_value import Json

Print = Callable[[Iterable[str], bool], None]
"""Prints lines, to standard error when told so."""


@dataclass
class Report:
    """The options of the running command, and what it has told so far."""

    print: Print
    as_json: bool = False
    strict: bool = False
    told: list[Diagnostic] = field(default_factory=list)

    def heed(self, warnings: Iterable[Diagnostic], shown: bool = True) -> None:
        """Show the warnings of a spec, each once. Raises `SpecError` with them for a strict command."""
        found = each_once(warnings)
        if self.strict and any(one.severity == "warning" for one in found):
            raise SpecError(found)
        if shown:
            self.tell(found)

    def tell(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Show diagnostics to people now, to machines at the end."""
        self.told += diagnostics
        if not self.as_json:
            self.print(diagnostic_lines(diagnostics), True)

    def end(self, value: Mapping[str, Json], lines: Iterable[str] = ()) -> None:
        """The result: `value` with all diagnostics for machines, `lines` for people."""
        self.end_data({"diagnostics": diagnostic_rows(self.told), **value}, lines)

    def end_data(self, value: Json, lines: Iterable[str]) -> None:
        """A result that scripts read as it is, without diagnostics."""
        text = [json.dumps(value, indent=2, ensure_ascii=False)] if self.as_json else lines
        self.print(text, False)
