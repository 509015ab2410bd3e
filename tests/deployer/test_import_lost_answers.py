"""An import whose answers do not come back, or come back cut short, happens once all the same, over real HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployer.apply import apply_plan
from deployer.deployed import find_stack, nested_stacks
from deployer.importing.plan_import import plan_import
from deployer.importing.targets import Wanted, targets
from deployer.publish import AS_SPECIFIED
from deployer.session import Aws
from tests.deployer.imports import TABLE, data, demo, deploy, hand_made_table
from tests.deployer.test_lost_answers import Damage, cut, damaged, lost

OPERATIONS = [
    "CreateChangeSet",
    "DescribeChangeSet",
    "DescribeStackEvents",
    "DescribeStacks",
    "ExecuteChangeSet",
    "GetTemplate",
    "GetTemplateSummary",
    "ListStackResources",
]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("damage", [lost, cut])
def test_an_import_happens_once(aws: Aws, spec_dir: Path, operation: str, damage: Damage) -> None:
    stack, table = "lossy", f"Orders{operation}{damage.__name__}Table"
    if find_stack(aws, stack) is None:
        deploy(demo(stack, data(OldTable=TABLE)), spec_dir, aws)
    hand_made_table(aws, table)
    compiled = demo(stack, data(OldTable=TABLE, **{table: TABLE}))
    wishes = targets([compiled], [Wanted("tables.orders", table, table)])
    with damaged(aws, operation, damage) as sent:
        (plan,) = plan_import(aws, compiled, wishes, AS_SPECIFIED).plans
        outcome = apply_plan(plan, aws)
    assert sent
    assert outcome.status == "IMPORT_COMPLETE"
    assert imports(aws, stack, table) == 1


def imports(aws: Aws, name: str, logical_id: str) -> int:
    """How often a resource was imported into a nested stack of `name`."""
    root = find_stack(aws, name)
    assert root is not None
    events = [
        event
        for nested in nested_stacks(aws, root.id).values()
        for page in aws.cloudformation.get_paginator("describe_stack_events").paginate(StackName=nested)
        for event in page["StackEvents"]
    ]
    done = [one for one in events if one["ResourceStatus"] == "IMPORT_COMPLETE"]
    return sum(one["LogicalResourceId"] == logical_id for one in done)
