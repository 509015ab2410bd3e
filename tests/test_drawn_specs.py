"""Whole platforms drawn from the schemas: each compiles to sound templates, or is refused at a place of its file.

``python -m tests.drawn 2000`` draws as many as one likes, and lints all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis.strategies import SearchStrategy

from compiler.language.schema import load_schema
from compiler.pipeline import compile_spec
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from compiler.stacks.emit import render
from linter.lint import lint
from tests.drawn.grouping import grouped, groups_of
from tests.drawn.mending import Mended, mended, without, written
from tests.drawn.soundness import faults, pointed_at
from tests.drawn.specs import specs
from tests.goldens.round_trip import wrong_ways

DRAWN, GROUPED, LINTED = 6, 20, 12
"""Specs for each kind, specs with groups, and specs that are linted."""
_NAMES, _WORDS = ("jobs", "web", "media", "mail", "shop"), ("acme", "globex", "de")
REPEATED = tuple(f"{name}-{word}" for word in _WORDS for name in _NAMES)


def drawn(count: int, strategy: SearchStrategy[Json], look: Callable[[Json], None]) -> None:
    """Call `look` with the same `count` specs whenever this runs."""
    bounds = settings(
        max_examples=count,
        phases=[Phase.generate, Phase.shrink],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    bounds(given(strategy)(look))()


def shown(spec: Json) -> str:
    return yaml.safe_dump(spec, sort_keys=False, default_flow_style=None, width=120)


@pytest.mark.slow
@pytest.mark.parametrize("section", sorted(load_schema().kinds))
def test_a_drawn_spec_compiles_to_sound_templates_or_is_told_what_is_wrong(section: str, tmp_path: Path) -> None:
    seen: list[Mended] = []

    def look(spec: Json) -> None:
        found = mended(spec, tmp_path)
        seen.append(found)
        note(shown(found.spec))
        assert [fault for one in found.compiled for fault in faults(one)] == []
        assert list(wrong_ways(found.programs, found.compiled)) == []
        assert render(found.compiled) == render(again(found, tmp_path))

    drawn(DRAWN, specs(6, section=section), look)
    assert any(section in one.spec for one in seen if one.compiled)


def again(found: Mended, folder: Path) -> tuple[Compiled, ...]:
    return compile_spec(str(written(found.spec, folder))) if found.compiled else ()


@pytest.mark.slow
def test_a_drawn_spec_with_groups_is_the_one_with_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.drawn.specs.WORDS", REPEATED)
    monkeypatch.setattr("tests.drawn.specs.grouped", lambda spec, _: spec)
    seen: list[int] = []

    def look(spec: Json) -> None:
        found = mended(spec, tmp_path)
        groups = groups_of(found.spec) if found.compiled else {}
        if groups:
            file = written(grouped(found.spec, groups), tmp_path)
            assert render(compile_spec(str(file))) == render(found.compiled), shown(found.spec)
            seen.append(len(groups))

    drawn(GROUPED, specs(6), look)
    assert len(seen) > GROUPED / 4
    assert max(seen) > 1


@pytest.mark.slow
def test_a_drawn_spec_has_no_error_of_the_linter(tmp_path: Path) -> None:
    compiled: list[Compiled] = []
    spec_of: dict[str, Json] = {}

    def look(spec: Json) -> None:
        name = f"drawn-{len(spec_of)}"
        found = mended({**spec, "platform": name}, tmp_path)
        spec_of[name] = found.spec
        compiled.extend(found.compiled)

    drawn(LINTED, specs(4, wild=False), look)
    wrong = [one for one in lint(compiled, tmp_path / "verdicts") if one.severity == "error"]
    assert [f"{one}\n{shown(spec_of[one.also[0].file.split('/')[0]])}" for one in wrong] == []


@pytest.mark.parametrize(
    ("path", "left"),
    [(("a",), {"b": [1, 2]}), (("b", 0), {"a": {}, "b": [2]}), (("b", 7), {"a": {}, "b": [1, 2]}), (("c", "d"), None)],
)
def test_what_is_refused_is_taken_out(path: tuple[str | int, ...], left: Json) -> None:
    whole = {"a": {}, "b": [1, 2]}
    assert without(whole, path) == (whole if left is None else left)


def test_a_pointer_to_nothing_a_circle_and_two_of_one_name_are_seen(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text("platform: demo\nenvironments: {dev: {posture: development}}\nqueues: {jobs: {}}\n")
    (one,) = compile_spec(str(file))
    assert list(faults(one)) == []
    resources = one.children[-1].body["Resources"]
    resources["JobsQueue"]["Properties"]["QueueName"] = {"Fn::Sub": "${Nothing}-${JobsQueuePolicy}"}
    resources["Other"] = {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/a"}}
    resources["Another"] = {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/a"}}
    resources["Batch"] = {"Type": "AWS::EKS::FargateProfile", "Properties": {"ClusterName": "apps"}}
    resources["Web"] = {"Type": "AWS::EKS::FargateProfile", "Properties": {"ClusterName": "apps"}}
    told = "\n".join(faults(one))
    assert "Batch and Web" not in told
    assert "'Nothing' is pointed at and not there" in told
    assert "a circle: " in told and "JobsQueuePolicy" in told
    assert "Other and Another are one for AWS" in told
    assert set(pointed_at({"Fn::Sub": ["${a.b} ${c} ${!d}", {"c": {"Ref": "e"}}]})) == {("a", "b"), ("e", "")}
