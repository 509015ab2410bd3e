"""Remove a stack: list the retained resources first, respect termination protection, wait until it has ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from compiler.source.json_value import Json
from deployer.deployed import Stack, find_stack, origins_of, read_templates, regions_of
from deployer.errors import refused
from deployer.events import StackEvent, open_stream
from deployer.faults import explained
from deployer.leftover import delete_command, import_command
from deployer.outcome import Names, Outcome, failures
from deployer.running import check_idle
from deployer.session import Aws
from deployer.states import succeeded
from deployer.watch import Report, Watch, silent
from reviewer.compare import policy_of
from reviewer.template_set import ROOT, STACK_TYPE, TemplateSet

_WAYS_BACK = (
    f"bring back what is retained with: {import_command('COMPONENT', 'LOGICAL_ID', '', '')}; or remove it with: "
    f"{delete_command('TYPE', 'IDENTIFIER')}"
)


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Removal:
    """The plan of a removal; reading it changes nothing."""

    stack: Stack
    resources: frozenset[str]
    """Logical ids of all resources, nested stacks left out."""
    kept: tuple[Kept, ...]
    origins: Mapping[str, Mapping[str, str]]
    regions: tuple[str, ...]
    """Regions of all roots of the environment; empty when the deployed template does not have them."""

    def to_json(self) -> dict[str, Json]:
        return {
            "stack": self.stack.name,
            "status": self.stack.status,
            "protected": self.stack.protected,
            "resources": len(self.resources),
            "kept": [asdict(resource) for resource in self.kept],
        }


@explained("reading what is deployed")
def plan_removal(aws: Aws, stack_name: str) -> Removal:
    """What `destroy` would delete and keep. Raises `DeployError` when nothing is deployed or an operation runs."""
    stack = find_stack(aws, stack_name)
    if stack is None:
        raise refused(f"stack {stack_name} is not deployed", code="not-deployed")
    check_idle(aws, stack)
    templates = TemplateSet(
        read_templates(aws, stack.id) if stack.status != "REVIEW_IN_PROGRESS" else {}, stack.parameters
    )
    root = templates.templates.get(ROOT, {})
    origins = origins_of(root)
    kept = tuple(_kept(templates, origins))
    resources = (address for address in templates.addresses() if templates.resource(address).get("Type") != STACK_TYPE)
    return Removal(stack, frozenset(logical_id for _, logical_id in resources), kept, origins, regions_of(root))


def _kept(templates: TemplateSet, origins: Mapping[str, Mapping[str, str]]) -> Iterator[Kept]:
    for address in templates.addresses():
        policy = policy_of(templates, address, "DeletionPolicy")
        if policy != "Delete":
            stack, logical_id = address
            component = origins.get(stack, {}).get(logical_id, "")
            yield Kept(component, stack, logical_id, str(templates.resource(address).get("Type", "")), policy)


@explained("removing the stack")
def destroy(removal: Removal, aws: Aws, report: Report = silent, disable_protection: bool = False) -> Outcome:
    """Delete the stack and wait for the end; resources that cannot be deleted are failures of the outcome.

    Raises `DeployError` (exit 4) when the stack is protected from termination and `disable_protection` is not given.
    """
    stack = removal.stack
    if stack.protected and not disable_protection:
        raise refused(
            f"stack {stack.name} is protected from termination",
            "to remove it anyway, run `destroy` with --disable-protection",
            "protected-stack",
        )
    if stack.protected:
        aws.cloudformation.update_termination_protection(StackName=stack.id, EnableTerminationProtection=False)
    return delete_stack(aws, stack, report, removal)


def delete_stack(aws: Aws, stack: Stack, report: Report, removal: Removal | None = None) -> Outcome:
    """Delete a stack, addressed by its id: the name of a deleted stack is no longer valid."""
    names = Names(removal.origins if removal else {})
    watch = Watch(aws, open_stream(aws, stack.id), names, report, removal.resources if removal else frozenset())
    aws.cloudformation.delete_stack(StackName=stack.id)
    ended = watch.until_end()
    found = failures(watch.stream.events, names) if ended.status == "DELETE_FAILED" else ()
    kept = tuple(_retained(removal, watch.stream.events)) if removal else ()
    return Outcome(stack.name, ended.status, succeeded(ended.status), {}, found, kept, _ways_back(kept))


def _retained(removal: Removal, events: Sequence[StackEvent]) -> Iterator[str]:
    """What stays, with what identifies it, as far as the events of the removal tell."""
    skipped = [event for event in events if event.status == "DELETE_SKIPPED" and event.physical_id]
    names = {(event.stack, event.logical_id): event.physical_id for event in skipped}
    for one in removal.kept:
        physical_id = names.get((one.stack, one.logical_id), "")
        yield f"{one}{f' as {physical_id}' if physical_id else ''}"


def _ways_back(kept: Sequence[str]) -> tuple[str, ...]:
    return (_WAYS_BACK,) if any(" is retained as " in one for one in kept) else ()
