"""Hooks that a change set will call when it is executed, and what hooks have said of a deployment.

Source: CloudFormation API reference, DescribeChangeSetHooks, and hooks user guide, "View Hook invocation results".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from botocore.exceptions import ClientError

from compiler.source.json_value import Json
from deployer.changeset import ChangeSet
from deployer.events import StackEvent
from deployer.faults import read
from deployer.outcome import Names
from deployer.session import Aws
from reviewer.values import counted


def planned_hooks(aws: Aws, change_sets: Iterable[ChangeSet]) -> Iterator[str]:
    """A sentence for each hook that will be called, with how many resources it looks at."""
    targets: defaultdict[tuple[str, bool], set[str]] = defaultdict(set)
    for change_set in change_sets:
        for hook in _hooks(aws, change_set) if change_set.hooks else ():
            resource = hook.get("TargetDetails", {}).get("ResourceTargetDetails", {})
            key = hook["TypeName"], hook.get("FailureMode") == "WARN"
            targets[key].add(f"{change_set.id} {resource.get('LogicalResourceId', '')}")
    for (name, warns), resources in sorted(targets.items()):
        then = "only warns" if warns else "stops the deployment"
        yield f"hook {name} looks at {counted(len(resources), 'resource')} before it is changed, and {then} if it fails"


def _hooks(aws: Aws, change_set: ChangeSet) -> Sequence[Json]:
    """The hooks of one change set, all pages; none where they can't be asked for."""
    arguments: dict[str, Json] = {"ChangeSetName": change_set.id}
    found: list[Json] = []
    try:
        while True:
            page: Json = read(lambda: aws.cloudformation.describe_change_set_hooks(**arguments))
            found += page.get("Hooks", ())
            if not page.get("NextToken"):
                return found
            arguments["NextToken"] = page["NextToken"]
    except ClientError:
        return found


def hook_warnings(events: Sequence[StackEvent], names: Names) -> Iterator[str]:
    """A sentence for each hook that failed and let the deployment go on."""
    for event in events:
        if event.hook and event.hook.failed and event.hook.warns:
            component = names.component(event.stack, event.logical_id)
            what = f"{component}: {event.logical_id}" if component else event.logical_id
            yield f"hook {event.hook.name} warns of {what}: {event.hook.reason}"
