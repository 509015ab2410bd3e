"""Remove a stack: list the retained resources first, respect termination protection, wait until it has ended."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, field
from datetime import UTC, datetime

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.operation_limit import OPERATION_LIMIT
from deployer.deployed import Stack, find_stack, nested_stacks, origins_of, read_templates, regions_of, stack_resources
from deployer.errors import refused
from deployer.events import StackEvent, open_stream
from deployer.faults import explained
from deployer.history.keeping import Entry, keeping
from deployer.history.ledger import HERE, Archive, open_ledger
from deployer.history.record import REMOVAL, Begun
from deployer.layers import importers
from deployer.outcome import Names, Outcome, failures
from deployer.removal.contents import Full, empty, full_stores
from deployer.removal.kept import RETAINING, Kept, kept_in, retained, ways_back
from deployer.removal.parts import Part, parts_of
from deployer.removal.shrinking import Shrinking, shrink, with_retained
from deployer.running import check_idle
from deployer.session import Aws
from deployer.states import Operation, state_of, succeeded
from deployer.watch import Progress, Report, Watch, silent
from reviewer.change import Change, Risk
from reviewer.compare import policy_of
from reviewer.deletion_guards import GUARDS_OF, is_guarded
from reviewer.layers import exports_in
from reviewer.losses import removed_text
from reviewer.stores import CLUSTER_MEMBERS, STORES
from reviewer.template_set import ROOT, STACK_TYPE, Address, TemplateSet


@frozen(eq=True)
class Guarded:
    """A resource that is to be deleted, and whose own protection is on as it was deployed."""

    component: str
    stack: str
    logical_id: str
    resource_type: str

    def __str__(self) -> str:
        who = f"{self.component}: " if self.component else ""
        return f"{who}{self.resource_type} {self.logical_id} is protected from deletion"


@frozen(eq=True)
class Removal:
    """The plan of a removal; reading it changes nothing."""

    stack: Stack
    resources: frozenset[str]
    """Logical ids of all resources, nested stacks left out."""
    kept: tuple[Kept, ...]
    origins: Mapping[str, Mapping[str, str]]
    regions: tuple[str, ...]
    """Regions of all roots of the environment; empty when the deployed template does not have them."""
    lost: tuple[Risk, ...] = ()
    """What becomes of data that goes, by component."""
    guarded: tuple[Guarded, ...] = ()
    """What protects itself from the deletion."""
    full: tuple[Full, ...] = ()
    """What has to be emptied before."""
    parts: tuple[Part, ...] = ()
    """Nested stacks that are removed before, where one operation can't delete everything."""
    most: int = OPERATION_LIMIT
    """The most resources of one operation."""

    def to_json(self) -> dict[str, Json]:
        return {
            "lost": [{"component": risk.component, "text": risk.text} for risk in self.lost],
            "guarded": [asdict(one) for one in self.guarded],
            "full": [asdict(one) for one in self.full],
            **({"parts": [asdict(one) for one in self.parts]} if self.parts else {}),
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
    types = {address: str(templates.resource(address).get("Type", "")) for address in templates.addresses()}
    names = _physical_ids(aws, stack)
    updatable = state_of(stack.status).operation is Operation.UPDATE
    going = {one: kind for one, kind in types.items() if one in names and _goes(templates, one)}
    return Removal(
        stack=stack,
        resources=frozenset(logical_id for (_, logical_id), kind in types.items() if kind != STACK_TYPE),
        kept=tuple(kept_in(templates, origins)),
        origins=origins,
        regions=regions_of(root),
        lost=_sorted((*_lost(templates, going, origins, stack.name), *_used(aws, stack, templates, origins))),
        guarded=tuple(_guarded(templates, going, origins)),
        full=full_stores(aws, going, names, origins),
        parts=parts_of(root, names, aws.operation_limit) if updatable else (),
        most=aws.operation_limit,
    )


def stores_going(templates: TemplateSet, origins: Mapping[str, Mapping[str, str]], stack: str) -> tuple[Risk, ...]:
    """What becomes of the data of a stack that is removed with all that its templates have."""
    types = {address: str(templates.resource(address).get("Type", "")) for address in templates.addresses()}
    going = {address: kind for address, kind in types.items() if _goes(templates, address)}
    return tuple(_lost(templates, going, origins, stack))


def _sorted(risks: Iterable[Risk]) -> tuple[Risk, ...]:
    return tuple(sorted(risks, key=lambda risk: (risk.component, risk.text)))


def _used(aws: Aws, stack: Stack, templates: TemplateSet, origins: Mapping[str, Mapping[str, str]]) -> Iterator[Risk]:
    """A line for each export that a platform above uses; AWS is asked only where there are exports."""
    name, environment = stack.tags.get("stackwright:platform", ""), stack.tags.get("stackwright:environment", "")
    exports = exports_in(templates, name, environment)
    for importer in importers(aws, name, environment) if exports else ():
        for export in sorted(importer.exports & exports.keys()):
            component = origins.get(exports[export][0], {}).get(exports[export][1], "") or stack.name
            text = f"{importer} uses the export `{export}`, and fails without it: remove that platform first"
            yield Risk("data", component, text, approval=True)


def _goes(templates: TemplateSet, address: Address) -> bool:
    return policy_of(templates, address, "DeletionPolicy") not in RETAINING


def _physical_ids(aws: Aws, stack: Stack) -> Mapping[Address, str]:
    """What is there: a creation that was rolled back has left nothing, a removal that failed only a part."""
    stacks = {ROOT: stack.id, **nested_stacks(aws, stack.id)} if stack.status != "REVIEW_IN_PROGRESS" else {}
    return {
        (key, one.logical_id): one.physical_id
        for key, stack_id in stacks.items()
        for one in stack_resources(aws, stack_id)
        if one.physical_id and one.status != "DELETE_COMPLETE"
    }


def _lost(
    templates: TemplateSet, going: Mapping[Address, str], origins: Mapping[str, Mapping[str, str]], stack: str
) -> Iterator[Risk]:
    """A line for each store that is deleted; what belongs to no component has the name of the stack."""
    for address, kind in going.items():
        key, logical_id = address
        member = CLUSTER_MEMBERS.get(kind, "")
        if kind in STORES and not (member and templates.resource(address).get("Properties", {}).get(member)):
            component = origins.get(key, {}).get(logical_id, "") or stack
            change = Change("Remove", key, logical_id, kind, policy=policy_of(templates, address, "DeletionPolicy"))
            yield Risk("data", component, removed_text(change, f"{STORES[kind]} {logical_id}"), approval=True)


def _guarded(
    templates: TemplateSet, going: Mapping[Address, str], origins: Mapping[str, Mapping[str, str]]
) -> Iterator[Guarded]:
    for address, kind in going.items():
        if kind in GUARDS_OF and is_guarded(kind, templates.linked(address, "Properties") or {}):
            yield Guarded(origins.get(address[0], {}).get(address[1], ""), *address, kind)


@frozen(eq=True)
class Terms:
    """What a removal may do beside deleting, and where it is recorded."""

    disable_protection: bool = False
    empty: tuple[str, ...] = ()
    """Components whose buckets and repositories are emptied, or ``all``."""
    archive: Archive = HERE
    stores: Mapping[str, str] = field(default_factory=dict)
    """What buckets and repositories of the spec may be called → their components; they may be empty, or gone."""

    def empties(self, store: Full) -> bool:
        return store.can_be_emptied and (EVERYTHING in self.empty or bool(store.names & {*self.empty}))


PLAIN = Terms()
EVERYTHING = "all"


@frozen(eq=True)
class Deletion:
    """What is known of a stack that is deleted."""

    request: str = ""
    """Client request token; empty: none is sent."""
    resources: frozenset[str] = frozenset()
    origins: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()
    before: tuple[StackEvent, ...] = ()
    """What earlier operations of the removal did."""


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
        for store in removal.full:
            if terms.empties(store):
                report(_emptied(store, empty(aws, store), len(removal.resources)))
        shrunk = shrink(_shrinking(removal, terms), aws, report)
        if shrunk.failed:
            return keep(with_retained(shrunk.failed, [*retained(removal.kept, shrunk.events, unseen=False)]))
        return keep(remove_stack(removal, aws, report, entry.begun.request, shrunk.events))


def _shrinking(removal: Removal, terms: Terms) -> Shrinking:
    return Shrinking(removal.stack.id, removal.parts, terms.archive.bucket, removal.origins, removal.resources)


def _emptied(store: Full, count: int, total: int) -> Progress:
    status = f"EMPTIED ({count} deleted)"
    event = StackEvent("", "", "", store.logical_id, store.name, store.resource_type, status, "", datetime.now(UTC))
    return Progress(event, store.component, 0, total)


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
    lost = [f"goes: {risk.component}: {risk.text}" for risk in removal.lost]
    return Entry(begun, removal.to_json() | {"lines": [*lost, *(f"stays: {one}" for one in removal.kept)]})


def new_request() -> str:
    """A client request token that no other operation has."""
    return f"stackwright-{uuid.uuid4()}"


def remove_stack(
    removal: Removal, aws: Aws, report: Report, request: str, before: Sequence[StackEvent] = ()
) -> Outcome:
    """Delete a stack of which it is known what is in it; `before` are the events of what was removed already."""
    deletion = Deletion(request, removal.resources, removal.origins, removal.kept, tuple(before))
    return delete_stack(aws, removal.stack, report, deletion)


def delete_stack(aws: Aws, stack: Stack, report: Report, deletion: Deletion = UNKNOWN) -> Outcome:
    """Delete a stack, addressed by its id: the name of a deleted stack is no longer valid."""
    names = Names(deletion.origins)
    watch = Watch(aws, open_stream(aws, stack.id), names, report, deletion.resources)
    aws.cloudformation.delete_stack(StackName=stack.id, **request_argument(deletion.request))
    ended = watch.until_end()
    found = failures(watch.stream.events, names) if ended.status == "DELETE_FAILED" else ()
    kept = tuple(retained(deletion.kept, (*deletion.before, *watch.stream.events)))
    return Outcome(stack.name, ended.status, succeeded(ended.status), {}, found, kept, ways_back(kept))


def request_argument(request: str) -> dict[str, Json]:
    """The argument with which the events of an operation can be known again."""
    return {"ClientRequestToken": request} if request else {}
