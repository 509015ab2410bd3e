"""The result of an operation: state, outputs, and the root cause of a failure, by component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, field, replace

from compiler.source.diagnostics import NOWHERE, Diagnostic, Place
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.events import StackEvent
from deployer.leftover import failure_hint, left_behind, not_deleted
from reviewer.template_set import ROOT, STACK_TYPE

_ECHOES = (
    "Resource creation cancelled",
    "Resource update cancelled",
    "Resource deletion cancelled",
    "The following resource(s) failed to",
)
_HOOKS = "The following hook(s)"


@frozen(eq=True)
class Failure:
    """One resource that failed for a reason of its own."""

    stack: str
    """Key of its template: empty for the root, else the nested stack's logical id."""
    logical_id: str
    resource_type: str
    status: str
    reason: str
    component: str = ""
    place: str = ""
    """``file:line:column`` of the component, where it is known."""
    hint: str = ""

    def diagnostic(self) -> Diagnostic:
        """The failure as an error of its component, where it is known."""
        where = f"{self.stack}/{self.logical_id}" if self.stack else self.logical_id
        return Diagnostic(
            code="resource-failed",
            message=f"{self.status}: {self.reason}",
            place=place_from(self.place),
            component=self.component,
            suggestion=self.hint,
            resource=f"{self.resource_type} {where}",
        )


@frozen(eq=True)
class Outcome:
    """The end of a deployment or a removal; `failures` come in order of time, the root cause first."""

    stack: str
    status: str
    """State of the stack; ``NO_CHANGES`` when there was nothing to do."""
    succeeded: bool
    outputs: Mapping[str, str] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    retained: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be protected afterwards."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return tuple(failure.diagnostic() for failure in self.failures)

    def to_json(self) -> dict[str, Json]:
        return {**asdict(self), "failures": [found.to_json() for found in self.diagnostics]}

    def __str__(self) -> str:
        return "\n".join([f"stack {self.stack}: {self.status}", *map(str, self.diagnostics)])


def place_from(text: str) -> Place:
    """A place as it was written."""
    if not text:
        return NOWHERE
    file, line, column = text.rsplit(":", 2)
    return Place(file, int(line), int(column))


@frozen(eq=True)
class Names:
    """Finds the component and the place of a resource; both maps may be empty."""

    origins: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Key of the template → logical id → component path."""
    places: Mapping[str, str] = field(default_factory=dict)
    environment: str = ""
    """Empty where it is not known."""

    def component(self, stack: str, logical_id: str) -> str:
        return self.origins.get(stack, {}).get(logical_id, "")


def names_of(root: Compiled, deployed: Mapping[str, Mapping[str, str]] | None = None) -> Names:
    """Components and places of what a root compiles to, and those that are `deployed`, by key of the template."""
    compiled = {template.logical_id or ROOT: template.origins for template in root.templates}
    known = deployed or {}
    origins = {key: {**compiled.get(key, {}), **known.get(key, {})} for key in {**compiled, **known}}
    places = {component: str(place) for component, place in root.places.items()}
    return Names(origins, places, root.environment)


def failures(events: Sequence[StackEvent], names: Names) -> tuple[Failure, ...]:
    """Failures of their own: without cancellations, and without a parent that only repeats its child's failure."""
    failed_events = [event for event in events if event.failed and not event.reason.startswith(_ECHOES)]
    resources = [event for event in failed_events if not event.of_stack_itself]
    children = {event.stack for event in resources}
    deepest = [event for event in resources if not (event.resource_type == STACK_TYPE and event.logical_id in children)]
    told = [one for event in deepest or failed_events for one in _by_hooks(event, events)]
    return tuple(dict.fromkeys(_failure(event, names) for event in told))


def _by_hooks(event: StackEvent, events: Sequence[StackEvent]) -> Sequence[StackEvent]:
    """What the hooks said that stopped a resource, instead of their names; else the event itself."""
    if not event.reason.startswith(_HOOKS):
        return (event,)
    same = [one for one in events if (one.stack, one.logical_id) == (event.stack, event.logical_id) and one.hook]
    stopped = [one.hook for one in same if one.hook and one.hook.failed and not one.hook.warns]
    return [replace(event, reason=f"hook {hook.name}: {hook.reason}") for hook in stopped] or (event,)


def retained(events: Sequence[StackEvent], names: Names) -> tuple[str, ...]:
    """What the operation has left behind, with the commands that bring it back or remove it."""
    return tuple(dict.fromkeys(left_behind(events, names.component, names.environment)))


def left_over(events: Sequence[StackEvent], names: Names) -> tuple[str, ...]:
    """What an operation that succeeded could not delete."""
    return tuple(not_deleted(events, names.component))


def _failure(event: StackEvent, names: Names) -> Failure:
    component = names.component(event.stack, "" if event.of_stack_itself else event.logical_id)
    return Failure(
        stack=event.stack if event.stack != ROOT else "",
        logical_id=event.logical_id,
        resource_type=event.resource_type,
        status=event.status,
        reason=event.reason or "no reason given",
        component=component,
        place=names.places.get(component, ""),
        hint=failure_hint(event, component, names.environment),
    )
