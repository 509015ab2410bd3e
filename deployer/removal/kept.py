"""What a removal retains: the resource itself, or a snapshot of it, and the ways back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.source.frozen import frozen
from deployer.events import StackEvent
from deployer.leftover import delete_command, import_command
from reviewer.compare import policy_of
from reviewer.template_set import TemplateSet

RETAINING = frozenset({"Retain", "RetainExceptOnCreate"})
"""Deletion policies with which a resource stays (CloudFormation user guide, DeletionPolicy)."""

_WAYS_BACK = (
    f"bring back what is retained with: {import_command('COMPONENT', 'LOGICAL_ID', '', '')}; or remove it with: "
    f"{delete_command('TYPE', 'IDENTIFIER')}"
)


@frozen(eq=True)
class Kept:
    """A resource that the removal retains, or whose snapshot it keeps."""

    component: str
    stack: str
    logical_id: str
    resource_type: str
    policy: str
    """``Retain``: the resource is retained; ``Snapshot``: it is deleted and its snapshot kept."""

    def __str__(self) -> str:
        what = "is deleted, its snapshot is kept" if self.policy == "Snapshot" else "is retained"
        who = f"{self.component}: " if self.component else ""
        return f"{who}{self.resource_type} {self.logical_id} {what}"


def kept_in(templates: TemplateSet, origins: Mapping[str, Mapping[str, str]]) -> Iterator[Kept]:
    for address in templates.addresses():
        policy = policy_of(templates, address, "DeletionPolicy")
        if policy != "Delete":
            stack, logical_id = address
            component = origins.get(stack, {}).get(logical_id, "")
            yield Kept(component, stack, logical_id, str(templates.resource(address).get("Type", "")), policy)


def retained(kept: Sequence[Kept], events: Sequence[StackEvent], unseen: bool = True) -> Iterator[str]:
    """What stays, with what identifies it as far as the events tell; `unseen`: also what they do not tell of."""
    skipped = [event for event in events if event.status == "DELETE_SKIPPED" and event.physical_id]
    names = {(event.stack, event.logical_id): event.physical_id for event in skipped}
    for one in kept:
        physical_id = names.get((one.stack, one.logical_id), "")
        if physical_id or unseen:
            yield f"{one}{f' as {physical_id}' if physical_id else ''}"


def ways_back(kept: Sequence[str]) -> tuple[str, ...]:
    return (_WAYS_BACK,) if any(" is retained as " in one for one in kept) else ()
