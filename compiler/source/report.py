"""Reports of commands: text and diagnostics while they run, or one value for machines at the end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from compiler.source.diagnostics import Diagnostic, Place, Severity, SpecError, each_once
from compiler.source.diagnostics_view import diagnostic_lines, diagnostic_rows
from compiler.source.json_value import Json
from compiler.source.suppression import Ignored, ignored_lines, ignored_rows
from compiler.source.whole_file import write_whole

Print = Callable[[Iterable[str], bool], None]
"""Prints lines; the second argument is whether to standard error."""
_COLOURS = re.compile("\x1b\\[[0-9;]*m")


@dataclass
class Report:
    """The options of the running command, and the diagnostics reported so far."""

    print: Print
    as_json: bool = False
    strict: bool = False
    quiet: bool = False
    """Whether people are told only at what the command fails."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    """Findings that the spec accepts, which are counted and nothing more."""
    command: str = ""
    """The name of a command that CI systems run, which has formats for them."""
    subject: str = ""
    """The spec that the command is about."""
    form: Callable[[Report], str] | None = None
    """Makes the report in the format of a CI system."""
    file: Path | None = None
    """Takes what machines read, so that standard output has the text."""
    stops_at: frozenset[Severity] = frozenset({"error"})
    """The severities at which the command fails."""
    width: Callable[[bool], int | None] = lambda err: None
    """Columns of standard output, or of standard error; None where programs read lines, which stay whole."""
    _told: list[str] = field(default_factory=list)

    @property
    def failing(self) -> tuple[Diagnostic, ...]:
        """The diagnostics at which the command fails."""
        return tuple(filter(self.fails_at, self.diagnostics))

    def fails_at(self, found: Diagnostic) -> bool:
        """Whether this one makes the command fail."""
        return found.severity in self.stops_at or (self.strict and found.severity == "warning")

    @property
    def for_machines(self) -> bool:
        """Whether standard output is."""
        return self.file is None and (self.as_json or self.form is not None)

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
        self._tell_found(diagnostics, True)

    def show_ignored(self, ignored: Iterable[Ignored]) -> None:
        """Show people how much of what was found the spec accepts."""
        if not self.quiet:
            self._tell(ignored_lines(ignored), True)

    def fail(self, diagnostics: Sequence[Diagnostic]) -> None:
        """End with the diagnostics of an error."""
        self.show(diagnostics)
        if self.as_json or self.form or self.file:
            try:
                self.end({})
            except SpecError as unwritable:
                self.print(diagnostic_lines(unwritable.diagnostics), True)

    def end(self, value: Mapping[str, Json], lines: Iterable[str] = (), findings: bool = False) -> None:
        """The result: `value` with all diagnostics for machines, `lines` for people, after the diagnostics if those
        are the findings that were asked for. Raises `SpecError` if the file can't be written.
        """
        told = {"ignored": ignored_rows(self.ignored)} if self.command else {}
        about = {"diagnostics": diagnostic_rows(self.diagnostics), **told, **value}
        self.end_data(about, [*ignored_lines(self.ignored), *lines], findings)

    def end_data(self, value: Json, lines: Iterable[str], findings: bool = False) -> None:
        """A result without diagnostics, for scripts."""
        if findings:
            self._tell_found(self.diagnostics, False)
        if not self.quiet:
            self._tell(lines, False)
        if self.for_machines:
            self.print([self._written(value)], False)
        elif self.file:
            self._write(self._written(value))

    def _tell_found(self, diagnostics: Sequence[Diagnostic], err: bool) -> None:
        found = [one for one in diagnostics if self.fails_at(one)] if self.quiet else diagnostics
        if found or not self.quiet:
            self._tell(diagnostic_lines(found), err, diagnostic_lines(found, self.width(err)))

    def _tell(self, lines: Iterable[str], err: bool, shown: Iterable[str] | None = None) -> None:
        """Text for people, which machines do not get; `shown` are the lines as they fit into a terminal."""
        if not self.for_machines:
            whole = list(lines)
            self._told += whole
            self.print(whole if shown is None else shown, err)

    def _written(self, value: Json) -> str:
        if self.form:
            return self.form(self).removesuffix("\n")
        if self.as_json:
            return json.dumps(value, indent=2, ensure_ascii=False)
        return _COLOURS.sub("", "\n".join(self._told))

    def _write(self, text: str) -> None:
        file, self.file = self.file, None
        try:
            if file:
                write_whole(file, f"{text}\n".encode())
        except OSError as problem:
            self.as_json, self.form = False, None
            message = f"the report can't be written: {problem.strerror}"
            raise SpecError([Diagnostic("unwritable-output", message, Place(str(file), 1, 1))]) from None
