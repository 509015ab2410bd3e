"""Read state, size and last change of a deployed stack and its nested stacks, and its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.deployed import Stack, StackResource, find_stack, stack_resources
from deployer.errors import refused
from deployer.faults import explained
from deployer.session import Aws
from reviewer.template_set import STACK_TYPE

NOT_DEPLOYED = "NOT_DEPLOYED"


@frozen(eq=True)
class StackStatus:
    """One stack in brief."""

    name: str
    """The root's stack name; for a nested stack its logical id in the root."""
    status: str
    reason: str = ""
    resources: int = 0
    """Resources that the stack itself holds, nested stacks not counted."""
    changed: str = ""
    """ISO 8601."""


@frozen(eq=True)
class Status:
    """A platform's environment as deployed."""

    root: StackStatus
    nested: tuple[StackStatus, ...] = ()
    protected: bool = False

    @property
    def deployed(self) -> bool:
        return self.root.status != NOT_DEPLOYED

    @property
    def resources(self) -> int:
        return self.root.resources + sum(stack.resources for stack in self.nested)

    def to_json(self) -> dict[str, Json]:
        return {**asdict(self), "deployed": self.deployed, "resources": self.resources}


@explained("reading the state of the stack")
def read_status(aws: Aws, stack_name: str) -> Status:
    """State of the stack and its nested stacks; a stack that does not exist is `NOT_DEPLOYED`, not an error."""
    stack = find_stack(aws, stack_name)
    if stack is None:
        return Status(StackStatus(stack_name, NOT_DEPLOYED))
    resources = stack_resources(aws, stack.id)
    children = (resource for resource in resources if resource.resource_type == STACK_TYPE and resource.physical_id)
    nested = tuple(_nested(aws, child) for child in sorted(children, key=lambda child: child.logical_id))
    return Status(_brief(stack.name, stack, resources), nested, stack.protected)


def _nested(aws: Aws, child: StackResource) -> StackStatus:
    stack = find_stack(aws, child.physical_id)
    if stack is None:
        return StackStatus(child.logical_id, child.status)
    return _brief(child.logical_id, stack, stack_resources(aws, stack.id))


def _brief(name: str, stack: Stack, resources: tuple[StackResource, ...]) -> StackStatus:
    count = sum(resource.resource_type != STACK_TYPE and resource.status != "DELETE_COMPLETE" for resource in resources)
    return StackStatus(name, stack.status, stack.reason, count, stack.changed)


@explained("reading the outputs of the stack")
def read_outputs(aws: Aws, stack_name: str) -> Mapping[str, str]:
    """Outputs of the root stack. Raises `DeployError` (exit 4) when it is not deployed."""
    stack = find_stack(aws, stack_name)
    if stack is None or stack.status == "REVIEW_IN_PROGRESS":
        raise refused(f"stack {stack_name} is not deployed", "deploy it first", "not-deployed")
    return stack.outputs
