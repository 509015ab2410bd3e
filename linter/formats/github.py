"""GitHub's workflow commands, which become annotations of the lines of a pull request.

Escaped as the runner reads them (GitHub's page "Workflow commands", and escapeData and escapeProperty of
actions/toolkit). GitHub shows ten annotations of each severity a step, so the serious ones come first.
"""

from __future__ import annotations

from compiler.source.diagnostics import Diagnostic, summary
from compiler.source.report import Report
from compiler.source.suppression import ignored_lines
from linter.formats.places import relative

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def render(report: Report) -> str:
    """A command for each diagnostic, what is ignored, and how many there are."""
    ranked = sorted(report.diagnostics, key=lambda found: list(_COMMANDS).index(found.severity))
    lines = [_command(found) for found in ranked]
    return "\n".join([*lines, *ignored_lines(report.ignored), summary(report.diagnostics) or "no findings"]) + "\n"


def _command(found: Diagnostic) -> str:
    """Its place is that of the annotation, so the text has only what follows."""
    place = found.place
    properties: dict[str, object] = {"title": found.code}
    if place.file:
        end = place.end_line or place.line
        properties = {"file": relative(place.file), "line": place.line, "endLine": end}
        # columns of a stretch of several lines are refused
        properties |= {"col": place.column, "endColumn": place.end_column or place.column} if end == place.line else {}
        properties["title"] = found.code
    text = "\n".join([found.text, *found.details()])
    given = ",".join(f"{name}={_escaped(str(value), _PROPERTY)}" for name, value in properties.items())
    return f"::{_COMMANDS[found.severity]} {given}::{_escaped(text, _DATA)}"


def _escaped(text: str, codes: dict[str, str]) -> str:
    return "".join(codes.get(character, character) for character in text)
