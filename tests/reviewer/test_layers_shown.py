"""How platforms on top of others are explained and drawn."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from cli import main

HEAD = "environments: {dev: {posture: development}}\n"
BELOW = f"platform: below\n{HEAD}queues: {{jobs: {{}}}}\nexports: {{jobs: {{}}}}\n"
ABOVE = (
    f"platform: above\n{HEAD}imports: {{base: {{platform: ./below.yaml}}}}\n"
    "functions: {api: {runtime: python3.13, code: c, handler: a.b, uses: {jobs: send}}}\n"
)


def told(folder: Path, *words: str) -> str:
    for name, text in (("below", BELOW), ("above", ABOVE)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    ran = CliRunner().invoke(main, [words[0], str(folder / f"{words[1]}.yaml"), *words[2:]])
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_an_imported_component_is_explained_by_its_parameters(tmp_path: Path) -> None:
    text = told(tmp_path, "explain", "above", "queues.jobs")
    assert "existing: {id: parameter BaseImportJobsId" in text
    assert "functions.api: send" in text
    assert "named /stackwright/below/dev/imported-by/above/dev/base" in told(
        tmp_path, "explain", "above", "imports.base"
    )
    assert "JobsExportId, SSM::Parameter" in told(tmp_path, "explain", "below", "queues.jobs")


def test_exports_and_imports_are_no_nodes_of_pictures(tmp_path: Path) -> None:
    assert "queues.jobs" in told(tmp_path, "graph", "below", "--env", "dev")
    pictures = [told(tmp_path, "graph", name, "--env", "dev") for name in ("above", "below")]
    assert not any("exports" in one or "imports" in one for one in pictures)
    assert "send" in pictures[0]
