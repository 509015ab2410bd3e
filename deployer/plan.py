"""Plan a deployment: upload, compare, create the change set and describe what it would do. Executes nothing.

compiled ── package, publish ──► URLs, digests, parameters
compiled ── stand_in ──────────► existing resources, in the sandbox alone
stack    ── read_before ───────► what is deployed ── find ─────► changes, and their steps
steps    ── step_requests ─────► a change set for each
first    ── make_change_set ───► the service's own rows ─────► Plan
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled
from deployer.asked import with_answers
from deployer.changeset import ChangeSet, Request, make_change_set, remove
from deployer.deployed import Stack, find_stack, read_before
from deployer.drift.planned import Deployed, with_drift
from deployer.drift.reverting import reverting, with_reverts
from deployer.faults import explained
from deployer.history.materials import Materials
from deployer.history.republish import republish
from deployer.kept.stored import with_stored
from deployer.kept.values import Kept, kept_values
from deployer.layers import compared_values, values_below, with_read_values, with_risks_above
from deployer.outcome import Names, names_of
from deployer.plan_regions import left_behind, not_returned
from deployer.publish import AS_SPECIFIED, Choice, Published, package_all, publish
from deployer.running import beaten, check_idle
from deployer.sandbox.existing import StandIn, stand_in
from deployer.session import Aws
from deployer.snapshots import Snapshot, wanted
from deployer.states import Operation, operation_for
from deployer.step_requests import named, step_requests
from deployer.validations import refusal, with_warnings
from reviewer.change import Review
from reviewer.crosscheck import answered
from reviewer.findings import Findings, find
from reviewer.sides import Before, sides_of
from reviewer.template_set import ROOT

_FAILED_BEFORE = (
    "the first creation of this stack failed and was rolled back; CloudFormation accepts nothing but its deletion, so "
    "apply deletes the failed, empty stack first and then creates it anew"
)

_BACK = (
    "returns to what was deployed after record {number}: templates, code and parameters of then. Data stays as it is "
    "now, and what steps of deployments did, such as migrations, is not undone"
)


@frozen(eq=True)
class Plan:
    """One reviewed deployment, complete: `apply_plan` needs neither the spec nor the templates."""

    review: Review
    request: Request
    change_set: str
    """ARN of the change set; empty when there is nothing to do, or the failed stack has to be deleted first."""
    stack_id: str
    """Stack the plan was made for; empty when there is none yet and nothing to do."""
    base: str
    """When that stack was last changed, as planned; a plan for an older state is stale."""
    materials: Materials
    origins: Mapping[str, Mapping[str, str]]
    """Key of the template → logical id → component path, for events and failures."""
    places: Mapping[str, str]
    """Component path → ``file:line:column``."""
    posture: str
    endpoint: str
    """Empty for AWS itself, ``sandbox``, or the URL of another endpoint."""
    takes: Mapping[str, str]
    """Root parameter → region of the root whose output of the same name is its value."""
    stand_ins: tuple[StandIn, ...] = ()
    """Existing resources created in the sandbox for this plan; empty on AWS."""
    snapshots: tuple[Snapshot, ...] = ()
    """What is made before the change set is executed."""
    kept: tuple[Kept, ...] = ()
    """What others have changed before, and that it leaves."""
    back_to: int = 0
    """Number of the record that it returns to; 0: none."""
    later: tuple[Request, ...] = ()
    """The change sets after the first, in the order of the review's steps: each is made when it is its turn."""

    @property
    def final(self) -> Request:
        """The change set after which the stack is as wanted."""
        return self.later[-1] if self.later else self.request

    @property
    def empty(self) -> bool:
        return self.review.empty


@frozen(eq=True)
class _Subject:
    compiled: Compiled
    published: Published
    stack: Stack | None
    operation: Operation
    stand_ins: tuple[StandIn, ...]
    choice: Choice
    below: Mapping[str, str]

    @property
    def back_to(self) -> int:
        """Number of the record that is returned to; 0 for the spec as it is."""
        return self.choice.back.number if self.choice.back else 0


@explained("planning the deployment")
def make_plan(compiled: Compiled, spec_dir: Path, aws: Aws, choice: Choice = AS_SPECIFIED) -> Plan:
    """Plan the deployment of `compiled`; artefacts are found relative to `spec_dir`.

    Raises `DeployError` when the state of the stack allows no deployment, an artefact is missing, or CloudFormation
    does not accept the templates.
    """
    stack = find_stack(aws, compiled.stack_name)
    check_idle(aws, stack)
    operation = operation_for(compiled.stack_name, stack.status if stack else "")
    packages, below = package_all(compiled, spec_dir), values_below(aws, compiled)
    choice = _keeping(aws, compiled, stack if operation is Operation.UPDATE else None, choice)
    if choice.back is None:
        published = publish(aws, choice, compiled, packages)
    else:
        published = republish(aws, choice, compiled, stack if operation is Operation.UPDATE else None)
    subject = _Subject(compiled, published, stack, operation, stand_in(aws, compiled), choice, below)
    deployed = with_read_values(read_before(aws, stack), stack)
    parameters = with_stored(aws, compiled, _parameters(subject, deployed), below)
    before = with_answers(aws, stack, sides_of(deployed, compiled, parameters))
    found = find(before, compiled, parameters, aws.operation_limit)
    found = with_risks_above(aws, sides_of(before, compiled, parameters), found)
    requests = step_requests(aws, (_request(subject), published), before, found.ways)
    if operation is Operation.RECREATE:
        return _plan(aws, subject, (before, found), (requests, None))
    with beaten(aws, compiled.stack_name), reverting(aws, requests[0]):
        left, change_set = _make_first(aws, requests)
    if change_set.status == "FAILED":
        _discard(aws, subject, change_set, names_of(compiled, before.origins))
    found = replace(found, ways=found.ways[-len(left) :] if len(left) > 1 else ())
    return _plan(aws, subject, (before, found), (left, change_set))


def _keeping(aws: Aws, compiled: Compiled, stack: Stack | None, choice: Choice) -> Choice:
    """The choice with what others have changed since; a return to a record takes what that has."""
    kept = () if choice.back else kept_values(aws, compiled, stack, choice.parameters)
    return replace(choice, kept=kept)


def _make_first(aws: Aws, requests: Sequence[Request]) -> tuple[Sequence[Request], ChangeSet]:
    """The first change set that changes something, and the requests from it on."""
    change_set = make_change_set(aws, requests[0])
    if len(requests) == 1 or not change_set.empty:
        return requests, change_set
    remove(aws, change_set.id)
    return _make_first(aws, requests[1:])


def _request(subject: _Subject) -> Request:
    compiled, published = subject.compiled, subject.published
    request = Request(
        stack_name=compiled.stack_name,
        name="",
        kind="UPDATE" if subject.operation is Operation.UPDATE else "CREATE",
        template_url=published.root_url,
        parameters=published.parameters,
        tags=compiled.tags,
        role=subject.choice.role,
        unchanged=published.kept,
        revert_drift=subject.choice.revert_drift and subject.operation is Operation.UPDATE,
    )
    state = [subject.stack.id, subject.stack.changed] if subject.stack and request.kind == "UPDATE" else []
    return named(request, state)


def _discard(aws: Aws, subject: _Subject, change_set: ChangeSet, names: Names) -> None:
    """Delete a failed change set, and the empty stack if it was created for it."""
    error = None if change_set.empty else refusal(aws, change_set, names, subject.compiled)
    remove(aws, change_set.id)
    if error:
        if subject.stack is None:
            aws.cloudformation.delete_stack(StackName=change_set.stack_id)
        raise error


def _plan(
    aws: Aws,
    subject: _Subject,
    compared: tuple[Before, Findings],
    requested: tuple[Sequence[Request], ChangeSet | None],
) -> Plan:
    (before, found), ((request, *later), change_set) = compared, requested
    compiled, stack = subject.compiled, subject.stack
    usable = change_set is not None and not change_set.empty
    snapshots = tuple(_snapshots(aws, subject, before, request)) if usable else ()
    review = _review(aws, subject, (before, found), change_set)
    return Plan(
        review=replace(review, notes=(*review.notes, *map(str, snapshots))),
        request=request,
        change_set=change_set.id if change_set and usable else "",
        stack_id=change_set.stack_id if change_set else stack.id if stack else "",
        base=stack.changed if stack and subject.operation is not Operation.CREATE else "",
        materials=subject.published.materials,
        origins={template.logical_id or ROOT: template.origins for template in compiled.templates},
        places={component: str(place) for component, place in compiled.places.items()},
        posture=compiled.posture,
        endpoint=aws.endpoint,
        takes=compiled.takes,
        stand_ins=subject.stand_ins,
        snapshots=snapshots,
        kept=subject.choice.kept,
        back_to=subject.back_to,
        later=tuple(later),
    )


def _snapshots(aws: Aws, subject: _Subject, before: Before, request: Request) -> Iterator[Snapshot]:
    new = {template.logical_id or ROOT: template.body for template in subject.compiled.templates}
    if subject.stack and subject.operation is Operation.UPDATE:
        yield from wanted(aws, subject.stack, (before.templates, new), request.name)


def _review(aws: Aws, subject: _Subject, compared: tuple[Before, Findings], change_set: ChangeSet | None) -> Review:
    compiled, (before, found) = subject.compiled, compared
    review = Review(
        platform=compiled.platform,
        environment=compiled.environment,
        stack=compiled.stack_name,
        region=aws.region,
        account=aws.account,
        operation=subject.operation.value,
        changes=found.changes,
        components=found.components,
        risks=found.risks,
        spec=found.spec,
        service=change_set.changes if change_set else (),
        notes=(*_notes(subject, before), *_operations(aws, found)),
        empty=bool(change_set and change_set.empty),
        steps=found.steps,
    )
    return _with_service(aws, subject, (before, found), (review, change_set))


def _with_service(
    aws: Aws, subject: _Subject, compared: tuple[Before, Findings], made: tuple[Review, ChangeSet | None]
) -> Review:
    """The review with what CloudFormation tells: drift, findings of its early validation, hooks, its change set."""
    (before, found), (review, change_set) = compared, made
    compiled = subject.compiled
    if subject.stack and subject.operation is Operation.UPDATE:
        deployed = Deployed(subject.stack, before, compiled)
        if change_set and subject.choice.revert_drift:
            review = with_reverts(review, change_set, deployed.names, compiled)
        if not (change_set and change_set.drift.aware):
            review = with_drift(aws, review, deployed, subject.choice.detect_drift)
    if change_set and change_set.ready:
        review = with_warnings(aws, review, (change_set, names_of(compiled, before.origins)), compiled)
    return review if change_set is None else _answered(review, compiled, found)


def _answered(review: Review, compiled: Compiled, found: Findings) -> Review:
    """The review with CloudFormation's answer, of several change sets with that to the first."""
    if not found.ways:
        return answered(review, compiled)
    first = found.ways[0]
    answer = answered(replace(review, changes=first.changes), first.state.compiled)
    return replace(review, disagreements=answer.disagreements, folded=answer.folded)


def _parameters(subject: _Subject, before: Before) -> Mapping[str, str]:
    """Values of all parameters, also of those that the stack keeps, and those that platforms below export."""
    published, stack = subject.published, subject.stack
    kept = {name: stack.parameters.get(name, "") for name in published.kept} if stack else {}
    return compared_values({**published.parameters, **kept}, subject.below, before)


def _notes(subject: _Subject, before: Before) -> Iterator[str]:
    if subject.operation is Operation.RECREATE:
        yield _FAILED_BEFORE
    if subject.back_to:
        yield _BACK.format(number=subject.back_to)
    yield from map(str, subject.choice.images.values())
    yield from map(str, subject.choice.kept)
    yield from not_returned(subject.choice, subject.compiled)
    yield from left_behind(subject.compiled, before)


def _operations(aws: Aws, found: Findings) -> Iterator[str]:
    """Why there are several change sets, where it is for their size."""
    if found.divided:
        yield (
            f"CloudFormation creates, updates or deletes at most {aws.operation_limit:,} resources in one operation: a "
            f"change set that fails rolls back alone, those before it stay, and the same command goes on from there"
        )
