"""A sandbox for the deployer's tests, and platforms small enough to be written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deployer.sandbox.process import Sandbox, open_sandbox
from deployer.session import Aws, connect_to, sandbox_destination

REGION = "us-east-1"


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with open_sandbox(tmp_path_factory.mktemp("sandbox"), REGION) as running:
        yield running


@pytest.fixture(scope="session")
def aws(sandbox: Sandbox) -> Aws:
    return connect_to(sandbox_destination(sandbox, REGION))


@pytest.fixture
def spec_dir(tmp_path: Path) -> Path:
    code = tmp_path / "functions" / "api"
    code.mkdir(parents=True)
    (code / "app.py").write_text("def handler(event, context):\n    return {}\n")
    return tmp_path
