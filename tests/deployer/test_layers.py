"""Two platforms, one above the other, in the sandbox: what is told before the lower one is there, and of changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.deployed import _stack
from deployer.errors import DeployError
from deployer.layers import compared_values, importers, with_read_values
from deployer.plan import Plan, make_plan
from deployer.removal.destroy import plan_removal
from deployer.session import Aws
from reviewer.change import Change
from reviewer.layers import Importer, layer_risks
from reviewer.sides import Before

BELOW = """
platform: PLATFORM
environments: {dev: {posture: development}}
queues:
  jobs: {fifo: FIFO}
  others: {}
tables: {orders: {key: id}}
exports:
  jobs: {}
  others: {}
  orders: {}
"""
ABOVE = """
platform: PLATFORM-top
environments: {dev: {posture: development}}
imports: {base: {platform: ./below.yaml}}
functions:
  api:
    runtime: python3.13
    code: ./functions/api
    handler: app.handler
    uses: {jobs: send, orders: [read, write]}
"""


def compiled(folder: Path, name: str, text: str) -> Compiled:
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    (found,) = compile_spec(str(file))
    return found


def below(folder: Path, platform: str, text: str = BELOW, fifo: str = "false") -> Compiled:
    return compiled(folder, "below", text.replace("PLATFORM", platform).replace("FIFO", fifo))


def above(folder: Path, platform: str) -> Compiled:
    return compiled(folder, "above", ABOVE.replace("PLATFORM", platform))


def deployed(aws: Aws, spec_dir: Path, one: Compiled) -> Plan:
    plan = make_plan(one, spec_dir, aws)
    outcome = apply_plan(plan, aws)
    assert outcome.succeeded, outcome.failures
    return plan


def told(plan: Plan) -> list[str]:
    return [f"{risk.component}: {risk.text}" for risk in plan.review.risks if risk.kind == "outage" and risk.serious]


def test_the_platform_below_has_to_come_first(aws: Aws, spec_dir: Path) -> None:
    below(spec_dir, "lay-first")
    with pytest.raises(DeployError) as caught:
        make_plan(above(spec_dir, "lay-first"), spec_dir, aws)
    (found,) = caught.value.diagnostics
    assert (found.code, found.component) == ("layer-missing", "imports.base")
    assert found.message == "lay-first dev has to be deployed before: it does not export jobs, orders yet"
    assert found.suggestion == f"run: stackwright deploy {spec_dir}/below.yaml --env dev"


def test_the_page_shows_what_is_told(aws: Aws, spec_dir: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "layers.md").read_text(encoding="utf-8")
    for name, spec in re.findall(r"^```yaml\n# (\w+)\.yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
        (spec_dir / f"{name}.yaml").write_text(spec, encoding="utf-8")
    (spec_dir / "api").mkdir()
    (spec_dir / "api" / "app.py").write_text("", encoding="utf-8")
    (prod,) = compile_spec(str(spec_dir / "shop.yaml"), ("prod",))
    with pytest.raises(DeployError) as caught:
        make_plan(prod, spec_dir, aws)
    assert str(caught.value).replace(f"{spec_dir}/", "") in page
    change = Change("Modify", "messaging", "OrdersExportId", "AWS::SSM::Parameter", "queues.jobs")
    (risk,) = layer_risks({"orders": (change, False)}, [Importer("shop", "prod", frozenset({"orders"}))])
    assert f"RISK  {risk.kind}  {risk.component}  {risk.text}" in page


def test_one_above_the_other(aws: Aws, spec_dir: Path) -> None:
    """A change below is told where it changes what is used above, and nothing stands in its way."""
    deployed(aws, spec_dir, below(spec_dir, "lay-two"))
    deployed(aws, spec_dir, above(spec_dir, "lay-two"))
    assert importers(aws, "lay-two", "dev") == (Importer("lay-two-top", "dev", frozenset({"jobs", "orders"})),)
    changed = below(spec_dir, "lay-two", fifo="true")
    lower = deployed(aws, spec_dir, changed)
    assert told(lower) == [
        "queues.jobs: lay-two-top dev uses the export `jobs`, which gets another value: deploy it again after this"
    ]
    lost = [f"{one.component}: {one.text}" for one in plan_removal(aws, "lay-two-dev").lost if "export" in one.text]
    assert lost[0] == (
        "queues.jobs: lay-two-top dev uses the export `jobs`, and fails without it: remove that platform first"
    )
    upper = deployed(aws, spec_dir, above(spec_dir, "lay-two"))
    assert {change.component for change in upper.review.changes} == {"functions.api"}
    assert make_plan(above(spec_dir, "lay-two"), spec_dir, aws).empty


def test_what_nobody_uses_may_go(aws: Aws, spec_dir: Path) -> None:
    deployed(aws, spec_dir, below(spec_dir, "lay-gone"))
    deployed(aws, spec_dir, above(spec_dir, "lay-gone"))
    without = BELOW.replace("  others: {}\n", "").replace("  jobs: {}\n", "")
    plan = make_plan(below(spec_dir, "lay-gone", without), spec_dir, aws)
    assert told(plan) == [
        "queues.jobs: lay-gone-top dev uses the export `jobs`, which goes away: take it out of there first"
    ]


def test_the_value_that_was_read_is_compared() -> None:
    """CloudFormation tells both the name of the SSM parameter and the value that it read (API reference, Parameter)."""
    told_by_aws = {"ParameterKey": "Id", "ParameterValue": "/name", "ResolvedValue": "old"}
    data = {"StackId": "1", "StackName": "a", "StackStatus": "CREATE_COMPLETE", "Parameters": [told_by_aws]}
    stack = _stack(data)
    assert (stack.parameters, stack.resolved) == ({"Id": "/name"}, {"Id": "old"})
    before = with_read_values(Before({"": {}}, stack.parameters), stack)
    assert before.parameters == {"Id": "old"}
    assert compared_values({"Id": "/name"}, {"Id": "new"}, before) == {"Id": "new"}
    unknown = Before({"": {}}, stack.parameters)
    assert compared_values({"Id": "/name"}, {"Id": "new"}, unknown) == {"Id": "/name"}
