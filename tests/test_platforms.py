"""Every platform under spec/, in every environment: lints clean, deploys to the sandbox, and is then up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from compiler.pipeline import compile_spec
from deployer.apply import apply_plan
from deployer.environment import choice_for, make_plans
from deployer.plan import make_plan
from deployer.publish import AS_SPECIFIED
from deployer.sandbox.process import DEFAULT_ACCOUNT, open_sandbox
from deployer.session import Aws, connect_to, sandbox_destination
from linter.gate import judge

FOLDER = Path(__file__).parent.parent / "spec"
SPECS = sorted(FOLDER.glob("*.yaml"))
PLACES = [(spec, name) for spec in SPECS for name in yaml.safe_load(spec.read_text(encoding="utf-8"))["environments"]]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("spec", SPECS, ids=[spec.stem for spec in SPECS])
def test_lints_clean_with_informational_rules(spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for what the platform's owner wants, which the spec accepts with a reason."""
    monkeypatch.chdir(tmp_path)
    assert [str(finding) for finding in judge(compile_spec(str(spec)), whole=True).diagnostics] == []


@pytest.mark.parametrize(("spec", "environment"), PLACES, ids=[f"{spec.stem}-{name}" for spec, name in PLACES])
def test_deploys_and_is_then_up_to_date(spec: Path, environment: str, tmp_path: Path) -> None:
    roots = compile_spec(str(spec), (environment,))
    account = roots[0].account or DEFAULT_ACCOUNT

    @contextmanager
    def opened(region: str) -> Iterator[Aws]:
        with open_sandbox(tmp_path, region, account) as sandbox:
            yield connect_to(sandbox_destination(sandbox, region, account))

    known: dict[str, Mapping[str, str]] = {}
    for root in roots:
        with opened(root.region) as aws:
            choice = choice_for(root, roots, AS_SPECIFIED, known)
            outcome = apply_plan(make_plan(root, spec.parent, aws, choice), aws)
        assert outcome.succeeded, str(outcome)
        known[root.region] = outcome.outputs
    again = make_plans(roots, spec.parent, opened, AS_SPECIFIED)
    assert (again.empty, again.waiting) == (True, ())
    assert [plan.review.changes for plan in again.plans] == [()] * len(roots)


def test_a_change_of_one_table_touches_one_nested_stack(tmp_path: Path) -> None:
    text = (FOLDER / "homeforpup.yaml").read_text(encoding="utf-8")
    changed = tmp_path / "changed.yaml"
    changed.write_text(text.replace("breeds-simple: {key: name}", "breeds-simple: {key: name, ttl: expiresAt}"))
    (before,) = compile_spec(str(FOLDER / "homeforpup.yaml"), ("prod",))
    (after,) = compile_spec(str(changed), ("prod",))
    pairs = zip(before.templates, after.templates, strict=True)
    assert [old.name for old, new in pairs if old.body != new.body] == ["data"]


def test_twelve_tables_take_at_most_forty_lines() -> None:
    text = (FOLDER / "homeforpup.yaml").read_text(encoding="utf-8")
    block = text.split("\ntables:\n")[1].split("\n\n")[0]
    assert len(yaml.safe_load(block)) == 12
    assert len(block.splitlines()) <= 40
