"""Plan an import: one change set of type IMPORT for each nested stack that gets resources.

stack, targets ── scaffold ──► empty nested stacks first, where they are not deployed
nested stack   ── prepare ───► template, identifiers ──► make_change_set ── only imports? ──► Plan
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled
from deployer.bucket import ensure_bucket
from deployer.changeset import ChangeSet, Request, make_change_set, remove
from deployer.deployed import find_stack, nested_stacks, read_before
from deployer.errors import occupied, refused
from deployer.faults import explained
from deployer.importing.actual import actual_properties, differing
from deployer.importing.afterwards import afterwards
from deployer.importing.prepared import Prepared, check_beforehand, prepare
from deployer.importing.rejected import identifier_of, rejected_import, surprising
from deployer.importing.scaffold import scaffold
from deployer.importing.subject import Subject, materials_of, named
from deployer.importing.targets import Target
from deployer.plan import Plan
from deployer.publish import Choice
from deployer.running import beaten, check_idle
from deployer.session import Aws
from deployer.states import Operation, at_work, operation_for
from reviewer.change import Change, ComponentChange, Review
from reviewer.template_set import ROOT
from reviewer.values import joined


@frozen(eq=True)
class Imports:
    """The change sets that can be made now."""

    plans: tuple[Plan, ...]
    further: bool = False
    """Whether they only make room: the import itself can be planned once they are executed."""


@explained("planning the import")
def plan_import(aws: Aws, compiled: Compiled, targets: Sequence[Target], choice: Choice) -> Imports:
    """Plan the import of `targets` into one root. Raises `DeployError` when anything of it can't be imported."""
    subject = _subject(aws, compiled, choice)
    wanted = list(dict.fromkeys(target.stack for target in targets))
    missing = [key for key in wanted if not _stack_id(subject, key)]
    if missing:
        check_beforehand(subject, [one for one in targets if one.stack in missing])
        return Imports((scaffold(subject, missing),), further=True)
    prepared = [_prepared(subject, key, [one for one in targets if one.stack == key]) for key in wanted]
    return Imports(tuple(_planned(one) for one in prepared if one.targets))


def _subject(aws: Aws, compiled: Compiled, choice: Choice) -> Subject:
    stack = find_stack(aws, compiled.stack_name)
    check_idle(aws, stack)
    status = stack.status if stack else ""
    if operation_for(compiled.stack_name, status) is Operation.RECREATE:
        message = f"stack {compiled.stack_name} is in state {status}: nothing can be imported into it"
        raise refused(message, "delete what the failed creation left, with `recover`, then import", "unfit-stack")
    nested = nested_stacks(aws, stack.id) if stack and status != "REVIEW_IN_PROGRESS" else {}
    return Subject(aws, compiled, choice, ensure_bucket(aws, choice.bucket), stack, nested)


def _stack_id(subject: Subject, key: str) -> str:
    if key == ROOT:
        return subject.stack.id if subject.stack and subject.deployed else ""
    return subject.nested.get(key, "")


def _prepared(subject: Subject, key: str, targets: Sequence[Target]) -> Prepared:
    stack = find_stack(subject.aws, _stack_id(subject, key))
    if stack is None:
        raise refused(f"the nested stack {key} is gone", "deploy again", "unfit-stack")
    if at_work(stack.status):
        message = f"an operation runs on the nested stack {stack.name}: {stack.status}"
        raise occupied(message, "--wait waits for its end, `events --follow` shows it")
    return prepare(subject, key, stack, targets)


def _planned(one: Prepared) -> Plan:
    subject, aws = one.subject, one.subject.aws
    request = _request(one)
    with beaten(aws, subject.compiled.stack_name):
        change_set = make_change_set(aws, request)
    _check(aws, one, change_set)
    compiled = subject.compiled
    return Plan(
        review=_review(one, change_set),
        request=request,
        change_set=change_set.id,
        stack_id=change_set.stack_id,
        base=one.stack.changed,
        materials=materials_of(subject),
        origins={ROOT: {target.logical_id: target.component for target in one.targets}},
        places={component: str(place) for component, place in compiled.places.items()},
        posture="",  # protection is the root's, by its next deployment
        endpoint=aws.endpoint,
        takes={},
    )


def _request(one: Prepared) -> Request:
    imported = tuple(
        {
            "ResourceType": target.resource_type,
            "LogicalResourceId": target.logical_id,
            "ResourceIdentifier": dict(one.identifiers[target.logical_id]),
        }
        for target in one.targets
    )
    request = Request(
        stack_name=one.stack.name,
        name="",
        kind="IMPORT",
        template_url=one.url,
        parameters={},
        tags={key: value for key, value in one.stack.tags.items() if not key.startswith("aws:")},
        role=one.subject.choice.role,
        unchanged=tuple(sorted(one.template.body.get("Parameters", {}))),
        imported=imported,
    )
    return named(request, one.stack)


def _check(aws: Aws, one: Prepared, change_set: ChangeSet) -> None:
    """Raises `DeployError` for a change set that failed, and for one that would do anything but the import."""
    wanted = {("Import", target.logical_id) for target in one.targets}
    rows = {(row.action, row.logical_id) for row in change_set.changes}
    if change_set.ready and rows == wanted:
        return
    error = surprising(rows ^ wanted) if change_set.ready else rejected_import(one, change_set)
    remove(aws, change_set.id)
    raise error


def _review(one: Prepared, change_set: ChangeSet) -> Review:
    subject = one.subject
    compiled = subject.compiled
    name = next(template.name for template in compiled.templates if (template.logical_id or ROOT) == one.key)
    changes = tuple(
        Change(
            "Import",
            name,
            target.logical_id,
            target.resource_type,
            target.component,
            note=f"is {identifier_of(one, target)}",
        )
        for target in one.targets
    )
    before = read_before(subject.aws, subject.stack)
    return replace(
        subject.review(),
        changes=changes,
        components=tuple(_components(compiled, changes)),
        service=tuple(replace(row, stack=one.key) for row in change_set.changes),
        notes=(*afterwards(before, compiled, one.key, one.template, one.targets), *_compared(one)),
    )


def _compared(one: Prepared) -> Iterator[str]:
    """What differs in the real resources, and which could not be compared."""
    unread: list[str] = []
    for target in one.targets:
        actual = actual_properties(one.subject.aws, target, one.identifiers[target.logical_id])
        wanted = one.template.body["Resources"][target.logical_id].get("Properties", {})
        if actual is None:
            unread.append(target.logical_id)
        else:
            yield from differing(target, wanted, actual)
    if unread:
        yield f"the settings of {joined(unread)} could not be read: look for drift after the import"


def _components(compiled: Compiled, changes: Sequence[Change]) -> Iterator[ComponentChange]:
    for component in dict.fromkeys(change.component for change in changes):
        own = [change for change in changes if change.component == component]
        place = compiled.places.get(component)
        yield ComponentChange(component, "import", resources=len(own), place=str(place) if place else "")
