"""Remove a stack: list the retained resources first, respect termination protection, wait until it has ended."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field

from compiler.source.json_value import Json
from deployer.deployed import Stack, find_stack, origins_of, read_templates, regions_of
from deployer.errors import refused
from deployer.events import open_stream
from deployer.faults import explained
from deployer.keeping import Entry, keeping
from deployer.ledger import HERE, Archive, open_ledger
from deployer.outcome import Names, Outcome, failures
from deployer.record import REMOVAL, Begun
from deployer.running import check_idle
from deployer.session import Aws
from deployer.states import succeeded
from deployer.watch import Report, Watch, silent
from reviewer.compare import policy_of
from reviewer.template_set import ROOT, STACK_TYPE, TemplateSet


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


@dataclass(frozen=True, slots=True)
class Terms:
    """What a removal may do beside deleting, and where it is recorded."""

    disable_protection: bool = False
    archive: Archive = HERE


PLAIN = Terms()


@dataclass(frozen=True, slots=True)
class Deletion:
    """What is known of a stack that is deleted."""

    request: str = ""
    """Client request token; empty: none is sent."""
    resources: frozenset[str] = frozenset()
    origins: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()


UNKNOWN = Deletion()


@explained("removing the stack")
def destroy(removal: Removal, aws: Aws, report: Report = silent, terms: Terms = PLAIN) -> Outcome:
    """Delete the stack and wait for the end; resources that cannot be deleted are failures of the outcome.

    Raises `DeployError` (exit 4) when the stack is protected from termination and that may not be turned off.
    """
    stack = removal.stack
    if stack.protected and not terms.disable_protection:
        raise refused(
            f"stack {stack.name} is protected from termination",
            "to remove it anyway, run `destroy` with --disable-protection",
            "protected-stack",
        )
    entry = _entry(removal, aws)
    with keeping(aws, open_ledger(aws, terms.archive, stack.name), entry) as keep:
        if stack.protected:
            aws.cloudformation.update_termination_protection(StackName=stack.id, EnableTerminationProtection=False)
        return keep(remove_stack(removal, aws, report, entry.begun.request))


def _entry(removal: Removal, aws: Aws) -> Entry:
    stack, kept = removal.stack, len(removal.kept)
    begun = Begun(
        operation=REMOVAL,
        stack=stack.name,
        region=aws.region,
        account=aws.account,
        stack_id=stack.id,
        request=new_request(),
        who=aws.caller,
        summary=f"removes {len(removal.resources)} resources, of which {kept} are retained",
    )
    return Entry(begun, removal.to_json() | {"lines": [str(one) for one in removal.kept]})


def new_request() -> str:
    """A client request token that no other operation has."""
    return f"stackwright-{uuid.uuid4()}"


def remove_stack(removal: Removal, aws: Aws, report: Report, request: str) -> Outcome:
    """Delete a stack of which it is known what is in it."""
    deletion = Deletion(request, removal.resources, removal.origins, removal.kept)
    return delete_stack(aws, removal.stack, report, deletion)


def delete_stack(aws: Aws, stack: Stack, report: Report, deletion: Deletion = UNKNOWN) -> Outcome:
    """Delete a stack, addressed by its id: the name of a deleted stack is no longer valid."""
    names = Names(deletion.origins)
    watch = Watch(aws, open_stream(aws, stack.id), names, report, deletion.resources)
    aws.cloudformation.delete_stack(StackName=stack.id, **request_argument(deletion.request))
    ended = watch.until_end()
    found = failures(watch.stream.events, names) if ended.status == "DELETE_FAILED" else ()
    return Outcome(stack.name, ended.status, succeeded(ended.status), {}, found, tuple(map(str, deletion.kept)))


def request_argument(request: str) -> dict[str, Json]:
    """The argument with which the events of an operation can be known again."""
    return {"ClientRequestToken": request} if request else {}
