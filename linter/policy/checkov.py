"""checkov: its rules on CloudFormation, and its search for secrets in text. Tried with 3.3.30."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from compiler.source.json_value import Json
from linter.policy.process import SECONDS, ToolFailed, printed, report_of
from linter.policy.violation import Violation

_FRAMEWORKS = "cloudformation,secrets"
_OFFLINE = ("--skip-download", "--skip-results-upload")
"""Without an account checkov needs nothing from the network: neither its guidelines nor its severities."""
_REPORT = ("--compact", "--quiet", "--output", "json")
_FOUND = (0, 1)
_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "informational", "info": "informational"}


def broken(templates: Path, program: Path, seconds: float = SECONDS) -> Iterator[Violation]:
    """What it finds in all templates of a folder. Raises `ToolFailed`."""
    command = (program, "--directory", templates, "--framework", _FRAMEWORKS, *_OFFLINE, *_REPORT)
    answer = report_of("checkov", printed(command, _FOUND, seconds=seconds))
    for report in answer if isinstance(answer, list) else [answer]:
        unread = report.get("summary", {}).get("parsing_errors", 0)
        if unread:
            raise ToolFailed(f"checkov could not read {unread} of the templates")
        for check in report.get("results", {}).get("failed_checks", ()):
            yield _violation(check)


def _violation(check: Json) -> Violation:
    """A secret is told by its line; its resource is a hash."""
    kind, _, logical_id = check["resource"].rpartition(".")
    return Violation(
        template=Path(check["file_path"]).stem,
        rule=check["check_id"],
        logical_id=logical_id if kind else "",
        message=check.get("check_name") or "",
        inner=_property(check.get("check_result", {}).get("evaluated_keys") or ()),
        level=_LEVELS.get(str(check.get("severity") or "").lower(), "warning"),
        line=0 if kind else check["file_line_range"][0],
    )


def _property(keys: Json) -> tuple[str, ...]:
    """The first property that the check has looked at: ``Properties/Policies/[0]/PolicyDocument``."""
    paths = (tuple(filter(None, re.split(r"[/\[\]]+", key))) for key in keys if isinstance(key, str))
    return next((path for path in paths if path[:1] == ("Properties",)), ())
