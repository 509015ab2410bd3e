"""cdk-nag: its pack AwsSolutions over templates that the CDK includes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from linter.policy.process import printed

_SCRIPT = Path(__file__).with_name("nag.js")


def broken(templates: Path, tools: Path) -> Iterator[tuple[str, str, str]]:
    files = sorted(templates.glob("*.json"))
    modules = {"NODE_PATH": str((tools / "node_modules").resolve())}
    for line in printed(("node", _SCRIPT, *files), (0,), modules).splitlines():
        name, rule, logical_id = json.loads(line)
        yield name, rule, logical_id
