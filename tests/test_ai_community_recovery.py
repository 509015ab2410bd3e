"""The recovery of AI Community: its runbooks are those of the spec, and what they lead to compiles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from cli import main
from compiler.pipeline import check_spec, compile_spec
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json

ROOT = Path(__file__).parent.parent
SPEC = ROOT / "spec" / "ai-community.yaml"
RUNBOOKS = ROOT / "docs" / "runbooks"
FOUND = {
    "MAIN_AUTOMATED_BACKUP": "arn:aws:rds:us-west-2:333333333333:auto-backup:ab-abcdefghijklmnopqrstuvwxyz",
    "RECOVERY_KEY": "arn:aws:kms:us-west-2:333333333333:key/12345678-1234-1234-1234-123456789012",
    "APPLICATION_SECRET": "arn:aws:secretsmanager:us-west-2:333333333333:secret:application-AbCdEf",
}
"""What the commands of the runbook show, where AWS has a form for it."""


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_runbooks_are_up_to_date(environment: str) -> None:
    out = RUNBOOKS / f"ai-community-{environment}.md"
    run = CliRunner().invoke(main, ["runbook", str(SPEC), "--env", environment, "--out", str(out), "--check"])
    assert run.exit_code == 0, run.output


def shown(page: Path) -> Json:
    """The environment of the recovery that a page shows, with what its commands would have found."""
    (block,) = re.findall(r"```yaml\n(environments:\n  prod-recovery:.*?)```", page.read_text("utf-8"), re.DOTALL)
    named = re.sub(r"\b[A-Z]+(?:_[A-Z]+)+\b", lambda word: FOUND.get(word[0], word[0].lower().replace("_", "-")), block)
    return yaml.safe_load(named)["environments"]["prod-recovery"]


def over(base: Json, patch: Json) -> Json:
    """One patch over another, in which null still removes."""
    if not isinstance(base, dict) or not isinstance(patch, dict):
        return patch
    return {**base, **{key: over(base.get(key), value) for key, value in patch.items()}}


def written(folder: Path, environments: Json) -> str:
    """The spec with changed or further environments."""
    spec = yaml.safe_load(SPEC.read_text("utf-8"))
    path = folder / "ai-community.yaml"
    path.write_text(yaml.safe_dump(over(spec, {"environments": environments}), sort_keys=False), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("settings", "component"),
    [
        ({"databases": {"main": {"replicate_backups": None}}}, "databases.main"),
        ({"buckets": {"backups": {"replicate": None}}}, "buckets.backups"),
        ({"buckets": {"uploads": {"replicate": {"within_15_minutes": False}}}}, "buckets.uploads"),
        ({"secrets": {"application": {"replicas": None}}}, "secrets.application"),
        ({"recovery": {"images": False}}, "repositories.api"),
        ({"recovery": {"otherwise": {"search.logs": None}}}, "search.logs"),
    ],
)
def test_what_would_not_come_back_in_time_is_refused(settings: Json, component: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as problem:
        check_spec(written(tmp_path, {"prod": settings}))
    faults = {one.component: one.code for one in problem.value.diagnostics}
    assert faults[component] == "recovery-wish"
    assert set(faults.values()) == {"recovery-wish"}


def test_the_environment_of_the_runbook_compiles_beside_the_others(tmp_path: Path) -> None:
    runbook, page = RUNBOOKS / "ai-community-prod.md", ROOT / "docs" / "platforms" / "ai-community.md"
    drill = written(tmp_path, {"prod-recovery": over(shown(runbook), shown(page))})
    roots = [root for root in compile_spec(drill) if root.environment == "prod-recovery"]
    assert {root.region for root in roots} == {"us-east-1", "us-west-2"}
    there = [one for root in roots for child in root.children for one in child.body["Resources"].values()]
    (database,) = (one["Properties"] for one in there if one["Type"] == "AWS::RDS::DBInstance")
    assert database["SourceDBInstanceAutomatedBackupsArn"] == FOUND["MAIN_AUTOMATED_BACKUP"]
