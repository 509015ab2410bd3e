"""A platform whose stacks are split and whose values are packed, deployed: limits are lowered, so that it is small."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.stacks.compiled import Compiled
from compiler.stacks.place import May
from compiler.stacks.recorded import Placing
from deployer.apply import apply_plan
from deployer.deployed import find_stack, nested_stacks, stack_resources
from deployer.packed_outputs import packs_outputs, read_packed_outputs
from deployer.plan import Plan, make_plan
from deployer.session import Aws

HEAD = "platform: large\nenvironments: {dev: {posture: development}}\n"


@pytest.fixture(autouse=True)
def low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.stacks.fill._MOST", (30, 900_000, 60))
    monkeypatch.setattr("compiler.stacks.fill._USUAL", (16, 600_000, 48))
    monkeypatch.setattr("compiler.stacks.place.MOST_RESOURCES", 30)
    monkeypatch.setattr("compiler.stacks.wires.NEAR", 6)
    monkeypatch.setattr("compiler.stacks.packed_root.NEAR", 6)


def compiled(folder: Path, queues: int, before: Compiled | None = None) -> Compiled:
    numbers = range(queues)
    spec = folder / "large.yaml"
    declared = "".join(f"  q{number}: {{}}\n" for number in numbers)
    readers = "".join(f"  p{number}: {{value: 'queue ${{q{number}.arn}}'}}\n" for number in numbers)
    spec.write_text(f"{HEAD}queues:\n{declared}parameters:\n{readers}")
    children = before.children if before else ()
    known = {name: child.name for child in children for name in child.body["Resources"]}
    (root,) = compile_spec(str(spec), (), Placing(May.ALL, before={"dev": known}))
    return root


def deployed(aws: Aws, folder: Path, root: Compiled) -> Plan:
    plan = make_plan(root, folder, aws)
    outcome = apply_plan(plan, aws)
    assert outcome.succeeded, outcome.failures
    return plan


def parameter_values(aws: Aws, root: Compiled) -> set[str]:
    """What the parameters of the platform hold in AWS."""
    stack = find_stack(aws, root.stack_name)
    nested = nested_stacks(aws, stack.id).values() if stack else ()
    found = (one for stack_id in nested for one in stack_resources(aws, stack_id))
    names = [one.physical_id for one in found if one.resource_type == "AWS::SSM::Parameter"]
    ssm = aws.client("ssm", root.region)
    return {ssm.get_parameter(Name=name)["Parameter"]["Value"] for name in names}


def test_split_stacks_with_packed_values_deploy_and_change(aws: Aws, tmp_path: Path) -> None:
    first = compiled(tmp_path, 9)
    assert {"messaging", "messaging-2", "messaging-3"} <= {child.name for child in first.children}
    assert packs_outputs(first)
    assert any("Values" in name for child in first.children for name in child.body.get("Parameters", {}))
    deployed(aws, tmp_path, first)
    outputs = read_packed_outputs(aws, first)
    names = {outputs[f"Q{number}QueueUrl"].rpartition("/")[2] for number in range(9)}
    assert {value.rpartition(":")[2] for value in parameter_values(aws, first)} == names
    assert outputs["Q7QueueUrl"].startswith("http")
    more = deployed(aws, tmp_path, compiled(tmp_path, 10, first))
    assert {(change.action, change.component) for change in more.review.changes} == {
        ("Add", "queues.q9"),
        ("Add", "parameters.p9"),
    }
    assert make_plan(compiled(tmp_path, 10, first), tmp_path, aws).empty
