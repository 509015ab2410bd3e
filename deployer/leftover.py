"""Resources outside of the stack that wants them: left by a failed creation or a removal, or of a name that is taken.

Each is told with the command that brings it under the platform, and the one that removes it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence

from deployer.events import StackEvent
from deployer.failure_hints import NAME_TAKEN, fitting
from reviewer.template_set import STACK_TYPE

_IDENTIFIER = re.compile(r"with identifier '([^']+)' already exists")
"""The words of the registry's handlers (CloudFormation CLI user guide, "Handler error codes")."""


def import_command(component: str, logical_id: str, identifier: str, environment: str) -> str:
    """The command that brings a resource under the platform; words in capitals are for a person to fill in."""
    resource = shlex.quote(f"{component}/{logical_id}={identifier or 'IDENTIFIER'}")
    return f"stackwright import SPEC --env {environment or 'ENV'} {resource}"


def delete_command(resource_type: str, identifier: str) -> str:
    """The command of the AWS CLI that deletes a resource of any type (Cloud Control API user guide)."""
    return f"aws cloudcontrol delete-resource --type-name {resource_type} --identifier {shlex.quote(identifier)}"


def failure_hint(event: StackEvent, component: str, environment: str) -> str:
    """What to do about a failed event: where a name is taken, the command that imports what has it."""
    hint = fitting(event.reason)
    if hint is None or hint.about != NAME_TAKEN or not component or event.status != "CREATE_FAILED":
        return hint.hint if hint else ""
    named = _IDENTIFIER.search(event.reason)
    identifier = named[1] if named else event.physical_id
    return f"{hint.hint}: {import_command(component, event.logical_id, identifier, environment)}"


def left_behind(
    events: Sequence[StackEvent], component_of: Callable[[str, str], str], environment: str
) -> Iterator[str]:
    """What a rollback or a removal has retained, each with its commands."""
    for event in events:
        component = component_of(event.stack, event.logical_id)
        if event.status == "DELETE_SKIPPED" and component and event.physical_id:
            what = f"{component}: {event.resource_type} {event.logical_id} is retained as {event.physical_id}"
            yield what + _ways(event, component, environment)


def not_deleted(events: Sequence[StackEvent], component_of: Callable[[str, str], str]) -> Iterator[str]:
    """What an update that succeeded has not deleted: CloudFormation tries three times, then takes it out of the stack.

    Source: CloudFormation user guide, "Troubleshooting CloudFormation", resources removed from a stack.
    """
    last = {(event.stack, event.logical_id, event.physical_id): event for event in events if not event.of_stack_itself}
    for event in last.values():
        if event.status == "DELETE_FAILED":
            component = component_of(event.stack, event.logical_id)
            what = f"{event.resource_type} {event.logical_id} could not be deleted: {event.reason or 'no reason given'}"
            yield f"{component}: {what}{_left(event)}" if component else f"{what}{_left(event)}"


def _left(event: StackEvent) -> str:
    left = f"; it is left behind as {event.physical_id}, in no stack, and costs what it cost"
    if event.resource_type == STACK_TYPE:
        return f"{left}; delete it with: aws cloudformation delete-stack --stack-name {event.physical_id}"
    if event.resource_type.startswith(("Custom::", "AWS::CloudFormation::")):
        return left
    command = delete_command(event.resource_type, event.physical_id)
    return f"{left}; remove what hinders that, then delete it with: {command}"


def _ways(event: StackEvent, component: str, environment: str) -> str:
    """The commands for it; of what is a custom resource only its own function knows more."""
    if event.resource_type.startswith(("Custom::", "AWS::CloudFormation::")):
        return ""
    adopt = import_command(component, event.logical_id, event.physical_id, environment)
    return f"; bring it back with: {adopt}; or remove it with: {delete_command(event.resource_type, event.physical_id)}"
