"""No editor marks anything in a spec that is right, wherever a setting comes from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from compiler.language.editor import editor_schema
from compiler.language.schema import load_schema
from compiler.source.json_value import Json
from compiler.source.load import load
from tests.kinds.building import faults
from tests.yaml_server.client import Client
from tests.yaml_server.positions import MODELINE

ROOT = Path(__file__).parents[2]
EDITOR = Draft7Validator(editor_schema(load_schema()))
OWN = [*sorted(ROOT.glob("spec/*.yaml")), *sorted(ROOT.glob("examples/*.yaml"))]
GOLDENS = sorted(ROOT.glob("tests/golden/*/spec.yaml"))
OTHERS = [*GOLDENS, *sorted(ROOT.glob("tests/cases/*.yaml"))]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
BLOCKS = [
    (page.name, block)
    for page in PAGES
    for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    if re.search(r"^platform:", block, re.MULTILINE) and re.search(r"^environments:", block, re.MULTILINE)
]
"""Whole specs on the pages."""
HEAD = "platform: shop\n"
DEV = "environments: {dev: {posture: staging}}\n"
SOUND = [
    f"{HEAD}{DEV}queues: {{jobs: }}\n",
    f"{HEAD}{DEV}queues:\n  jobs: {{}}\nnetwork:\n",
    f"{HEAD}{DEV}queues: {{jobs: {{fifo: null, dead_letter: {{after: null}}}}}}\n",
    f"{HEAD}{DEV}defaults: {{queues: {{fifo: null}}}}\nqueues: {{jobs: {{}}}}\n",
    f"{HEAD}{DEV}defaults: {{jobs: {{image: 'busybox:1.36'}}}}\njobs: {{tidy: {{}}}}\n",
    f"{HEAD}environments: {{dev: {{posture: staging, jobs: {{tidy: {{image: 'busybox:1.36'}}}}}}}}\njobs: {{tidy: }}\n",
    f"{HEAD}environments: {{dev: {{posture: staging, queues: {{jobs: null}}}}}}\nqueues: {{jobs: {{}}, more: {{}}}}\n",
    f"{HEAD}environments: {{dev: {{posture: staging, defaults: {{queues: {{fifo: true}}}}}}}}\nqueues: {{jobs: }}\n",
    f"{HEAD}{DEV}queues: {{'jobs-{{t}}': {{each: {{t: {{a: {{days: 2}}}}}}, retention_days: '{{t.days}}'}}}}\n",
    f"{HEAD}{DEV}queues: {{'jobs-{{t}}': {{each: {{t: {{a: {{on: true}}}}}}, fifo: '{{t.on}}'}}}}\n",
    f"{HEAD}{DEV}databases: {{'m-{{t}}': {{each: {{t: [postgres]}}, engine: '{{t}}', version: '15'}}}}\n",
]
"""What the compiler takes and an editor could mistake."""


@pytest.mark.parametrize("text", SOUND)
def test_the_schema_takes_what_the_compiler_takes(text: str) -> None:
    assert faults(text) == ()
    assert [fault.message for fault in EDITOR.iter_errors(yaml.safe_load(text))] == []


def test_there_are_specs() -> None:
    assert OWN
    assert BLOCKS
    assert {"cases", "golden"} <= {part for path in OTHERS for part in path.parts}


@pytest.mark.slow
@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_the_server_finds_the_schema_by_the_line_in_the_spec(path: Path, server: Client) -> None:
    name = f"../{path.relative_to(ROOT)}"
    text = path.read_text(encoding="utf-8")
    assert server.marks(name, text) == []
    found = server.marks(name, f"{text}\nmisspelt: 1\n")
    assert [one["message"] for one in found] == ["Property misspelt is not allowed."]


@pytest.mark.slow
@pytest.mark.parametrize("path", OTHERS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_server_marks_nothing(path: Path, server: Client) -> None:
    assert marks(path.read_text(encoding="utf-8"), server) == []


@pytest.mark.slow
@pytest.mark.parametrize(("page", "block"), BLOCKS)
def test_the_server_marks_nothing_on_the_pages(page: str, block: str, server: Client) -> None:
    assert page
    assert marks(block, server) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", SOUND)
def test_the_server_takes_what_the_compiler_takes(text: str, server: Client) -> None:
    assert marks(text, server) == []


def marks(text: str, server: Client) -> list[str]:
    lines = [line for line in text.splitlines() if not line.startswith(MODELINE)]
    found = server.marks("sound.yaml", "\n".join([f"{MODELINE}../schema/platform.schema.json", *lines, ""]))
    return [f"{one['range']['start']}: {one['message']}" for one in found]


SMALL = [data for data in (load(str(path)).data for path in GOLDENS) if len(json.dumps(data)) < 2500]
VALUES = st.sampled_from([None, True, False, 0, 1, 5, 300, "", "x", "15", "GET /", [], ["a"], {}, {"a": 1}, "${env}-x"])


@pytest.mark.slow
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_change_that_the_compiler_takes_is_taken(draw: st.DataObject) -> None:
    """But for null under a name that no setting has, which the compiler does not see."""
    data = draw.draw(st.sampled_from(SMALL))
    changed = draw.draw(changes(data))
    assume(not list(EDITOR.iter_errors(data)))
    errors = [fault.message for fault in EDITOR.iter_errors(changed)]
    assume(errors)
    assert faults(yaml.safe_dump(changed, sort_keys=False)) != (), errors


@st.composite
def changes(draw: st.DrawFn, data: Json) -> Json:
    """`data` with one value that is another one, or gone."""
    if isinstance(data, list):
        index = draw(st.integers(0, len(data) - 1))
        return [draw(changed(value)) if number == index else value for number, value in enumerate(data)]
    key = draw(st.sampled_from([*data]))
    if draw(st.integers(0, 9)) == 0 and len(data) > 1:
        return {name: value for name, value in data.items() if name != key}
    return {name: draw(changed(value)) if name == key else value for name, value in data.items()}


def changed(value: Json) -> st.SearchStrategy[Json]:
    """Another value, or the same with something else in it."""
    return st.one_of(changes(value), changes(value), VALUES) if value and isinstance(value, (dict, list)) else VALUES
