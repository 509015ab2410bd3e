"""checkov: its rules on CloudFormation, and its search for secrets in text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from linter.policy.process import printed


def broken(templates: Path, tools: Path) -> Iterator[tuple[str, str, str]]:
    """Status 1 means findings. Without an account checkov needs nothing from the network."""
    command = (tools / "checkov/bin/checkov", "--directory", templates, "--framework", "cloudformation", "secrets")
    answer = json.loads(printed((*command, "--skip-download", "--compact", "--quiet", "--output", "json"), (0, 1)))
    for report in answer if isinstance(answer, list) else [answer]:
        for check in report.get("results", {}).get("failed_checks", ()):
            name = Path(check["file_path"]).stem
            yield name, check["check_id"], check["resource"].rpartition(".")[2]
