"""Platforms of sizes and shapes that others end at: compiled, within all limits, and followed back to the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.source.diagnostics import SpecError
from compiler.stacks.compiled import Compiled
from compiler.stacks.limits import MOST
from compiler.stacks.place import May
from compiler.stacks.recorded import Placing
from deployer.apply import apply_plan
from deployer.plan import make_plan
from deployer.removal.destroy import destroy, plan_removal
from deployer.sandbox.process import DEFAULT_ACCOUNT, open_sandbox
from deployer.session import connect_to, sandbox_destination
from linter.lint import lint
from tests import sizes
from tests.goldens.round_trip import recorded, wrong_ways

SHAPES = {
    "34 services": sizes.services(34),
    "40 tables and functions": sizes.tables_and_functions(40),
    "60 queues of one function": sizes.queues_of_one_function(60),
    "300 queues feeding one function": sizes.queues_feeding_one_function(300),
    "a service with 80 queues": sizes.service_with_queues(80),
    "a function with 100 tables": sizes.function_with_tables(100),
    "60 environments": sizes.environments(60),
}
LARGE = {
    "100 services": sizes.services(100),
    "200 services": sizes.services(200),
    "1000 services": sizes.services(1000),
    "400 tables and functions": sizes.tables_and_functions(400),
}
"""What is too large for every run of the suite."""
ALL = SHAPES | LARGE
"""What `make sizes` compiles, lints and deploys."""
DEPLOYED = ("34 services", "a service with 80 queues", "a function with 100 tables")


def compiled(folder: Path, text: str) -> tuple[Compiled, ...]:
    """Compiled, with all layers placed; each root leads back to its flat program."""
    spec = folder / "spec.yaml"
    spec.write_text(text)
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text("def handler(event, context): return event\n")
    with recorded() as programs:
        roots = compile_spec(str(spec), (), Placing(May.ALL))
    assert list(wrong_ways(programs, roots)) == []
    return roots


def test_services_that_share_a_database_are_within_its_rules(tmp_path: Path) -> None:
    assert compiled(tmp_path, sizes.services(61))[0].warnings == ()


def test_a_function_of_three_hundred_queues_is_told_what_it_has_no_room_for(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as problem:
        compiled(tmp_path, sizes.queues_of_one_function(300))
    assert {one.code for one in problem.value.diagnostics} == {"environment-limit"}


def within_limits(roots: tuple[Compiled, ...]) -> bool:
    return all(
        len(one.body.get(part, {})) <= most for root in roots for one in root.templates for part, most in MOST.items()
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_a_platform_of_this_size_is_within_all_limits(tmp_path: Path, shape: str) -> None:
    assert within_limits(compiled(tmp_path, SHAPES[shape]))


@pytest.mark.slow
def test_a_platform_of_a_hundred_services_is_within_all_limits(tmp_path: Path) -> None:
    assert within_limits(compiled(tmp_path, LARGE["100 services"]))


def deploys(folder: Path, roots: tuple[Compiled, ...]) -> None:
    """Each environment into the sandbox, as nothing else is there; a second plan changes nothing."""
    for root in roots:
        with open_sandbox(folder / root.environment, root.region, DEFAULT_ACCOUNT) as sandbox:
            aws = connect_to(sandbox_destination(sandbox, root.region, DEFAULT_ACCOUNT))
            outcome = apply_plan(make_plan(root, folder, aws), aws)
            assert outcome.succeeded, str(outcome)
            assert make_plan(root, folder, aws).review.changes == ()


def lints(folder: Path, roots: tuple[Compiled, ...]) -> None:
    assert [str(one) for one in lint(roots, folder) if one.severity == "error"] == []


@pytest.mark.slow
@pytest.mark.parametrize("shape", DEPLOYED)
def test_a_platform_of_this_size_deploys_to_the_sandbox(tmp_path: Path, shape: str) -> None:
    deploys(tmp_path, compiled(tmp_path, SHAPES[shape]))


@pytest.mark.slow
def test_a_platform_of_thirty_four_services_lints_clean(tmp_path: Path) -> None:
    lints(tmp_path, compiled(tmp_path, SHAPES["34 services"]))


@pytest.mark.sizes
def test_a_platform_of_several_operations_is_deployed_and_removed(tmp_path: Path) -> None:
    """The sandbox takes 2,500 resources in one operation, as AWS does."""
    (root,) = compiled(tmp_path, sizes.services(160))
    with open_sandbox(tmp_path / "dev", root.region, DEFAULT_ACCOUNT) as sandbox:
        aws = connect_to(sandbox_destination(sandbox, root.region, DEFAULT_ACCOUNT))
        plan = make_plan(root, tmp_path, aws)
        assert (len(plan.review.steps), len(plan.review.changes)) == (2, 3_088)
        assert apply_plan(plan, aws).succeeded
        assert make_plan(root, tmp_path, aws).empty
        removal = plan_removal(aws, root.stack_name)
        assert len(removal.parts) == 1
        assert destroy(removal, aws).status == "DELETE_COMPLETE"


@pytest.mark.sizes
@pytest.mark.parametrize("shape", ALL)
def test_a_large_platform_compiles_lints_and_deploys(tmp_path: Path, shape: str) -> None:
    roots = compiled(tmp_path, ALL[shape])
    assert within_limits(roots)
    lints(tmp_path, roots)
    deploys(tmp_path, roots)
