"""Drawn platforms that are divided into two: one component goes into a platform below, and is imported from there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from compiler.language.schema import load_schema
from compiler.pipeline import compile_spec
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from tests.drawn.mending import mended
from tests.drawn.soundness import faults
from tests.drawn.specs import specs
from tests.goldens.round_trip import wrong_ways
from tests.test_drawn_specs import drawn, shown

DRAWN = 8
SCHEMA = load_schema()
SHARED = sorted(
    name for name, kind in SCHEMA.kinds.items() if "shares" in kind.get("x-existing", {}) and not SCHEMA.singleton(name)
)


def divided(spec: Mapping[str, Json], section: str) -> tuple[Json, Json, str] | None:
    """The platform below, the rest, and the component that went; None where there is none that can go alone."""
    alone = [name for name, one in spec.get(section, {}).items() if "each" not in one and "existing" not in one]
    if not alone:
        return None
    name = alone[0]
    kept = ("region", "tags", "naming")
    header = {key: spec[key] for key in kept if key in spec}
    own = ("posture", "region", "account")
    environments = {key: {word: one[word] for word in own if word in one} for key, one in spec["environments"].items()}
    moved = {key: value for key, value in spec[section][name].items() if key not in ("only", "renamed_from")}
    exports = {name: {"component": f"{section}.{name}"}}
    below = {"platform": "layer", **header, "environments": environments, section: {name: moved}, "exports": exports}
    rest = {key: one for key, one in spec[section].items() if key != name}
    changes = {key: {**one, section: _without(one.get(section), name)} for key, one in spec["environments"].items()}
    above = {**spec, section: rest, "environments": changes, "imports": {"layer": {"platform": "./layer.yaml"}}}
    return below, above, f"{section}.{name}"


def _without(patch: Json, name: str) -> Json:
    return {key: one for key, one in patch.items() if key != name} if isinstance(patch, dict) else {}


@pytest.mark.slow
@pytest.mark.parametrize("section", SHARED)
def test_a_divided_platform_compiles_to_sound_templates(section: str, tmp_path: Path) -> None:
    read: list[int] = []

    def look(spec: Json) -> None:
        found = mended(spec, tmp_path)
        parts = divided(found.spec, section) if found.compiled else None
        if parts is None:
            return
        (tmp_path / "layer.yaml").write_text(json.dumps(parts[0]), encoding="utf-8")
        try:
            compile_spec(str(tmp_path / "layer.yaml"))
        except SpecError:
            return  # it uses others, or has a setting that keeps it from being exported
        above = mended(parts[1], tmp_path)
        assert [fault for one in above.compiled for fault in faults(one)] == [], shown(above.spec)
        assert list(wrong_ways(above.programs, above.compiled)) == []
        kinds = [about["Type"] for one in above.compiled for about in one.parameters.values()]
        read.append(sum(kind.startswith("AWS::SSM::") for kind in kinds))

    drawn(DRAWN, specs(5, section=section), look)
    assert read
