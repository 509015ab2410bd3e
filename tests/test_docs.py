"""What the documents show is run: specs, commands, settings and links."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

import compiler.pipeline
from cli import main
from compiler.pipeline import check_spec, compile_spec
from linter.lint import lint

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def test_the_spec_of_the_readme_is_the_example() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n# examples/guestbook.yaml\n(.*?)```", text, re.DOTALL)
    assert shown == (ROOT / "examples" / "guestbook.yaml").read_text(encoding="utf-8")
    assert 35 <= len(shown.splitlines()) <= 50


@pytest.mark.slow
def test_the_example_compiles_and_lints_clean(tmp_path: Path) -> None:
    compiled = compile_spec(str(ROOT / "examples" / "guestbook.yaml"))
    assert {one.environment for one in compiled} == {"dev", "prod"}
    assert [str(finding) for finding in lint(compiled, tmp_path)] == []


def test_the_example_gives_what_the_readme_promises() -> None:
    (dev,) = compile_spec(str(ROOT / "examples" / "guestbook.yaml"), ("dev",))
    resources = next(one.body["Resources"] for one in dev.children if one.name == "compute")
    variables = resources["ApiFunction"]["Properties"]["Environment"]["Variables"]
    assert {"MAIN_HOST", "MAIN_PORT", "MAIN_SECRET_ARN", "MEDIA_NAME", "MAILS_URL"} <= variables.keys()
    rules = [one for one in resources.values() if one["Type"].startswith("AWS::EC2::SecurityGroup")]
    assert sum(one["Properties"].get("FromPort") == 5432 for one in rules) == 2


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_yaml_in_the_documents_is_yaml(page: Path) -> None:
    for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        assert yaml.safe_load(block)


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command, name
        yield name, command


COMMANDS = dict(commands())


def shown_commands(page: Path) -> list[str]:
    """Each `stackwright …` of a page, with its options."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    inline = re.findall(r"`(stackwright [a-z][^`]*)`", text)
    blocks = re.findall(r"```(?:console|bash|yaml)\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    found = [match[0] for line in lines if (match := re.search(r"stackwright [a-z]+ [^#|&;>]*", line))]
    return [command for command in (*inline, *found) if not command.startswith("stackwright @")]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_commands_in_the_documents_exist_with_their_options(page: Path) -> None:
    for shown in shown_commands(page):
        words = [word.strip("[].…") for word in shlex.split(shown.replace("'", ""))][1:]
        command = COMMANDS[words[0]]
        if isinstance(command, click.Group) and words[1:]:
            command = command.commands[words[1]]
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert {word.split("=")[0] for word in words if word.startswith("-")} <= known | {"--help"}, shown


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_shows_an_example(name: str) -> None:
    shown = CliRunner().invoke(main, [name, "--help"])
    assert shown.exit_code == 0
    assert f"Example: stackwright {name} " in " ".join(shown.output.split())


def test_every_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert re.search(rf"`(stackwright )?{name}\b", text), name


SHOP = """
environments: {prod: {posture: production}}
topics: {alerts: {}}
network: {}
databases: {main: {engine: postgres, version: "16", instance: db.t4g.medium, storage: 50}}
functions:
  api: {runtime: python3.13, code: ./functions/api, handler: app.handler}
  batch-import: {runtime: python3.13, code: ./functions/batch, handler: app.handler}
"""
"""What the parts of a spec on the page of alarms are about."""
PARTS = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("part", PARTS)
def test_specs_on_the_page_of_alarms_compile(part: str, tmp_path: Path) -> None:
    spec = tmp_path / "shop.yaml"
    spec.write_text(part if part.startswith("platform:") else f"platform: shop\n{SHOP}{part}", encoding="utf-8")
    (one,) = compile_spec(str(spec))
    assert not [warning for warning in one.warnings if warning.code == "idle-pattern"]
    assert any(child.name == "monitoring" for child in one.children)


PLATFORMS = sorted((ROOT / "docs" / "platforms").glob("*.md"))


@pytest.mark.parametrize("page", PLATFORMS, ids=[page.stem for page in PLATFORMS])
def test_spec_paths_of_a_platform_page_exist(page: Path) -> None:
    spec = ROOT / "spec" / f"{page.stem}.yaml"
    resolved = [one.document.data for one in check_spec(str(spec))]
    raw = yaml.safe_load(spec.read_text(encoding="utf-8"))
    paths = re.findall(r"`spec: ([^`]+)`", page.read_text(encoding="utf-8"))
    assert paths
    for path in paths:
        assert any(_has(data, path.split(".")) for data in (raw, *resolved)), path


def _has(data: object, steps: list[str]) -> bool:
    for step in steps:
        if not isinstance(data, dict) or step not in data:
            return False
        data = data[step]
    return True


def test_every_suppression_is_listed_with_its_reason() -> None:
    listed = (ROOT / "docs" / "suppressions.md").read_text(encoding="utf-8")
    used: set[str] = set()
    for path in sorted((ROOT / "tests" / "golden").glob("*/expected/*.yaml")):
        used |= set(re.findall(r"\b(?:[EWI]\d{4}|CKV2?_AWS_\d+)\b", path.read_text(encoding="utf-8")))
    assert used
    assert {rule for rule in used if rule not in listed} == set()


ABOUT_THE_CODE = [ROOT / "CONTRIBUTING.md", ROOT / "docs" / "architecture.md", ROOT / "docs" / "schema-keywords.md"]


@pytest.mark.parametrize("page", ABOUT_THE_CODE, ids=lambda page: page.name)
def test_files_and_folders_that_the_documents_name_are_there(page: Path) -> None:
    """A part in angle brackets stands for several, of which at least one is there."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    tops = {path.name for path in ROOT.iterdir()}
    named = {word for word in re.findall(r"`([\w./<>*-]+)`", text) if "/" in word and word.split("/")[0] in tops}
    assert named
    for word in named:
        assert list(ROOT.glob(re.sub(r"<[^>]*>", "*", word.rstrip("/")))), word


def test_the_page_about_the_house_has_every_shared_module() -> None:
    chapter = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("## What several kinds use")[1]
    shown = re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\|[^|]*\|(.*)\|$", chapter, re.MULTILINE)))
    there = {path.stem for path in (ROOT / "compiler" / "shared").glob("*.py")} - {"__init__"}
    assert sorted(shown) == sorted(there)


def test_the_page_about_the_house_has_every_stage_of_the_pipeline() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("## The way of the data")[1]
    table = re.findall(r"^\| (\w+) \| `compiler/", page.split("\n## ")[0], re.MULTILINE)
    told = re.findall(r"^(\w+) {2,}", str(compiler.pipeline.__doc__), re.MULTILINE)
    assert table == [*told[1:], "emit"]


def test_the_pictures_in_the_documents_are_drawn() -> None:
    """A block of Mermaid follows the command that draws it."""
    page = (ROOT / "docs" / "graph.md").read_text(encoding="utf-8")
    shown = re.findall(r"```console\n\$ stackwright (graph .*?)\n```\n\n```mermaid\n(.*?)```", page, re.DOTALL)
    assert len(shown) == 2
    for command, picture in shown:
        arguments = [str(ROOT / one) if one.startswith("examples/") else one for one in shlex.split(command)]
        assert CliRunner().invoke(main, arguments).output == picture
