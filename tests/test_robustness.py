"""Whatever a sound spec is changed to: templates or faults with a place; no traceback, no hang, no half an output."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.pipeline import compile_spec
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from tests.mutations.drawn import mutation
from tests.mutations.levels import data_of
from tests.mutations.outcome import Command, outcome

SPECS = sorted(Path(__file__).parent.glob("golden/*/spec.yaml"))
SOUND = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in SPECS]
Steps = tuple[str | int, ...]

values = st.one_of(
    st.sampled_from(
        [None, True, False, 0, 1, -1, 7, 300, 99999, 1.5, "", "x", "jobs", "${jobs.arn}", "${env}", "*", "/"]
    ),
    st.sampled_from(
        ["10.0.0.0/16", "arn:aws:iam::111111111111:role/x", "rate(1 hour)", "GET /x", "a@example.com", "$${x}"]
    ),
    st.sampled_from([[], {}, ["x"], [1], {"x": "y"}, [{}], {"x": {}}, [[]], {"Ref": "Nothing"}]),
    st.text(max_size=6),
)


def paths(value: Json, path: Steps = ()) -> list[Steps]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deep for key, child in below for deep in paths(child, (*path, key)))]


def with_value(value: Json, path: Steps, new: Json) -> Json:
    if not path:
        return new
    if isinstance(value, dict):
        return {key: with_value(child, path[1:], new) if key == path[0] else child for key, child in value.items()}
    return [with_value(child, path[1:], new) if index == path[0] else child for index, child in enumerate(value)]


def without(value: Json, path: Steps) -> Json:
    if isinstance(value, dict):
        rest = {key: child for key, child in value.items() if key != path[0] or len(path) > 1}
        return {key: without(child, path[1:]) if key == path[0] else child for key, child in rest.items()}
    if isinstance(value, list):
        rest_items = [child for index, child in enumerate(value) if index != path[0] or len(path) > 1]
        return [
            without(child, path[1:]) if index == path[0] and len(path) > 1 else child
            for index, child in enumerate(rest_items)
        ]
    return value


def compiles_or_tells(folder: Path, data: Json) -> None:
    path = folder / "spec.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    try:
        assert compile_spec(str(path))
    except SpecError as fault:
        assert fault.diagnostics
        assert all(found.message and found.place.line for found in fault.diagnostics)


@pytest.mark.slow
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_one_value_changed(tmp_path: Path, draw: st.DataObject) -> None:
    data = draw.draw(st.sampled_from(SOUND))
    path = draw.draw(st.sampled_from(paths(data)))
    compiles_or_tells(tmp_path, with_value(data, path, draw.draw(values)))


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_one_value_taken_away(tmp_path: Path, draw: st.DataObject) -> None:
    data = draw.draw(st.sampled_from(SOUND))
    path = draw.draw(st.sampled_from([one for one in paths(data) if one]))
    compiles_or_tells(tmp_path, without(data, path))


SEED, SLICES, EACH = 2, 8, 250
"""Of the long run, another seed: 2,000 mutations of the reference specs in slices that run beside each other."""
COMPILED = 25


@pytest.mark.parametrize("part", [pytest.param(one, marks=[pytest.mark.slow] * (one % 2)) for one in range(SLICES)])
def test_mutations_of_the_reference_specs(part: int) -> None:
    """One environment of each; `make mutations` takes all."""
    for number in range(part * EACH, (part + 1) * EACH):
        drawn = mutation(SEED, number)
        environments = list(data_of(drawn.spec)["environments"])
        command: Command = "validate" if number % COMPILED else "compile"
        assert outcome(drawn, command, "--env", environments[number % len(environments)]).faults == (), str(drawn)
