"""The command `lsp`, and which versions of a text answer."""

from __future__ import annotations

import importlib.util

import pytest
from click.testing import CliRunner

from cli import main
from reviewer.editor.session import Open
from tests.editor.reading import read


def test_without_pygls_the_command_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    ran = CliRunner().invoke(main, ["lsp"])
    assert ran.exit_code == 1
    assert "error[missing-extra]: the language server needs the package pygls" in ran.output
    assert "help: pip install 'stackwright[lsp]'" in ran.output


def test_names_are_those_of_the_newest_version_that_is_yaml() -> None:
    good, broken = read("platform: shop\n"), read("platform: [\n")
    assert good.document
    first = Open("x", 1, good, None, True)
    second = Open("x", 2, broken, first.newest, True)
    third = Open("x", 3, read("platform: {\n"), second.newest, True)
    assert [one.names for one in (first, second, third)] == [good, good, good]
    assert Open("x", 4, broken, None, True).names is broken
