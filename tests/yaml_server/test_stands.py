"""What the YAML language server offers and says where people stand, in every way of writing a map or a list."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from compiler.source.json_value import Json
from tests.yaml_server.client import Client
from tests.yaml_server.positions import CURSOR, MODELINE

Row = Mapping[str, Json]
HEAD = f"{MODELINE}../schema/platform.schema.json\n"
ENVIRONMENTS = "environments: {dev: {posture: development}}\n"


FILE = "stand.yaml"


def rows(name: str) -> pytest.MarkDecorator:
    table: list[Row] = yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return pytest.mark.parametrize("row", table, ids=[row["at"].replace("\n", "⏎") for row in table])


def stood(row: Row, server: Client) -> tuple[int, int]:
    """Where the cursor is in the spec of a row, which the server has then: line and character."""
    text = str(row["at"])
    head = HEAD if text.startswith("plat") or text == CURSOR else f"{HEAD}platform: shop\n"
    own = text.startswith("envi") or text == CURSOR
    text = f"{head}{'' if own else ENVIRONMENTS}{text}\n"
    above = text[: text.index(CURSOR)].split("\n")
    server.write(FILE, text.replace(CURSOR, ""))
    return len(above) - 1, len(above[-1])


@rows("stands.yaml")
def test_what_is_offered(row: Row, server: Client) -> None:
    found = {item["label"].strip('"') for item in server.completion(FILE, *stood(row, server))}
    assert found >= set(row["offers"])
    assert not found & set(row.get("not", ()))
    assert bool(found) is not bool(row.get("nothing"))


@rows("hovers.yaml")
def test_what_is_said(row: Row, server: Client) -> None:
    told = server.hover(FILE, *stood(row, server)).replace("\\", "")
    assert [words for words in row["says"] if words not in told] == []
