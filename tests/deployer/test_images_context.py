"""What the tag of an image is made of."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from deployer.errors import DeployError
from deployer.images.context import read_context
from tests.deployer.built_specs import compiled, write_context


@pytest.fixture
def web(tmp_path: Path) -> Path:
    return write_context(tmp_path / "web")


def linked(folder: Path) -> None:
    (folder / "latest").unlink()
    (folder / "latest").symlink_to("start.sh")


CHANGES: Mapping[str, Callable[[Path], object]] = {
    "nothing": lambda _: None,
    "content": lambda folder: (folder / "start.sh").write_text("#!/bin/bash\n", encoding="utf-8"),
    "program": lambda folder: (folder / "start.sh").chmod(0o644),
    "rights of others": lambda folder: (folder / "start.sh").chmod(0o777),
    "time": lambda folder: os.utime(folder / "start.sh", (1, 1)),
    "name": lambda folder: (folder / "start.sh").rename(folder / "begin.sh"),
    "link": linked,
    "left out": lambda folder: (folder / "node_modules" / "b.js").write_text("new", encoding="utf-8"),
    "dockerfile": lambda folder: (folder / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8"),
    "empty folder": lambda folder: (folder / "empty").mkdir(),
}


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("nothing", False),
        ("content", True),
        ("program", True),
        ("rights of others", False),
        ("time", False),
        ("name", True),
        ("link", True),
        ("left out", False),
        ("dockerfile", True),
        ("empty folder", False),
    ],
)
def test_a_tag_is_what_is_built_from(what: str, changes: bool, tmp_path: Path, web: Path) -> None:
    (image,) = compiled(tmp_path, "hashed").images
    before = read_context(image, tmp_path).tag
    CHANGES[what](web)
    assert (read_context(image, tmp_path).tag != before) is changes


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        ({"cache": False}, False),
        ({"parameter": "Other", "component": "jobs.other", "repository": "other"}, False),
        ({"args": {"NODE": "24"}}, True),
        ({"target": None}, True),
        ({"platform": "linux/amd64"}, True),
        ({"args": {"A": "b c", "NODE": "22"}}, False),
    ],
)
def test_a_tag_is_how_it_is_built(settings: Mapping[str, Json], changes: bool, tmp_path: Path, web: Path) -> None:
    (image,) = compiled(tmp_path, "built").images
    other = replace(image, **settings)
    assert (read_context(other, tmp_path).tag != read_context(image, tmp_path).tag) is changes


def test_the_tag_is_the_same_on_every_machine(tmp_path: Path, web: Path) -> None:
    """A tag that changes without the content would build and deploy everything again."""
    (image,) = compiled(tmp_path, "fixed").images
    assert read_context(image, tmp_path).tag == "37dd52532dabc304a290c966a7612ab0"


@pytest.mark.parametrize(
    ("gone", "message"),
    [("web", "there is no folder 'web'"), ("web/Dockerfile", "there is no file 'Dockerfile' in 'web'")],
)
def test_what_is_not_there_is_told(gone: str, message: str, tmp_path: Path, web: Path) -> None:
    (image,) = compiled(tmp_path, "gone").images
    (tmp_path / gone).rename(tmp_path / "other")
    with pytest.raises(DeployError) as told:
        read_context(image, tmp_path)
    assert (told.value.diagnostics[0].code, told.value.message) == ("bad-context", message)
