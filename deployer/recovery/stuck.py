"""The resources of a stack that failed, and how people name them: by component or by logical id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compiler.source.diagnostics import did_you_mean
from compiler.source.frozen import frozen
from deployer.deployed import Stack, nested_stacks, origins_of, read_template, stack_resources
from deployer.errors import refused
from deployer.events import last_operation
from deployer.session import Aws
from reviewer.template_set import ROOT, STACK_TYPE


@frozen(eq=True)
class Stuck:
    """One resource on which the last operation failed."""

    logical_id: str
    resource_type: str
    stack: str = ""
    """Logical id of its nested stack; empty for the root."""
    stack_id: str = ""
    """ARN of its nested stack; empty for the root."""
    component: str = ""
    reason: str = ""

    @property
    def address(self) -> str:
        """``LogicalId``, or ``NestedStack.LogicalId``."""
        return f"{self.stack}.{self.logical_id}" if self.stack else self.logical_id

    @property
    def names(self) -> frozenset[str]:
        """All that a person may call it."""
        return frozenset({self.address, self.logical_id, self.component, self.component.rpartition(".")[2]} - {""})

    def __str__(self) -> str:
        who = f"{self.component}: " if self.component else ""
        return f"{who}{self.resource_type} {self.address}{f' ({self.reason})' if self.reason else ''}"


def stuck_resources(aws: Aws, stack: Stack) -> tuple[Stuck, ...]:
    """What failed, in the root and its nested stacks; a nested stack that only repeats its own resources' failure is
    left out.
    """
    children = nested_stacks(aws, stack.id)
    origins = origins_of(read_template(aws, stack.id))
    found = _by_status(aws, stack, children) or _by_events(aws, stack)
    named = (_named(one, origins, children) for one in found)
    deepest = {one.stack for one in found}
    return tuple(one for one in named if not (one.resource_type == STACK_TYPE and one.logical_id in deepest))


def _by_status(aws: Aws, stack: Stack, children: Mapping[str, str]) -> tuple[Stuck, ...]:
    reasons = {(event.stack, event.logical_id): event.reason for event in last_operation(aws, stack.id) if event.failed}
    return tuple(
        Stuck(one.logical_id, one.resource_type, key, reason=reasons.get((key or ROOT, one.logical_id), ""))
        for key, stack_id in {"": stack.id, **children}.items()
        for one in stack_resources(aws, stack_id)
        if one.status.endswith("_FAILED")
    )


def _by_events(aws: Aws, stack: Stack) -> tuple[Stuck, ...]:
    """What the events of the rollback say, where the resources do not keep their failure."""
    events = last_operation(aws, stack.id)
    undone = [number for number, event in enumerate(events) if event.of_root and "ROLLBACK_IN_PROGRESS" in event.status]
    rollback = events[undone[-1] :] if undone else events
    last = {(event.stack, event.logical_id): event for event in rollback if not event.of_stack_itself}
    return tuple(
        Stuck(event.logical_id, event.resource_type, "" if event.stack == ROOT else event.stack, reason=event.reason)
        for event in last.values()
        if event.failed
    )


def _named(one: Stuck, origins: Mapping[str, Mapping[str, str]], children: Mapping[str, str]) -> Stuck:
    component = origins.get(one.stack or ROOT, {}).get(one.logical_id, "")
    stack_id = children.get(one.stack, "")
    return Stuck(one.logical_id, one.resource_type, one.stack, stack_id, component, one.reason)


def retained_before(aws: Aws, stack: Stack, stuck: Sequence[Stuck]) -> tuple[Stuck, ...]:
    """What an earlier run has retained already: resources of nested stacks that have yet to go from the root.

    Events tell, since a nested stack that is deleted may list no resources any more.
    """
    children = nested_stacks(aws, stack.id)
    origins = origins_of(read_template(aws, stack.id))
    waiting = [one.logical_id for one in stuck if one.resource_type == STACK_TYPE and one.logical_id in children]
    return tuple(
        _named(Stuck(event.logical_id, event.resource_type, key), origins, children)
        for key in waiting
        for event in last_operation(aws, children[key])
        if event.status == "DELETE_SKIPPED"
    )


def chosen(stuck: Sequence[Stuck], names: Sequence[str]) -> tuple[Stuck, ...]:
    """The resources that `names` stand for, a component for all of its own that failed."""
    return tuple(one for one in stuck if one.names & {*names})


def check_names(stuck: Sequence[Stuck], names: Sequence[str], option: str) -> None:
    """Raises `DeployError` (exit 4) for a name that is of none of the resources that failed."""
    known = sorted({name for one in stuck for name in one.names})
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or "nothing failed"
            raise refused(f"{option} names '{name}', on which no operation failed", hint, "unknown-resource")
