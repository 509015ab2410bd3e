"""Each spec under golden/ compiles to what its golden shows, and its templates lint clean."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.language.on_demand import is_pattern
from compiler.language.suppressions import sorted_out
from compiler.pipeline import compile_spec
from compiler.program.program import Program
from compiler.source.json_value import Json
from compiler.source.load import load
from compiler.stacks.compiled import Compiled
from compiler.stacks.emit import templates
from linter.cache import Cache
from linter.lint import around_of, found_in
from linter.policy.flat import Placed, resources
from tests.goldens.round_trip import recorded, wrong_ways
from tests.goldens.show import golden, in_full, sections_shown

FOLDER = Path(__file__).parent / "golden"
CASES = sorted(path.parent.name for path in FOLDER.glob("*/spec.yaml"))


@functools.cache
def built(case: str) -> tuple[tuple[Program, ...], tuple[Compiled, ...]]:
    """The flat programs of a case and what they are linked to."""
    with pytest.MonkeyPatch.context() as patch, recorded() as programs:
        patch.chdir(FOLDER / case)
        compiled = compile_spec("spec.yaml", demanded("spec.yaml"))
    return tuple(programs), compiled


def demanded(spec: str) -> tuple[str, ...]:
    """All environments, the seventh of each pattern among them; nothing where a spec has none."""
    names = tuple(load(spec).data["environments"])
    return tuple(name.replace("*", "7") for name in names) if any(map(is_pattern, names)) else ()


def compiled(case: str) -> tuple[Compiled, ...]:
    return built(case)[1]


def shown(case: str) -> tuple[str, ...]:
    return sections_shown(case, (FOLDER / case / "spec.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES)
def test_templates_are_as_they_were(case: str, update: bool) -> None:
    files, expected = golden(shown(case), compiled(case)), FOLDER / case / "expected"
    if update:
        for path in expected.glob("*.yaml"):
            path.unlink()
        expected.mkdir(exist_ok=True)
        for name, text in files.items():
            (expected / name).write_text(text, encoding="utf-8")
    assert sorted(path.name for path in expected.iterdir()) == sorted(files)
    for name, text in files.items():
        assert text == (expected / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("case", CASES)
def test_following_the_links_gives_back_the_flat_program(case: str) -> None:
    assert list(wrong_ways(*built(case))) == []


def shapes(one: Placed) -> set[str]:
    """Each property of a resource with its type: ``AWS::SQS::Queue Properties.RedrivePolicy.maxReceiveCount``."""
    return {f"{one.body['Type']} {path}" for path in paths(one.body)}


def paths(value: Json, path: str = "") -> Iterator[str]:
    yield path
    if isinstance(value, dict):
        for key, child in value.items():
            yield from paths(child, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from paths(item, f"{path}.*")


def test_what_a_golden_leaves_to_others_another_shows_in_full() -> None:
    everything = {
        shape for case in CASES for root in compiled(case) for one in resources(root) for shape in shapes(one)
    }
    in_goldens = {shape for case in CASES for one in in_full(shown(case), compiled(case)) for shape in shapes(one)}
    assert sorted(everything - in_goldens) == []


@pytest.mark.slow
def test_what_the_goldens_show_lints_clean(tmp_path: Path) -> None:
    roots = [root for case in CASES for root in compiled(case)]
    renamed = {(root.platform, root.environment, root.region) for root in roots}
    assert len(renamed) == len(roots), "give each golden a platform name of its own"
    remember_what_others_show(tmp_path)
    accepted = [one for root in roots for one in root.suppressions]
    kept, _ = sorted_out(found_in(roots, tmp_path), accepted)
    assert [str(one) for one in kept] == []


def remember_what_others_show(cache_folder: Path) -> None:
    """Have `lint` take templates as clean of which another golden or another environment shows everything."""
    looked_at: set[bytes] = set()
    goldens = [(case, root) for case in CASES for root in compiled(case)]
    for case, root in goldens:
        full = in_full_of(case, root)
        files = {f"{root.platform}/{root.environment}/{name}": text for name, text in templates(root).items()}
        for name, text in files.items():
            nameless = text.replace(root.platform.encode(), b"").replace(root.environment.encode(), b"")
            shows = name.endswith("/root.template.json") or not full.isdisjoint(json.loads(text)["Resources"])
            if nameless in looked_at or not shows:
                Cache(cache_folder, around_of(root.region, [root])).write(name, files, ())
            else:
                looked_at.add(nameless)


def in_full_of(case: str, root: Compiled) -> set[str]:
    """Logical ids of the resources in a root and its nested stacks whose bodies the golden shows."""
    environment = [one for one in compiled(case) if one.environment == root.environment]
    return {one.logical_id for one in in_full(shown(case), environment) if one.region == root.region}
