"""What the YAML language server offers as a value is one: accepted, it is in the spec as the schema wants it."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.language.schema import load_schema
from compiler.language.validate import validator
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from compiler.source.load import load
from tests.yaml_server.client import Client
from tests.yaml_server.positions import MODELINE, WHERE, component_maps, in_component
from tests.yaml_server.snippet import accepted, text_of

SCHEMA = load_schema()
COMPONENT = WHERE[0]
FILE = "accepted.yaml"


@pytest.mark.parametrize(
    ("snippet", "text"),
    [
        ("send", "send"),
        ('${1:"15"}', '"15"'),
        ("retention_days: ${1:4}", "retention_days: 4"),
        ("$1", ""),
        ("${1|true,false|}", "true"),
        (r"${1:\${a.b\}}", "${a.b}"),
        ("\n  - ${1:read}\n  - ${2}\n", "\n  - read\n  - \n"),
    ],
)
def test_the_text_of_a_snippet(snippet: str, text: str) -> None:
    assert text_of(snippet) == text


@pytest.mark.slow
@pytest.mark.parametrize("section", sorted(SCHEMA.kinds))
def test_every_value_that_is_offered_is_one(server: Client, section: str, tmp_path: Path) -> None:
    bad, count = {}, 0
    for one in component_maps(section):
        lines, before = in_component(COMPONENT, section, one.steps)
        above = "\n".join([f"{MODELINE}../schema/platform.schema.json", *lines, ""])
        for name, about in one.settings.items():
            line = f"{before}{name}: "
            server.write(FILE, f"{above}{line}\n")
            checks = validator({**about, "$defs": SCHEMA.base["$defs"]})
            for item in server.completion(FILE, len(lines) + 1, len(line)):
                count += 1
                value = written(tmp_path / "spec.yaml", above + accepted(line, item), name)
                if value is not None and not checks.is_valid(value):
                    bad[*one.steps, name, item["label"]] = value
    assert bad == {}
    assert count


def written(path: Path, text: str, name: str) -> Json:
    """The value that the last setting of the text has."""
    path.write_text(text + "\n", encoding="utf-8")
    try:
        data = load(str(path)).data
    except SpecError as problem:
        return str(problem.diagnostics)
    return last(data, name)


def last(data: Json, name: str) -> Json:
    """The value under `name` in the last entry of the last entry of …: where the text ends."""
    found = None
    while isinstance(data, (dict, list)) and data:
        if isinstance(data, dict) and name in data and [*data][-1] == name:
            found = data[name]
        data = data[[*data][-1]] if isinstance(data, dict) else data[-1]
    return found
