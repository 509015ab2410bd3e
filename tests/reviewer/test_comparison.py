"""A spec against a Git revision, a folder of templates, another version of itself; and the command that shows it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from tests.reviewer.compiling import SHOP, changed
from tests.surroundings.faults import TOLD
from tests.surroundings.running import ended

CODE = "functions: {api: {runtime: python3.13, code: ../code/api, handler: app.handler}}\n"
Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A repository with the shop's spec and its code, committed as `main`, in which commands run."""
    monkeypatch.chdir(tmp_path)
    for file, text in (("spec/shop.yaml", SHOP + CODE), ("code/api/app.py", "handler = print\n")):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(text, encoding="utf-8")

    def run(*arguments: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        return subprocess.run(["git", *identity, *arguments], capture_output=True, text=True, check=True).stdout

    run("init", "--quiet", "--initial-branch=main", ".")
    run("add", ".")
    run("commit", "--quiet", "--message=first")
    return run


def diff(*options: str) -> Result:
    return CliRunner().invoke(main, ["diff", "spec/shop.yaml", "--env", "dev", *options])


def write(text: str) -> None:
    Path("spec/shop.yaml").write_text(text, encoding="utf-8")


def test_a_change_is_shown_against_the_last_commit(git: Git) -> None:
    write(changed("wider-grant") + CODE)
    shown = diff()
    assert shown.exit_code == 0
    assert (
        "RISK  access  services.web  may now write buckets.media, deletion included (could read before)" in shown.stdout
    )
    assert "Components: 1 changed in place. Resources: 1." in shown.stdout


def test_nothing_of_the_work_tree_or_the_index_is_touched(git: Git) -> None:
    write(changed("wider-grant") + CODE)
    before = git("status", "--porcelain"), git("rev-parse", "HEAD")
    diff("--against", "main")
    assert (git("status", "--porcelain"), git("rev-parse", "HEAD")) == before


def test_any_revision_is_read(git: Git) -> None:
    write(changed("wider-grant") + CODE)
    git("commit", "--quiet", "--all", "--message=second")
    assert "No changes." in diff("--against", "main").stdout
    assert "may now write buckets.media" in diff("--against", "HEAD~1").stdout


def test_other_code_is_a_change_of_its_function(git: Git) -> None:
    Path("code/api/app.py").write_text("handler = repr\n", encoding="utf-8")
    assert "~ functions.api  in place  code in ../code/api has changed" in diff().stdout
    git("checkout", "--quiet", ".")
    assert "No changes." in diff().stdout
    Path("code/api/new.py").write_text("", encoding="utf-8")
    assert "code in ../code/api has changed" in diff().stdout


def test_the_lock_file_of_the_revision_is_its_own(git: Git) -> None:
    Path("spec/shop.lock.json").write_text("not a lock file", encoding="utf-8")
    git("add", ".")
    git("commit", "--quiet", "--message=broken")
    write((SHOP + CODE).replace("  media: {}", "  media: {existing: {}}"))
    assert diff().exit_code == 1
    Path("spec/shop.lock.json").unlink()
    write(SHOP + CODE)
    assert "No changes." in diff("--against", "HEAD~1").stdout


def test_an_environment_that_the_revision_does_not_have_is_new(git: Git) -> None:
    write(
        (SHOP + CODE).replace(
            "  dev: {posture: development}", "  dev: {posture: development}\n  test: {posture: development}"
        )
    )
    shown = CliRunner().invoke(main, ["diff", "spec/shop.yaml", "--env", "test"])
    assert "+ queues.jobs" in shown.stdout
    assert "9 created." in shown.stdout


def test_templates_that_were_written_are_compared_by_property(git: Git) -> None:
    assert CliRunner().invoke(main, ["compile", "spec/shop.yaml", "--out", "out"]).exit_code == 0
    write(changed("instance-class") + CODE)
    for folder in ("out", "out/shop", "out/shop/dev"):
        shown = diff("--against", folder).stdout
        assert "DBInstanceClass: db.t4g.micro → db.t4g.small" in shown
        assert "Components: 1 changed in place. Resources: 1." in shown


def test_templates_in_yaml_are_read_too(git: Git) -> None:
    options = ["compile", "spec/shop.yaml", "--out", "out", "--template-format", "yaml"]
    assert CliRunner().invoke(main, options).exit_code == 0
    assert "No changes." in diff("--against", "out").stdout


def test_another_version_of_the_spec_is_compared(git: Git) -> None:
    Path("other").mkdir()
    Path("other/shop.yaml").write_text(changed("wider-grant") + CODE, encoding="utf-8")
    for other in ("other", "other/shop.yaml"):
        assert "may no longer write buckets.media" in diff("--against", other).stdout


@pytest.mark.parametrize(
    ("against", "text"),
    [
        ("nowhere", "'nowhere' is no folder, file or Git revision"),
        ("--help-me", "'--help-me' is no folder, file or Git revision"),
        ("code", "'code' has neither templates of dev nor shop.yaml"),
        ("out/old", "has templates of another platform or environment"),
    ],
)
def test_what_can_not_be_compared_with_is_refused(git: Git, against: str, text: str) -> None:
    Path("out/old").mkdir(parents=True)
    Path("out/old/manifest.json").write_text('{"platform": "other", "roots": []}', encoding="utf-8")
    shown = diff(f"--against={against}")
    assert (shown.exit_code, text in shown.stderr) == (1, True)
    assert "error[nothing-to-compare]" in shown.stderr


def test_a_revision_without_the_spec_is_refused(git: Git) -> None:
    write(SHOP)
    Path("spec/second.yaml").write_text(SHOP, encoding="utf-8")
    shown = CliRunner().invoke(main, ["diff", "spec/second.yaml", "--env", "dev"])
    assert "revision 'HEAD' has no second.yaml" in shown.stderr


def test_against_nothing_everything_is_created(git: Git) -> None:
    shown = diff("--against", "nothing", "--format", "json")
    (review,) = json.loads(shown.stdout)["reviews"]
    assert {one["effect"] for one in review["components"]} == {"create"}
    assert {one["action"] for one in review["changes"]} == {"Add"}
    Path("nothing").mkdir()
    assert "'nothing' has neither templates of dev nor shop.yaml" in diff("--against", "nothing").stderr


def test_errors_of_an_earlier_spec_name_the_revision(git: Git) -> None:
    write(SHOP.replace("media: {}", "media: {such: 1}"))
    git("commit", "--quiet", "--all", "--message=wrong")
    write(SHOP)
    shown = diff()
    assert shown.exit_code == 1
    assert "HEAD:spec/shop.yaml:12:11: error[unknown-property]" in shown.stderr


def test_the_review_is_written_in_every_form(git: Git) -> None:
    write(changed("another-key") + CODE)
    files = [f"--review=review{suffix}" for suffix in (".md", ".html", ".json", ".txt")]
    shown = diff("--format", "json", *files)
    assert json.loads(shown.stdout)["reviews"] == json.loads(Path("review.json").read_text("utf-8"))["reviews"]
    assert "### shop · dev · compare" in Path("review.md").read_text("utf-8")
    assert "<!doctype html>" in Path("review.html").read_text("utf-8")
    assert "OrdersTable" in Path("review.txt").read_text("utf-8")


def test_a_file_of_no_form_is_a_wrong_command(git: Git) -> None:
    shown = diff("--review", "review.pdf")
    assert (shown.exit_code, "ends with none of .md, .html, .json, .txt" in shown.stderr) == (2, True)


def test_a_file_that_can_not_be_written_is_told(git: Git) -> None:
    shown = diff("--review", "nowhere/review.md")
    assert (shown.exit_code, "error[unwritable-output]" in shown.stderr) == (1, True)


def test_a_full_temporary_disk_is_told(git: Git) -> None:
    words = ["diff", "spec/shop.yaml", "--env", "dev", "--against", "main"]
    found = ended(words, Path.cwd(), TOLD["there is no room on the disk"])
    assert "error[unwritable-output]: the spec of revision 'main' needs a temporary folder" in found.stderr
    assert found.status == 1 and "Traceback" not in found.stderr
