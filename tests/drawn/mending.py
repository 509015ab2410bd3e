"""Takes out of a drawn spec what the compiler refuses, place by place, until it is sound."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from compiler.pipeline import compile_spec
from compiler.program.program import Program
from compiler.source.diagnostics import Diagnostic, SpecError
from compiler.source.document import Path as Steps
from compiler.source.json_value import Json
from compiler.source.load import load
from compiler.stacks.compiled import Compiled
from tests.drawn.specs import BELOW
from tests.goldens.round_trip import recorded

ROUNDS = 40
LAYER = {
    "platform": "below",
    "environments": {"dev": {"posture": "development"}},
    "queues": {"below-jobs": {}},
    "tables": {"below-orders": {"key": "id"}},
    "exports": {"below-jobs": {}, "below-orders": {}},
}
"""What a drawn spec may import."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What is left of a drawn spec, with what it compiles to; nothing when it could not be mended."""

    spec: Json
    compiled: tuple[Compiled, ...]
    refused: tuple[Diagnostic, ...]
    """All faults on the way."""
    programs: tuple[Program, ...] = ()
    """The flat program of each environment."""


def mended(drawn: Json, folder: Path) -> Mended:
    """The sound rest of `drawn`. A fault must lie at a place of the file, and what is there is taken out."""
    refused: list[Diagnostic] = []
    for _ in range(ROUNDS):
        file = written(drawn, folder)
        try:
            with recorded() as programs:
                compiled = compile_spec(str(file))
            return Mended(drawn, compiled, tuple(refused), tuple(programs))
        except SpecError as problem:
            faults = tuple(found for found in problem.diagnostics if found.severity == "error")
        assert faults
        refused += faults
        paths = sorted(set(_paths(file, faults)), key=len)
        if not paths or any(path[:1] in ((), ("platform",)) for path in paths):
            break
        for path in reversed(paths):
            drawn = without(drawn, path)
    return Mended(drawn, (), tuple(refused))


def written(spec: Json, folder: Path) -> Path:
    """As JSON, which is YAML in which no two values have one place."""
    (folder / BELOW).write_text(json.dumps(LAYER), encoding="utf-8")
    file = folder / "spec.yaml"
    file.write_text(json.dumps(spec, indent=1, ensure_ascii=False), encoding="utf-8")
    return file


def _paths(file: Path, faults: Iterable[Diagnostic]) -> Iterator[Steps]:
    document = load(str(file))
    at = {place: path for path, place in (*document.keys.items(), *document.values.items())}
    for found in faults:
        assert found.place in at, f"there is nothing at the place of: {found}"
        yield at[found.place]


def without(value: Json, path: Steps) -> Json:
    """`value` without what is at `path`, when it is still there."""
    step, *rest = path
    if isinstance(value, dict):
        if step not in value:
            return value
        kept = {key: child for key, child in value.items() if key != step}
        return {**value, step: without(value[step], tuple(rest))} if rest else kept
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        new = [without(value[step], tuple(rest))] if rest else []
        return [*value[:step], *new, *value[step + 1 :]]
    return value
