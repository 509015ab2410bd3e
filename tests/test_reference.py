"""The generated files are what the schemas give."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.language.reference import generated
from compiler.language.schema import load_schema

FILES = generated(load_schema())


@pytest.mark.parametrize("path", sorted(FILES), ids=lambda path: path.name)
def test_generated_file_is_up_to_date(path: Path, update: bool) -> None:
    if update:
        path.write_text(FILES[path], encoding="utf-8")
    assert path.read_text(encoding="utf-8") == FILES[path], "run: make docs"
