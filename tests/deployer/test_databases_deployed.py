"""Caches of each form and both clusters of a global database, deployed to the sandbox, and then up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from deployer.apply import apply_plan
from deployer.environment import make_plans
from deployer.plan import make_plan
from deployer.publish import AS_SPECIFIED
from deployer.sandbox.process import DEFAULT_ACCOUNT, open_sandbox
from deployer.session import Aws, connect_to, sandbox_destination

GOLDENS = Path(__file__).parents[1] / "golden"

pytestmark = pytest.mark.slow


def spec_of(golden: str, folder: Path) -> Path:
    """The golden's spec with the code that it names."""
    (folder / "report").mkdir()
    (folder / "report" / "app.py").write_text("def handler(event, context):\n    return None\n")
    file = folder / "spec.yaml"
    file.write_text((GOLDENS / golden / "spec.yaml").read_text())
    return file


@pytest.mark.parametrize(
    ("golden", "environment"),
    [("caches-forms", "prod"), ("databases-global", "prod"), ("databases-global", "standby")],
)
def test_all_of_it_deploys_and_is_then_up_to_date(golden: str, environment: str, tmp_path: Path) -> None:
    roots = compile_spec(str(spec_of(golden, tmp_path)), (environment,))

    @contextmanager
    def opened(region: str) -> Iterator[Aws]:
        with open_sandbox(tmp_path / "sandbox", region, DEFAULT_ACCOUNT) as sandbox:
            yield connect_to(sandbox_destination(sandbox, region, DEFAULT_ACCOUNT))

    for root in roots:
        with opened(root.region) as aws:
            outcome = apply_plan(make_plan(root, tmp_path, aws, AS_SPECIFIED), aws)
            assert outcome.succeeded, str(outcome)
    assert make_plans(roots, tmp_path, opened, AS_SPECIFIED).empty
