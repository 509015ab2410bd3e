"""The YAML language server that `make editor-tools` installs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.yaml_server.client import Client

ROOT = Path(__file__).parents[2]
SERVER = ROOT / ".editor-tools" / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"


@pytest.fixture(scope="session")
def server() -> Iterator[Client]:
    node = shutil.which("node")
    if node is None or not SERVER.exists():
        pytest.skip("run 'make editor-tools'")
    with Client([node, str(SERVER), "--stdio"], ROOT / "spec") as client:
        yield client
