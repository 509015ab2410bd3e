"""One running server for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.editor.lsp import Editor
from tests.editor.shop import SHOP

RENAMES = {"workspace": {"workspaceEdit": {"documentChanges": True}}}
RENAMES |= {"textDocument": {"rename": {"prepareSupport": True}}}


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    with Editor(options=RENAMES) as running:
        yield running
    assert running.process.returncode == 0
    assert running.errors == []


@pytest.fixture
def uri(editor: Editor, request: pytest.FixtureRequest) -> Iterator[str]:
    """The shop, open and valid."""
    opened = editor.open(SHOP, f"{request.node.name}.yaml".replace("[", "-").replace("]", "-"))
    assert editor.diagnostics(opened) == []
    yield opened
    editor.close(opened)
