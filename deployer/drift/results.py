"""Read the results of the last drift detection on a stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.faults import read
from deployer.outcome import Names
from deployer.session import Aws
from reviewer.drift_places import place_at, place_for
from reviewer.drifted import Drifted, path_of, value_of


@frozen(eq=True)
class Result:
    """The last check of one resource, as DescribeStackResourceDrifts returns it."""

    stack: str
    """Key of its stack."""
    logical_id: str
    resource_type: str
    status: str
    reason: str
    checked: datetime
    differences: tuple[Drifted, ...]


def read_drifts(aws: Aws, stack_id: str, key: str, statuses: Sequence[str] = ()) -> Iterator[Result]:
    """The results of the last detection on one stack, all pages; those of `statuses` alone, if there are any."""
    only = {"StackResourceDriftStatusFilters": [*statuses]} if statuses else {}
    arguments: dict[str, Json] = {"StackName": stack_id, **only}
    while True:
        page: Json = read(lambda: aws.cloudformation.describe_stack_resource_drifts(**arguments))
        yield from (_result(item, key) for item in page["StackResourceDrifts"])
        if not page.get("NextToken"):
            return
        arguments["NextToken"] = page["NextToken"]


def _result(data: Json, key: str) -> Result:
    status = data["StackResourceDriftStatus"]
    whole = Drifted(key, data["LogicalResourceId"], data["ResourceType"], "", status)
    found = [_difference(whole, item) for item in data.get("PropertyDifferences", ())]
    return Result(
        stack=key,
        logical_id=whole.logical_id,
        resource_type=whole.resource_type,
        status=status,
        reason=data.get("DriftStatusReason", ""),
        checked=data["Timestamp"],
        differences=tuple(found) if status == "MODIFIED" else (whole,) if status == "DELETED" else (),
    )


def _difference(whole: Drifted, item: Json) -> Drifted:
    kind = item["DifferenceType"]
    expected = None if kind == "ADD" else value_of(item["ExpectedValue"])
    actual = None if kind == "REMOVE" else value_of(item["ActualValue"])
    return replace(whole, path=path_of(item["PropertyPath"]), expected=expected, actual=actual)


def placed(result: Result, names: Names, root: Compiled) -> Result:
    """The result with component and place of what it found."""
    component = names.component(result.stack, result.logical_id)
    return replace(result, differences=tuple(_placed(one, component, root) for one in result.differences))


def _placed(one: Drifted, component: str, root: Compiled) -> Drifted:
    known = component in root.places
    at = place_at(root, (one.stack, one.logical_id), one.path) if known else ""
    place = at or (place_for(root, component, one.path, one.expected) if known else "")
    return replace(one, component=component, place=place)
