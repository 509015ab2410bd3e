"""Programs that behave as checkov and cfn-guard do, or worse."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from compiler.source.json_value import Json

_HEAD = f"""#!{sys.executable}
import json, os, sys, time
from pathlib import Path
arguments = sys.argv[1:]
folder = Path(arguments[arguments.index("--directory" if "--directory" in arguments else "--data") + 1])
templates = {{file.stem: file.read_text() for file in sorted(folder.glob("*.json"))}}
"""


def program(path: Path, body: str) -> Path:
    """A program whose `body` knows its `arguments`, the `folder` and the texts of its `templates`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_HEAD + body, encoding="utf-8")
    path.chmod(0o755)
    return path


def checkov(path: Path, checks: Json) -> Path:
    """Finds `checks` in each template that has their resource."""
    body = f"""
checks = json.loads({json.dumps(json.dumps(checks))})
found = [
    {{**check, "file_path": f"/{{name}}.json"}}
    for name, text in templates.items()
    for check in checks
    if f'"{{check["resource"].rpartition(".")[2]}}": ' in text
]
print(json.dumps([{{"results": {{"failed_checks": found}}, "summary": {{"parsing_errors": 0}}}}, {{"passed": 0}}]))
sys.exit(1 if found else 0)
"""
    return program(path, body)


def check(rule: str, resource: str, *keys: str, severity: str | None = None) -> Json:
    """A check that failed, as checkov's report has it."""
    about = {"check_id": rule, "check_name": f"Ensure {rule}", "resource": resource, "severity": severity}
    return {**about, "check_result": {"result": "FAILED", "evaluated_keys": list(keys)}, "file_line_range": [1, 2]}


def guard(path: Path, rules: Json) -> Path:
    """Finds `rules`, which are of a resource each, in each template that has it."""
    body = f"""
rules = json.loads({json.dumps(json.dumps(rules))})
reports = [
    {{"name": str(folder / f"{{name}}.json"), "not_compliant": [rule for of, rule in rules if f'"{{of}}": ' in text]}}
    for name, text in templates.items()
]
print(json.dumps(reports))
sys.exit(19 if any(report["not_compliant"] for report in reports) else 0)
"""
    return program(path, body)


def clause(name: str, message: str, logical_id: str, missing: str = "") -> Json:
    """A rule that a resource does not comply with, as cfn-guard's report has it, with the resource."""
    at = {"path": f"/Resources/{logical_id}/Properties", "value": {"Tags": {"path": "/Resources/Other", "value": 1}}}
    unresolved = {"traversed_to": at, "remaining_query": missing, "reason": "Could not find key"}
    unary = {"check": {"UnResolved": {"value": unresolved, "comparison": ["Exists", False]}}}
    messages = {"custom_message": "", "error_message": "Check was not compliant"}
    checks = [{"Clause": {"Unary": unary, "messages": messages}}]
    inner = {"Rule": {"name": "check", "messages": {"custom_message": message}, "checks": checks}}
    outer = {"name": name, "messages": {"custom_message": None}, "checks": [inner]}
    return [logical_id, {"Rule": outer}]
