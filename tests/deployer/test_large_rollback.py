"""The way back of a platform whose root packs its parameters: limits are lowered, so that it is small."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.deployed import Stack, find_stack
from deployer.errors import DeployError
from deployer.history.reading import reading
from deployer.history.rollback import return_to, roots_of
from deployer.plan import Plan, make_plan
from deployer.publish import AS_SPECIFIED, Choice
from deployer.session import Aws
from tests.deployer.test_bootstrap import opened
from tests.deployer.test_history import records


@pytest.fixture(autouse=True)
def low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.stacks.packed_root.NEAR", 4)


def compiled(folder: Path, name: str, functions: int) -> Compiled:
    (folder / "code").mkdir(exist_ok=True)
    (folder / "code" / "app.py").write_text("def handler(event, context): ...\n")
    lines = "".join(
        f"  f{number}: {{code: code, runtime: python3.12, handler: app.handler}}\n" for number in range(functions)
    )
    spec = folder / f"{name}.yaml"
    spec.write_text(f"platform: {name}\nenvironments: {{dev: {{posture: development}}}}\nfunctions:\n{lines}")
    (root,) = compile_spec(str(spec), ())
    return root


def deployed(aws: Aws, folder: Path, root: Compiled, choice: Choice = AS_SPECIFIED) -> Stack:
    outcome = apply_plan(make_plan(root, folder, aws, choice), aws)
    assert outcome.succeeded, outcome.failures
    return stack_of(aws, root)


def stack_of(aws: Aws, root: Compiled) -> Stack:
    stack = find_stack(aws, root.stack_name)
    assert stack is not None
    return stack


def way_back(aws: Aws, now: Compiled, number: int, **parameters: str) -> Plan:
    with reading([now], opened(aws)) as history:
        back = return_to(history, number)
    (root,) = roots_of(back, now, opened(aws))
    return make_plan(root, Path("/nowhere"), aws, Choice(parameters=parameters, back=back))


def test_packed_values_return_as_they_were(aws: Aws, tmp_path: Path) -> None:
    first = compiled(tmp_path, "packs", 5)
    assert first.packed
    parameters = deployed(aws, tmp_path, first).parameters
    (tmp_path / "code" / "app.py").write_text("changed = True\n")
    now = compiled(tmp_path, "packs", 6)
    (tmp_path / "code" / "app.py").write_text("changed = True\n")
    assert deployed(aws, tmp_path, now).parameters != parameters
    plan = way_back(aws, now, 1)
    assert apply_plan(plan, aws).succeeded
    assert stack_of(aws, first).parameters == parameters


@pytest.mark.parametrize(("name", "then", "later"), [("came-to-pack", 2, 5), ("unpacks", 5, 2)])
def test_the_root_packed_then_or_packs_now(aws: Aws, tmp_path: Path, name: str, then: int, later: int) -> None:
    parameters = deployed(aws, tmp_path, compiled(tmp_path, name, then)).parameters
    now = compiled(tmp_path, name, later)
    deployed(aws, tmp_path, now)
    assert apply_plan(way_back(aws, now, 1), aws).succeeded
    assert stack_of(aws, now).parameters == parameters


def test_one_of_the_packed_values_can_be_chosen(aws: Aws, tmp_path: Path) -> None:
    root = compiled(tmp_path, "chosen", 5)
    ((bundle, names),) = root.packed.items()
    before = deployed(aws, tmp_path, root).parameters[bundle].split(";")
    version = records(aws, root.stack_name)[0].begun.version
    assert version is not None and {*names} <= version.parameters.keys() and bundle not in version.parameters
    second = [*names][1]
    sent = way_back(aws, root, 1, **{second: "other.zip"}).request.parameters[bundle].split(";")
    assert sent == [before[0], "other.zip", *before[2:]]


def test_a_chosen_value_can_not_shift_the_others(aws: Aws, tmp_path: Path) -> None:
    root = compiled(tmp_path, "shifted", 5)
    ((_, names),) = root.packed.items()
    with pytest.raises(DeployError, match="has a ';'"):
        make_plan(root, tmp_path, aws, Choice(parameters={next(iter(names)): "a;b"}))
