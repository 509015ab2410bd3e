"""cfn-guard with the rules of AWS Control Tower, both as @cdklabs/cdk-validator-cfnguard ships them."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Iterator
from pathlib import Path

from compiler.source.json_value import Json
from linter.policy.process import printed

_RULE = re.compile(r"\[(CT\.[A-Z0-9.]+)\]")
_RESOURCE = re.compile(r"/Resources/([A-Za-z0-9]+)")
_PACKAGE = "node_modules/@cdklabs/cdk-validator-cfnguard"


def broken(templates: Path, tools: Path) -> Iterator[tuple[str, str, str]]:
    """Status 19 means findings."""
    package = tools / _PACKAGE
    system = "macos" if platform.system() == "Darwin" else "ubuntu"
    machine = "aarch64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
    command = (package / "bin" / system / machine / "cfn-guard", "validate", "--structured", "--output-format", "json")
    rules = ("--show-summary", "none", "--rules", package / "rules/control-tower/cfn-guard", "--data", templates)
    for report in json.loads(printed((*command, *rules), (0, 19))):
        for rule in report["not_compliant"]:
            yield from ((Path(report["name"]).stem, *one) for one in _of_rule(rule))


def _of_rule(rule: Json) -> Iterator[tuple[str, str]]:
    """The id stands in the rule's message only."""
    found = _RULE.search(json.dumps(rule))
    name = found[1] if found else rule["Rule"]["name"]
    yield from ((name, resource) for resource in sorted(set(_resources(rule))))


def _resources(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _resources(item)
    elif isinstance(value, dict):
        path = value.get("path")
        if isinstance(path, str) and "value" in value:
            yield from _RESOURCE.findall(path)[:1]
        else:
            for child in value.values():
                yield from _resources(child)
