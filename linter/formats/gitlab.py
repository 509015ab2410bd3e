"""GitLab's code quality report, as its page "Code Quality" tells the format for tools of one's own."""

from __future__ import annotations

import json

from compiler.source.json_value import Json
from compiler.source.report import Report
from linter.formats.places import fingerprinted, relative
from linter.formats.rules import Rule

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def render(report: Report) -> str:
    """A list with an issue for each diagnostic; those of no file are at the spec's first line."""
    rows: list[Json] = []
    for found, fingerprint in fingerprinted(report.diagnostics):
        rows.append(
            {
                "description": f"{found.text}{f' ({found.suggestion})' if found.suggestion else ''}",
                "check_name": found.code,
                "fingerprint": fingerprint,
                "severity": _SEVERITIES[found.severity],
                "location": {
                    "path": relative(found.place.file or report.subject),
                    "lines": {"begin": found.place.line or 1, "end": found.place.end_line or found.place.line or 1},
                },
                "content": {"body": Rule(found.code).page},
            }
        )
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
