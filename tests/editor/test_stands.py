"""What the YAML language server offers where people stand, in every way of writing a map or a list."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from compiler.source.json_value import Json
from tests.editor.client import Client
from tests.editor.positions import CURSOR, MODELINE

ROWS: list[Mapping[str, Json]] = yaml.safe_load((Path(__file__).parent / "stands.yaml").read_text(encoding="utf-8"))
HEAD = f"{MODELINE}../schema/platform.schema.json\nplatform: shop\n"
ENVIRONMENTS = "environments: {dev: {posture: development}}\n"


@pytest.mark.parametrize("row", ROWS, ids=[row["at"].replace("\n", "⏎") for row in ROWS])
def test_what_is_offered(row: Mapping[str, Json], server: Client) -> None:
    about_environments = row["at"].startswith("environments") or row["at"] == CURSOR
    text = f"{HEAD}{'' if about_environments else ENVIRONMENTS}{row['at']}\n"
    above = text[: text.index(CURSOR)].split("\n")
    server.write("stand.yaml", text.replace(CURSOR, ""))
    found = {item["label"].strip('"') for item in server.completion("stand.yaml", len(above) - 1, len(above[-1]))}
    assert found >= set(row["offers"])
    assert not found & set(row.get("not", ()))
    assert bool(found) is not bool(row.get("nothing"))
