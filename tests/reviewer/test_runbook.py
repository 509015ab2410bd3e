"""The runbook of a recovery: its text, its commands, and that the environment it describes is one."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from cli import main
from compiler.source.json_value import Json
from compiler.source.load import load
from tests.kinds.building import faults
from tests.kinds.test_recovery import HEAD, RULES, WISH

FOLDER = Path(__file__).parent / "runbook"
SPEC = FOLDER / "shop.yaml"
BOOK = FOLDER / "shop-prod.md"
ACCOUNT = "222222222222"
FILLED = {
    "RECOVERY_KEY": f"arn:aws:kms:us-west-2:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012",
    "AUTOMATED_BACKUP": f"arn:aws:rds:us-west-2:{ACCOUNT}:auto-backup:ab-l2ijcexjp7xq7hoj4siexample",
    "RECOVERY_POINT": f"arn:aws:rds:us-west-2:{ACCOUNT}:cluster-snapshot:awsbackup:copyjob-12345678",
    "TABLE": "shop-prod-DataStack-1ABC-OrdersTableGlobal-2DEF",
    "BUCKET": "shop-prod-datastack-1abc-uploadsbucketcopy-2def",
    "FILE_SYSTEM": "fs-0123456789abcdef0",
    "SECRET": f"arn:aws:secretsmanager:us-west-2:{ACCOUNT}:secret:ApiSecret-AbCdEf",
    "REPOSITORY": "shop-prod-app",
}
"""What the commands would show."""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["runbook", *arguments])


def test_the_text_is_as_it_was(update: bool) -> None:
    result = run(str(SPEC), "--env", "prod")
    assert result.exit_code == 0, result.output
    if update:
        BOOK.write_text(result.stdout)
    assert result.stdout == BOOK.read_text()


def test_it_is_the_same_whatever_the_hash_seed() -> None:
    program = "from cli import main; main()"
    texts = {
        subprocess.run(
            [sys.executable, "-c", program, "runbook", str(SPEC), "--env", "prod"],
            cwd=Path(__file__).parents[2],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert texts == {BOOK.read_text()}


def environment_in(text: str, snapshot: str = "cluster-snapshot") -> Json:
    """The environment of a runbook, with what its commands would show."""
    (shown,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    shown = re.sub(r"\b[A-Z0-9_]*?(" + "|".join(FILLED) + r")\b", lambda found: FILLED[found[1]], shown)
    shown = shown.replace(":cluster-snapshot:", f":{snapshot}:")
    assert not re.findall(r"\b[A-Z]+_[A-Z_]+\b", shown)
    return yaml.safe_load(shown)["environments"]["prod-recovery"]


def test_the_environment_that_it_describes_is_valid() -> None:
    """What the commands show is filled in, and the spec with it is sound."""
    spec = yaml.safe_load(SPEC.read_text())
    spec["environments"]["prod-recovery"] = environment_in(BOOK.read_text())
    found = faults(json.dumps(spec))
    assert {one.code for one in found} <= {"existing-unknown"}
    assert {one.component for one in found} <= {"filesystems.files"}


MET = [(section, text, rpo, rto) for section, text, rpo, rto, said in RULES if not said and "existing" not in text]
"""Specs of which every store meets its wish, in each way that there is."""


@pytest.mark.parametrize(("section", "text", "rpo", "rto"), MET)
def test_each_way_gives_an_environment_that_is_valid(
    section: str, text: str, rpo: str, rto: str, tmp_path: Path
) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(HEAD + WISH % (rpo, rto) + text)
    found = run(str(spec), "--env", "prod").stdout
    written: Json = load(str(spec)).data
    written["environments"]["prod-recovery"] = environment_in(
        found, "snapshot" if "postgres" in text else "cluster-snapshot"
    )
    allowed = {f"{section}.main"} if section == "filesystems" else set()  # what is looked up
    assert {one.component for one in faults(json.dumps(written))} <= allowed


def test_every_command_is_one_of_aws_cli() -> None:
    """Service, operation and options of each command, held against botocore's models."""
    import boto3

    commands = re.findall(r"^aws (\S+) (\S+) (.*)$", BOOK.read_text(), re.MULTILINE)
    assert len(commands) > 8
    own = {"region", "query", "output", "max-items"}
    for service, operation, rest in commands:
        name = {"s3api": "s3"}.get(service, service)
        client = boto3.client(name, region_name="us-west-2", aws_access_key_id="x", aws_secret_access_key="x")
        called = "".join(part.capitalize() for part in operation.split("-"))
        models = {one.lower(): one for one in client.meta.service_model.operation_names}
        model = client.meta.service_model.operation_model(models[called.lower()])
        known = {re.sub(r"[^a-z0-9]", "", member.lower()) for member in model.input_shape.members}
        options = set(re.findall(r"(?:^| )--([a-z-]+)", re.sub(r'"[^"]*"', "", rest))) - own
        assert {option.replace("-", "") for option in options} <= known, f"{service} {operation}"


def test_no_command_asks_the_region_that_is_lost() -> None:
    commands = re.findall(r"^aws .*$", BOOK.read_text(), re.MULTILINE)
    assert {region for one in commands for region in re.findall(r"--region (\S+)", one)} == {"us-west-2"}
    assert all("--region" in one for one in commands)


@pytest.mark.parametrize("query", re.findall(r'--query "([^"]*)"', BOOK.read_text()) if BOOK.exists() else [])
def test_every_query_is_one_of_jmespath(query: str) -> None:
    importlib.import_module("jmespath").compile(query)


def test_a_file_is_written_and_compared(tmp_path: Path) -> None:
    out = tmp_path / "prod.md"
    assert run(str(SPEC), "--env", "prod", "--check").exit_code == 2
    assert run(str(SPEC), "--env", "prod", "--out", str(out), "--check").exit_code == 1
    written = run(str(SPEC), "--env", "prod", "--out", str(out))
    assert (written.exit_code, out.read_text()) == (0, BOOK.read_text())
    assert run(str(SPEC), "--env", "prod", "--out", str(out), "--check").exit_code == 0
    out.write_text(f"{BOOK.read_text()}by hand\n")
    changed = run(str(SPEC), "--env", "prod", "--out", str(out), "--check")
    assert changed.exit_code == 1
    assert "differs from what the spec" in changed.stdout and f"--out {out}" in changed.stderr


def test_as_json_it_is_a_list_of_lines() -> None:
    result = run(str(SPEC), "--env", "prod", "--format", "json")
    assert json.loads(result.stdout)["runbook"] == BOOK.read_text().splitlines()


def test_an_environment_without_a_wish_has_none(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("platform: demo\nenvironments: {dev: {posture: development}}\nqueues: {jobs: {}}\n")
    result = run(str(spec), "--env", "dev")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[no-recovery]" in result.stderr


EACH = {
    "a table": ("tables", "'t-{x}': {each: {x: [a, b]}, key: id, replicas: {us-west-2: {}}}"),
    "words with values": (
        "tables",
        "'t-{x.short}': {each: {x: {acme: {short: a}, globex: {short: b}}}, key: id, replicas: {us-west-2: {}}}",
    ),
    "databases": (
        "databases",
        "'d-{x}': {each: {x: [a, b]}, engine: postgres, version: '17', replicate_backups: {region: us-west-2}}",
    ),
}


def recovered(text: str, folder: Path) -> tuple[Json, str]:
    """The spec with the environment of its runbook, and the runbook."""
    spec = folder / "spec.yaml"
    spec.write_text(text)
    result = run(str(spec), "--env", "prod")
    assert result.exit_code == 0, result.output
    written: Json = load(str(spec)).data
    written["environments"]["prod-recovery"] = environment_in(result.stdout, "snapshot")
    return written, result.stdout


@pytest.mark.parametrize("name", EACH)
def test_components_of_each_come_back_each_with_its_own(name: str, tmp_path: Path) -> None:
    section, line = EACH[name]
    written, text = recovered(f"{HEAD}{WISH % ('15m', '4h')}{section}: {{{line}}}\n", tmp_path)
    assert not faults(json.dumps(written))
    assert text.count("T_A_TABLE") == text.count("T_B_TABLE") or section != "tables"


def test_what_is_the_same_for_all_of_each_is_said_once(tmp_path: Path) -> None:
    line = "'t-{x}-{y}': {each: {x: [a, b], y: [c, d]}, key: id, replicas: {us-west-2: {}}}"
    otherwise = ", ".join(f"tables.t-{x}-{y}: 'rebuilt from events'" for x in "ab" for y in "cd")
    wish = f"recovery: {{region: us-west-2, rpo: 15m, rto: 4h, otherwise: {{{otherwise}}}}}\n"
    written, _ = recovered(f"{HEAD}{wish}tables: {{{line}}}\n", tmp_path)
    assert written["environments"]["prod-recovery"]["tables"] == {"t-{x}-{y}": {"replicas": None}}
    assert not faults(json.dumps(written))


def test_several_variables_with_a_copy_for_each_component_are_to_be_written_out(tmp_path: Path) -> None:
    line = "'t-{x}-{y}': {each: {x: [a, b], y: [c, d]}, key: id, replicas: {us-west-2: {}}}"
    written, text = recovered(f"{HEAD}{WISH % ('15m', '4h')}tables: {{{line}}}\n", tmp_path)
    assert "tables" not in written["environments"]["prod-recovery"]
    assert "Each component of `tables.t-{x}-{y}` needs settings of its own" in text


GROUP = """groups:
  tenant:
    each: {x: {a: {days: 3}, b: {days: 5}}}
    tables: {"t-{x}": {key: id, replicas: {us-west-2: {}}}}
    databases:
      "d-{x}": {engine: postgres, version: "17", replicate_backups: {region: us-west-2, days: "{x.days}"}}
"""


def test_components_of_a_group_come_back_in_their_group(tmp_path: Path) -> None:
    written, _ = recovered(f"{HEAD}{WISH % ('15m', '4h')}{GROUP}", tmp_path)
    back = written["environments"]["prod-recovery"]
    assert "tables" not in back and "databases" not in back
    assert set(back["groups"]["tenant"]) == {"tables", "databases"}
    assert set(back["groups"]["tenant"]["tables"]["t-{x}"]["each"]["x"]) == {"a", "b"}
    assert not faults(json.dumps(written))


@pytest.mark.parametrize(
    ("head", "settings", "named"),
    [
        ("", ", identifier: 'ledger-${env}'", "ledger-prod"),
        ("naming: '${platform}-${env}-${name}'\n", "", "demo-prod-main"),
    ],
)
def test_a_name_that_the_spec_gives_is_the_identifier(head: str, settings: str, named: str, tmp_path: Path) -> None:
    line = (
        f"databases: {{main: {{engine: postgres, version: '17', replicate_backups: {{region: us-west-2}}{settings}}}}}"
    )
    _, text = recovered(f"{HEAD}{head}{WISH % ('15m', '4h')}{line}\n", tmp_path)
    assert f"(its identifier is `{named}`)" in text
    assert "is in its identifier" not in text
