"""Packaging: the same content gives the same key and bytes, whatever the machine did to the files."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.program.artifact import Artifact
from deployer import artifacts
from deployer.artifacts import package
from deployer.errors import DeployError
from deployer.publish import package_all

CODE = Artifact("ApiCodeKey", "functions.api", "code")


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / "code" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def names(body: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(body)).namelist()


def test_time_order_and_place_do_not_count(tmp_path: Path) -> None:
    first = write(tmp_path / "a", b="2", a="1", sub__c="3")
    second = write(tmp_path / "b", sub__c="3", a="1", b="2")
    os.utime(second / "code" / "a", (1, 1))
    assert package(CODE, first) == package(CODE, second)
    assert names(package(CODE, first).body) == ["a", "b", "sub/c"]


@pytest.mark.parametrize("change", ["content", "name", "mode"])
def test_whatever_the_code_sees_counts(tmp_path: Path, change: str) -> None:
    before = package(CODE, write(tmp_path, a="1"))
    path = tmp_path / "code" / "a"
    match change:
        case "content":
            path.write_text("2")
        case "name":
            path.rename(path.with_name("b"))
        case _:
            path.chmod(0o755)
    assert package(CODE, tmp_path).key != before.key


def test_caches_are_left_out_and_modes_are_plain(tmp_path: Path) -> None:
    write(tmp_path, app="1")
    before = package(CODE, tmp_path)
    write(tmp_path, __pycache____app="x", **{"old.pyc": "x", ".DS_Store": "x"})
    (tmp_path / "code" / "app").chmod(0o600)
    assert package(CODE, tmp_path) == before
    (info,) = zipfile.ZipFile(io.BytesIO(before.body)).infolist()
    assert (info.date_time, info.external_attr >> 16) == ((1980, 1, 1, 0, 0, 0), 0o100644)


def test_a_single_file_is_zipped_and_an_archive_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("x = 1\n")
    (tmp_path / "ready.zip").write_bytes(b"PK")
    assert names(package(Artifact("P", "functions.a", "app.py"), tmp_path).body) == ["app.py"]
    ready = package(Artifact("P", "functions.a", "ready.zip"), tmp_path)
    assert (ready.body, ready.key[-4:]) == (b"PK", ".zip")


def test_faults_name_the_component(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DeployError, match=r"functions\.api: there is no file or folder 'code'"):
        package(CODE, tmp_path)
    (tmp_path / "code").mkdir()
    with pytest.raises(DeployError, match=r"functions\.api: folder 'code' has no file to package"):
        package(CODE, tmp_path)
    (tmp_path / "code" / "loop").symlink_to(tmp_path)
    with pytest.raises(DeployError, match=r"functions\.api: 'loop' in 'code' is a link to a folder"):
        package(CODE, tmp_path)
    (tmp_path / "code" / "loop").unlink()
    (tmp_path / "code" / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(DeployError, match=r"functions\.api: cannot read 'code'"):
        package(CODE, tmp_path)
    (tmp_path / "code" / "dangling").unlink()
    write(tmp_path, big="x" * 100)
    monkeypatch.setattr(artifacts, "MAX_UNZIPPED", 10)
    with pytest.raises(DeployError, match="over the limit of 250 MB"):
        package(CODE, tmp_path)


def test_functions_of_one_folder_are_packaged_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("handler = print\n")
    function = "{runtime: python3.13, code: ./code, handler: app.handler}"
    spec = tmp_path / "spec.yaml"
    head = "platform: demo\nenvironments: {dev: {posture: development}}\n"
    spec.write_text(f"{head}functions: {{a: {function}, b: {function}}}\n")
    packed: list[str] = []
    monkeypatch.setattr("deployer.publish.package", lambda artifact, folder: packed.append(artifact.source))
    assert len(package_all(compile_spec(str(spec))[0], tmp_path)) == 2
    assert packed == ["code"]
