"""parliament: every policy of every role, as AWS would see it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from linter.policy.process import printed
from tests.security.policies import identity_policies


def broken(templates: Path, tools: Path) -> Iterator[tuple[str, str, str]]:
    """With the auditors that parliament's community wrote. Status 1 means findings."""
    with tempfile.TemporaryDirectory(prefix="stackwright-policies-") as name:
        folder = Path(name)
        for template in sorted(templates.glob("*.json")):
            _write(template, folder)
        command = (tools / "parliament/bin/parliament", "--directory", folder, "--include_policy_extension", "json")
        text = printed((*command, "--include-community-auditors", "--json"), (0, 1))
    for line in text.splitlines():
        finding = json.loads(line)
        name_of, logical_id, _ = Path(finding["location"]["filepath"]).stem.split("~")
        yield name_of, f"parliament {finding['issue']}", logical_id


def _write(template: Path, folder: Path) -> None:
    resources = json.loads(template.read_text(encoding="utf-8"))["Resources"]
    for index, (logical_id, policy) in enumerate(identity_policies(resources)):
        (folder / f"{template.stem}~{logical_id}~{index}.json").write_text(json.dumps(policy), encoding="utf-8")
