"""Writing templates: all or nothing, nothing left over, compared without writing."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from cli import main

HEAD = "platform: demo\nenvironments:\n  dev: {posture: development}\n  prod: {posture: production}\n"
TWO = "queues:\n  jobs: {}\nbuckets:\n  media: {}\n"


def run(folder: Path, text: str, *options: str) -> Result:
    spec = folder / "spec.yaml"
    spec.write_text(text)
    return CliRunner().invoke(main, ["compile", str(spec), "--out", str(folder / "out"), *options])


def written(folder: Path) -> set[str]:
    out = folder / "out"
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}


def names(environment: str, *templates: str) -> set[str]:
    folder = f"demo/{environment}"
    return {f"{folder}/manifest.json", *(f"{folder}/us-east-1/{name}.template.json" for name in templates)}


def test_each_environment_has_a_root_its_stacks_and_a_manifest(tmp_path: Path) -> None:
    assert run(tmp_path, HEAD + TWO).exit_code == 0
    stacks = ("root", "data", "messaging", "security")
    assert written(tmp_path) == names("dev", *stacks) | names("prod", *stacks)


def test_a_stack_and_an_environment_that_are_gone_leave_nothing_behind(tmp_path: Path) -> None:
    run(tmp_path, HEAD + TWO)
    (tmp_path / "out" / "demo" / "dev" / "notes.txt").write_text("mine")
    assert run(tmp_path, HEAD.replace("  prod: {posture: production}\n", "") + "queues:\n  jobs: {}\n").exit_code == 0
    assert written(tmp_path) == names("dev", "root", "messaging", "security") | {"demo/dev/notes.txt"}


def test_compiling_one_environment_leaves_the_others_alone(tmp_path: Path) -> None:
    run(tmp_path, HEAD + TWO)
    before = (tmp_path / "out/demo/prod/manifest.json").read_bytes()
    run(tmp_path, HEAD + "queues:\n  jobs: {delay_seconds: 5}\n", "--env", "dev")
    assert (tmp_path / "out/demo/prod/manifest.json").read_bytes() == before
    assert not (tmp_path / "out/demo/dev/us-east-1/data.template.json").exists()


def test_check_writes_nothing_and_tells_every_difference(tmp_path: Path) -> None:
    assert run(tmp_path, HEAD + TWO, "--check").exit_code == 1
    assert not (tmp_path / "out").exists()
    run(tmp_path, HEAD + TWO)
    assert run(tmp_path, HEAD + TWO, "--check").exit_code == 0
    before = {name: (tmp_path / "out" / name).read_bytes() for name in written(tmp_path)}
    changed = run(tmp_path, HEAD + "queues:\n  jobs: {delay_seconds: 5}\n", "--check")
    assert changed.exit_code == 1
    assert "demo/dev/us-east-1/messaging.template.json differs from what the spec compiles to" in changed.stdout
    assert "demo/prod/us-east-1/data.template.json is no longer part of the spec" in changed.stdout
    assert before == {name: (tmp_path / "out" / name).read_bytes() for name in written(tmp_path)}


def test_check_tells_apart_how_files_differ_all_at_once(tmp_path: Path) -> None:
    run(tmp_path, HEAD + TWO)
    dev = tmp_path / "out/demo/dev/us-east-1"
    edited, crlf, missing, folder = (
        dev / f"{name}.template.json" for name in ("data", "messaging", "root", "security")
    )
    edited.write_bytes(edited.read_bytes().replace(b"\n", b"\r\n").replace(b"Delete", b"Retain", 1))
    crlf.write_bytes(crlf.read_bytes().replace(b"\n", b"\r\n"))
    missing.unlink()
    folder.unlink()
    folder.mkdir()
    extra = dev / "network.template.json"
    extra.write_text("{}")
    (tmp_path / "out/demo/prod/us-east-1/data.template.json").write_text("{}")
    (tmp_path / "out/demo/prod/manifest.json").write_text("half of {")
    found = run(tmp_path, HEAD + TWO, "--check", "--env", "dev", "--env", "prod")
    assert found.exit_code == 1
    out = tmp_path / "out/demo"
    assert found.stdout.splitlines() == [
        f"{edited} was edited after it was compiled",
        f"{crlf} differs only in its line ends: CRLF instead of LF",
        f"{missing} is missing",
        f"{folder} is a folder instead of a file",
        f"{out}/prod/manifest.json differs from what the spec compiles to",
        f"{out}/prod/us-east-1/data.template.json differs from what the spec compiles to",
        f"{extra} is no longer part of the spec",
    ]
    told = f"run: stackwright compile {tmp_path}/spec.yaml --env dev --env prod --out {tmp_path}/out"
    git = f"to keep git from changing line ends, put this into .gitattributes: {tmp_path}/out/** text eol=lf"
    assert found.stderr.splitlines() == [told, git]


def test_the_command_that_is_told_mends_what_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "two words"
    folder.mkdir()
    for form in ("json", "yaml"):
        options = ["--env", "dev", "--template-format", form]
        run(folder, HEAD + TWO, *options)
        told = run(folder, HEAD + TWO + "topics: {news: {}}\n", "--check", *options).stderr
        command = shlex.split(told.removeprefix("run: "))
        assert CliRunner().invoke(main, command[1:]).exit_code == 0
        assert run(folder, HEAD + TWO + "topics: {news: {}}\n", "--check", *options).exit_code == 0


def test_differences_for_machines_have_path_and_kind(tmp_path: Path) -> None:
    run(tmp_path, HEAD + TWO)
    file = tmp_path / "out/demo/dev/us-east-1/data.template.json"
    file.write_bytes(file.read_bytes() + b" ")
    told = json.loads(run(tmp_path, HEAD + TWO, "--check", "--format", "json").stdout)
    assert told["files"] == [{"path": str(file), "difference": "edited"}]
    assert told["differences"] == [f"{file} was edited after it was compiled"]


def test_a_folder_in_the_place_of_a_file_changes_nothing(tmp_path: Path) -> None:
    run(tmp_path, HEAD + TWO)
    file = tmp_path / "out/demo/prod/us-east-1/root.template.json"
    file.unlink()
    file.mkdir()
    before = {name: (tmp_path / "out" / name).read_bytes() for name in written(tmp_path)}
    failed = run(tmp_path, HEAD + TWO.replace("jobs: {}", "jobs: {delay_seconds: 5}"))
    assert (failed.exit_code, failed.stderr.splitlines()[0]) == (
        1,
        f"{file}:1:1: error[unwritable-output]: the output can't be written: Is a directory",
    )
    assert before == {name: (tmp_path / "out" / name).read_bytes() for name in written(tmp_path)}


def test_folders_among_the_templates_that_are_not_ours_stay(tmp_path: Path) -> None:
    run(tmp_path, HEAD + TWO)
    mine = tmp_path / "out/demo/dev/us-east-1/notes.template.json"
    mine.mkdir()
    assert run(tmp_path, HEAD + TWO).exit_code == 0
    assert mine.is_dir()
    assert run(tmp_path, HEAD + TWO, "--check").exit_code == 0


def test_an_output_folder_that_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").symlink_to("elsewhere")
    assert run(tmp_path, HEAD + TWO).exit_code == 0
    assert run(tmp_path, HEAD + TWO, "--check").exit_code == 0
    assert (tmp_path / "out").is_symlink() and (tmp_path / "elsewhere/demo/dev/manifest.json").is_file()


@pytest.mark.parametrize("target", ["out", "nowhere/at-all"])
def test_an_output_folder_that_is_a_link_to_nothing(tmp_path: Path, target: str) -> None:
    (tmp_path / "out").symlink_to(target)
    failed = run(tmp_path, HEAD + TWO)
    assert failed.exit_code == 1
    assert "error[unwritable-output]: the output can't be written: " in failed.stderr
    assert (tmp_path / "out").is_symlink()


def test_yaml_says_the_same_as_json_and_takes_its_place(tmp_path: Path) -> None:
    run(tmp_path, HEAD + TWO)
    folder = tmp_path / "out/demo/dev/us-east-1"
    as_json = {path.name.split(".")[0]: json.loads(path.read_text()) for path in folder.glob("*.json")}
    assert run(tmp_path, HEAD + TWO, "--template-format", "yaml").exit_code == 0
    as_yaml = {path.name.split(".")[0]: yaml.safe_load(path.read_text()) for path in folder.glob("*.yaml")}
    assert as_json.keys() == as_yaml.keys()
    assert as_json["messaging"] == as_yaml["messaging"]
    url = as_yaml["root"]["Resources"]["DataStack"]["Properties"]["TemplateURL"]
    assert url == "data.template.yaml"
    assert not list(folder.glob("*.json"))


def test_a_failure_in_the_middle_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path, HEAD + TWO)
    before = {name: (tmp_path / "out" / name).read_bytes() for name in written(tmp_path)}
    write_bytes, count = Path.write_bytes, [0]

    def full_disk(path: Path, data: bytes) -> int:
        count[0] += 1
        if count[0] > 3:
            raise OSError(28, "No space left on device", str(path))
        return write_bytes(path, data)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    failed = run(tmp_path, HEAD + TWO.replace("jobs: {}", "jobs: {delay_seconds: 5}"))
    assert failed.exit_code == 1
    assert "error[unwritable-output]: the output can't be written: No space left on device" in failed.stderr
    assert before == {name: (tmp_path / "out" / name).read_bytes() for name in written(tmp_path)}


def test_the_manifest_says_what_deploys_the_environment(tmp_path: Path) -> None:
    function = "functions:\n  api: {runtime: python3.13, code: ./api, handler: app.handler, uses: {jobs: send}}\n"
    run(tmp_path, HEAD + "queues:\n  jobs: {}\n" + function)
    manifest = json.loads((tmp_path / "out/demo/prod/manifest.json").read_text())
    (root,) = manifest["roots"]
    assert (manifest["platform"], manifest["environment"], root["stack_name"]) == ("demo", "prod", "demo-prod")
    assert root["parameters"] == ["ApiFunctionCodeKey", "ArtifactBucket"]
    assert root["artifacts"] == [{"parameter": "ApiFunctionCodeKey", "component": "functions.api", "source": "api"}]
    order = [stack["name"] for stack in root["stacks"]]
    for stack in root["stacks"]:
        assert all(order.index(one) < order.index(stack["name"]) for one in stack["depends_on"])
    messaging = next(stack for stack in root["stacks"] if stack["name"] == "messaging")
    assert messaging["origins"]["JobsQueue"] == "queues.jobs"
