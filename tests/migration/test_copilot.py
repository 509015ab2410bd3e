"""`stackwright import-from copilot`: samples become the specs and reports beside them, which are valid and clean."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from compiler.language.schema import load_schema
from compiler.source.diagnostics import Place
from compiler.source.document import Document
from compiler.source.json_value import Json
from compiler.source.load import load
from deployer.migration.application import Application
from deployer.migration.conversion import Converted, converted
from deployer.migration.patches import patch
from deployer.migration.settling import settled
from deployer.migration.times import expression, seconds
from deployer.migration.workloads.types import TYPES

ROOT = Path(__file__).parents[2]
SINGLE = frozenset(name for name, kind in load_schema().kinds.items() if kind.get("x-singleton"))
SAMPLES = Path(__file__).with_name("samples")
CASES = tuple(sorted(path.name for path in SAMPLES.iterdir()))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def copied(case: str, folder: Path) -> None:
    shutil.copytree(SAMPLES / case / "copilot", folder / "copilot")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [*words], catch_exceptions=False)


def convert(*more: str) -> Result:
    return run("import-from", "copilot", ".", "--out", "spec.yaml", *more)


@pytest.mark.parametrize("case", CASES)
def test_a_sample_becomes_this_spec_and_this_report(case: str, folder: Path, update: bool) -> None:
    copied(case, folder)
    told = convert()
    assert told.exit_code == 0, told.output
    made = {"spec.yaml": (folder / "spec.yaml").read_text("utf-8"), "report.txt": told.stderr + told.stdout}
    for name, text in made.items():
        if update:
            (SAMPLES / case / name).write_text(text, encoding="utf-8")
        assert (SAMPLES / case / name).read_text("utf-8") == text
    assert run("fmt", "--check", "spec.yaml").exit_code == 0


@pytest.mark.parametrize("case", CASES)
def test_what_a_sample_becomes_compiles(case: str, folder: Path) -> None:
    shutil.copy(SAMPLES / case / "spec.yaml", folder)
    told = run("compile", "spec.yaml", "--strict")
    assert told.exit_code == 0, told.output


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_what_a_sample_becomes_lints(case: str, folder: Path) -> None:
    shutil.copy(SAMPLES / case / "spec.yaml", folder)
    told = run("lint", "spec.yaml")
    assert told.output == "no findings\n"


@pytest.mark.slow
def test_an_application_of_three_services_a_job_and_an_addon_deploys(folder: Path) -> None:
    shutil.copy(SAMPLES / "shop" / "spec.yaml", folder)
    for built in ("mailer", "web"):
        (folder / built).mkdir()
        (folder / built / "Dockerfile").write_text("FROM scratch\n")
    told = run("deploy", "spec.yaml", "--env", "test", "--sandbox", "--yes")
    assert told.exit_code == 0, told.output


@pytest.mark.parametrize("case", CASES)
def test_each_line_of_the_report_is_a_line_of_a_manifest(case: str, folder: Path) -> None:
    copied(case, folder)
    rows = json.loads(convert("--format", "json").stdout)["diagnostics"]
    assert rows
    for row in rows:
        assert row["code"] in ("not-converted", "converted-differently") and row["suggestion"]
        path = folder / row["file"]
        if path.is_file():
            assert row["line"] <= len(path.read_text("utf-8").splitlines())
        else:
            assert path.is_dir() and path.name == "overrides"


WALK = (ROOT / "docs" / "migrating.md").read_text("utf-8").partition("<!-- walk -->")[2].partition("<!-- /walk -->")[0]


def test_the_page_shows_what_becomes_of_its_manifest(folder: Path) -> None:
    manifest, shown, spec = re.findall(r"```(?:yaml|console|text)\n(.*?)```", WALK, re.DOTALL)
    application(folder, {"api/manifest.yml": manifest})
    command, *report = shown.splitlines()
    told = run(*shlex.split(command)[2:])
    assert told.exit_code == 0
    assert [line for line in report if line not in told.stderr] == []
    assert spec in (folder / "spec" / "shop.yaml").read_text("utf-8")


def application(folder: Path, files: dict[str, str], workspace: str = "application: shop\n") -> None:
    for name, text in {".workspace": workspace, **files}.items():
        path = folder / "copilot" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


JOB = "name: job\ntype: Scheduled Job\nimage: {location: 'example.com/job:1'}\n"


@pytest.mark.parametrize("name", ["spec.yaml", "../spec.yaml", "{folder}/../other.yaml"])
def test_nothing_is_overwritten(name: str, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    application(folder, {"job/manifest.yml": JOB})
    out = name.format(folder=tmp_path_factory.mktemp("else"))
    Path(out).write_text("mine\n", encoding="utf-8")
    told = convert("--out", out)
    assert told.exit_code == 1
    assert f"{out}:1:1: error[file-in-the-way]" in told.stderr
    assert Path(out).read_text("utf-8") == "mine\n"


def test_it_writes_anywhere(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    application(folder, {"job/manifest.yml": JOB})
    out = tmp_path_factory.mktemp("else") / "new" / "spec.yaml"
    assert convert("--out", str(out)).exit_code == 0
    assert run("validate", str(out)).exit_code == 0


@pytest.mark.parametrize(
    ("build", "image"),
    [
        ("Dockerfile", {"build": "../"}),
        ("web/Dockerfile.prod", {"build": "../web", "file": "Dockerfile.prod"}),
        ("{dockerfile: web/docker/Dockerfile, context: web}", {"build": "../web", "file": "docker/Dockerfile"}),
        ("{context: web, target: app}", {"build": "../web", "target": "app"}),
        ("{dockerfile: ./Dockerfile, args: {A: '${b}', N: 2}}", {"build": "../", "args": {"A": "$${b}", "N": "2"}}),
        ("{dockerfile: a/Dockerfile, cache_from: [x/y:1]}", {"build": "../a", "cache": ["x/y:1"]}),
    ],
)
def test_an_image_is_built_from_the_same(build: str, image: dict[str, Json], folder: Path) -> None:
    application(folder, {"job/manifest.yml": f"name: job\ntype: Scheduled Job\nimage: {{build: {build}}}\n"})
    told = run("import-from", "copilot", ".", "--out", "spec/shop.yaml")
    assert told.exit_code == 0, told.output
    made = load("spec/shop.yaml").data["jobs"]["job"]["image"]
    assert {**made, "build": made["build"].rstrip("/")} == {**image, "build": str(image["build"]).rstrip("/")}
    assert "repositories" not in load("spec/shop.yaml").data


def test_a_dockerfile_outside_of_what_is_built_is_told(folder: Path) -> None:
    build = "{dockerfile: docker/Dockerfile, context: web}"
    application(folder, {"job/manifest.yml": f"name: job\ntype: Scheduled Job\nimage: {{build: {build}}}\n"})
    told = convert()
    assert "the Dockerfile 'docker/Dockerfile' is not in the folder that is built, 'web'" in told.stderr
    assert load("spec.yaml").data["jobs"]["job"]["image"] == "${repositories.job.uri}:1"


def test_settings_that_exclude_each_other_are_replaced(folder: Path) -> None:
    scaled = "count: {range: 1-4, cpu_percentage: 70, cooldown: {in: 30s}}\n"
    service = "name: web\ntype: Backend Service\nimage: {build: Dockerfile}\n" + scaled
    over = "environments:\n  prod: {count: {spot: 2}, image: {location: 'example.com/web:1'}}\n"
    application(folder, {"web/manifest.yml": service + over})
    told = convert()
    assert "not-converted" not in told.stderr
    assert run("resolve", "spec.yaml", "--env", "prod").stdout.count("image: example.com/web:1") == 1
    changes = load("spec.yaml").data["environments"]["prod"]["services"]["web"]
    assert changes["spot"] is True and changes["scale"]["min"] == 2 and changes["image"] == "example.com/web:1"


def test_the_same_application_gives_the_same_bytes_and_is_written_once(folder: Path) -> None:
    copied("shop", folder)
    assert convert().exit_code == 0
    again = convert()
    assert again.exit_code == 0 and "nothing to write" in again.stdout


def test_strict_writes_nothing_where_a_setting_is_lost(folder: Path) -> None:
    application(folder, {"job/manifest.yml": f"{JOB}retries: 3\n"})
    assert convert("--strict").exit_code == 1
    assert not (folder / "spec.yaml").exists()


@pytest.mark.parametrize(
    ("files", "workspace", "expected"),
    [
        ({}, "application: shop\n", "copilot:1:1: error[not-a-copilot-application]: there is no manifest"),
        ({"job/manifest.yml": JOB}, "other: x\n", "copilot/.workspace:1:1: error[not-a-copilot-application]"),
        ({"a/manifest.yml": "name: a\n"}, "application: shop\n", "the manifest has no 'type'"),
        ({"a/manifest.yml": "type: Scheduled Job\n"}, "application: shop\n", "the manifest has no 'name'"),
        ({"a/manifest.yml": "name: a\ntype: Schedule Job\n"}, "application: shop\n", "did you mean 'Scheduled Job'?"),
        ({"a/manifest.yml": "name: [a\n"}, "application: shop\n", "copilot/a/manifest.yml:2:1: error[yaml-syntax]"),
    ],
)
def test_what_is_no_application_is_told(files: dict[str, str], workspace: str, expected: str, folder: Path) -> None:
    application(folder, files, workspace)
    told = convert()
    assert (told.exit_code, told.stdout) == (1, "")
    assert expected in told.stderr


def test_a_folder_without_an_application(folder: Path) -> None:
    told = convert()
    assert told.exit_code == 1
    assert ".:1:1: error[not-a-copilot-application]: this is no application of AWS Copilot" in told.stderr


ODD: tuple[Json, ...] = (None, 7, "text", True, [], [1], {}, {"a": 1}, [{"a": 1}], "${X}")


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("value", ODD, ids=str)
def test_values_of_any_form_end_in_a_valid_spec_or_a_message(kind: str, value: Json, folder: Path) -> None:
    """No manifest makes a traceback, whatever stands at its keys."""
    keys = ("http", "count", "storage", "sidecars", "network", "subscribe", "publish", "variables", "secrets", "on")
    usual = {"name": "a", "type": kind, "image": {"location": "example.com/a:1", "port": 80}}
    for key in ("image", *keys, "logging", "deployment", "platform", "files", "taskdef_overrides", "observability"):
        made(usual | {key: value}, folder)
    settled(made(usual | dict.fromkeys(keys, value), folder), "")


def made(manifest: Json, folder: Path) -> Converted:
    document = Document("m.yml", manifest, {}, {})
    found = Application("shop", Place("w", 1, 1), (document,), {"prod": None}, (), folder)
    return converted(found, "us-east-1", SINGLE)


@pytest.mark.parametrize("value", ODD, ids=str)
def test_templates_of_any_form_end_in_a_spec(value: Json, folder: Path) -> None:
    for template in ({"Resources": value}, {"Resources": {"A": value}}, {"Outputs": value}, {"Outputs": {"A": value}}):
        application(folder, {"job/manifest.yml": JOB, "job/addons/a.yml": json.dumps({"Parameters": {}, **template})})
        told = convert("--out", f"{len(list(folder.iterdir()))}.yaml")
        assert told.exit_code in (0, 1)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("@yearly", "cron(0 0 1 1 ? *)"),
        ("@daily", "cron(0 0 * * ? *)"),
        ("@every 5m", "rate(5 minutes)"),
        ("@every 1h", "rate(1 hour)"),
        ("@every 48h", "rate(2 days)"),
        ("@every 90s", None),
        ("rate(1 hour)", "rate(1 hour)"),
        ("cron(0 9 ? * MON-FRI *)", "cron(0 9 ? * MON-FRI *)"),
        ("*/5 * * * *", "cron(*/5 * * * ? *)"),
        ("0 3 * * 0", "cron(0 3 ? * 1 *)"),
        ("0 3 * * 1-5", "cron(0 3 ? * 2-6 *)"),
        ("0 3 * * 7", "cron(0 3 ? * 1 *)"),
        ("0 3 * * MON", "cron(0 3 ? * MON *)"),
        ("0 3 1 * *", "cron(0 3 1 * ? *)"),
        ("0 3 1 * 1", None),
        ("now and then", None),
    ],
)
def test_schedules(schedule: str, expected: str | None) -> None:
    assert expression(schedule) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("90s", 90), ("1m30s", 90), ("250ms", 0.25), ("1h", 3600), ("x", None), ("5", None)]
)
def test_durations(text: str, expected: float | None) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    ("under", "wanted"),
    [({"a": 1}, {"a": 2}), ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}}), ({"a": [1]}, {}), ({}, {"a": {"b": {}}})],
)
def test_a_patch_makes_one_of_the_other(under: Json, wanted: Json) -> None:
    assert _laid_over(under, patch(under, wanted)) == wanted


def _laid_over(under: Json, over: Json) -> Json:
    """JSON Merge Patch, by RFC 7396."""
    if not isinstance(over, dict):
        return over
    made = dict(under) if isinstance(under, dict) else {}
    for key, value in over.items():
        if value is None:
            made.pop(key, None)
        else:
            made[key] = _laid_over(made.get(key), value)
    return made
