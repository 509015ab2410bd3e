"""Execute a fleet's plan, and take up what an interrupted one has begun."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from compiler.stacks.compiled import Compiled
from deployer.errors import DeployError, refused
from deployer.faults import explained
from deployer.fleets.access import close_buckets, open_buckets
from deployer.fleets.plan import FleetPlan
from deployer.fleets.run import Ended, FleetOutcome, Report, Subject, busy, carry_out, follow
from deployer.fleets.state import State, read_state
from deployer.fleets.steps import OURS
from deployer.session import Aws

_AGAIN = "plan again, review, and apply that"
Tell = Callable[[Ended], None]
"""Called with each operation as it ends."""


def apply_fleet_plan(aws: Aws, plan: FleetPlan, report: Report, tell: Tell) -> FleetOutcome:
    """Execute the planned operations in their order, up to the first that fails.

    Raises `DeployError` when the plan is for another place or for a state that the stack set no longer has.
    """
    _check_place(aws, plan)
    with explained("reading the stack set"):
        state = read_state(aws, plan.stack, plan.fleet)
    _check_state(aws, plan, state)
    if plan.empty:
        return FleetOutcome(plan.stack, "NO_CHANGES", notes=plan.notes)
    opened = open_buckets(aws, plan.fleet, plan.stack, (plan.buckets, plan.prefixes))
    notes = (*plan.notes, *(f"the accounts of the fleet may read from bucket {bucket} now" for bucket in opened))
    outcome = outcome_of(aws, plan, (report, tell), notes)
    return replace(outcome, notes=(*notes, *_close(aws, plan))) if outcome.succeeded else outcome


def _close(aws: Aws, plan: FleetPlan) -> Iterator[str]:
    """Close the buckets of regions that the fleet has left; a note where that is not allowed."""
    try:
        close_buckets(aws, plan.stack, _left(plan))
    except DeployError as problem:
        yield f"a bucket of a region that was left is still open to the accounts of the fleet: {problem.message}"


def _left(plan: FleetPlan) -> dict[str, str]:
    """The buckets of regions that the fleet has left, by region: nobody there reads them any more."""
    left = {place.partition("/")[2] for place in plan.removed} - {*plan.fleet.regions}
    region, bucket = next(iter(plan.buckets.items()))
    stem = bucket.removesuffix(f"-{region}")
    return {one: f"{stem}-{one}" for one in sorted(left)}


def outcome_of(aws: Aws, plan: FleetPlan, told: tuple[Report, Tell], notes: tuple[str, ...]) -> FleetOutcome:
    report, tell = told
    ended: list[Ended] = []
    for one in carry_out(aws, Subject(plan.stack, plan.fleet), plan.steps, report):
        tell(one)
        ended.append(one)
    return FleetOutcome(plan.stack, status_of(ended), tuple(ended), notes)


def status_of(ended: list[Ended]) -> str:
    """The state of the whole: an operation may succeed though some accounts failed, which is no success."""
    last = ended[-1]
    if not last.succeeded:
        return last.status
    return "SUCCEEDED" if not any(one.failures or one.unlisted for one in ended) else "SUCCEEDED_IN_PART"


def _check_place(aws: Aws, plan: FleetPlan) -> None:
    planned = (plan.account, plan.region, plan.endpoint)
    for what, wanted, found in zip(
        ("account", "region", "endpoint"), planned, (aws.account, aws.region, aws.endpoint), strict=True
    ):
        if wanted != found:
            message = f"the plan is for {what} {wanted or 'AWS itself'}, but this is {found or 'AWS itself'}"
            raise refused(message, "use the profile and endpoint it was made with", "stale-plan")


def _check_state(aws: Aws, plan: FleetPlan, state: State) -> None:
    """The stack set must be as it was planned for, or as this plan itself has left it."""
    own = {step.operation_id for step in plan.steps if step.operation_id}
    if state.last and state.last.id in own:
        return
    if state.running:
        raise busy(aws, Subject(plan.stack, plan.fleet))
    made_here = not plan.base and state.stack_set is not None and not state.instances and state.last is None
    if state.base != plan.base and not made_here:
        was = "there is a stack set by now" if not plan.base else "the stack set was changed"
        raise refused(f"{was} since the plan for {plan.stack} was made", _AGAIN, "stale-plan")


def wait_for_others(aws: Aws, plan: FleetPlan, report: Report) -> Ended | None:
    """Follow an operation that runs to its end, if it is none of the plan's own; None if none runs."""
    with explained("reading the stack set"):
        running = read_state(aws, plan.stack, plan.fleet).running
    if running is None or running.id in {step.operation_id for step in plan.steps}:
        return None
    return follow(aws, Subject(plan.stack, plan.fleet), (running.action, running.id), report)


def take_up(aws: Aws, compiled: Compiled, report: Report, wait: bool) -> Ended | None:
    """Follow an operation that runs, to its end: one that this tool has begun, with `wait` any; None if none runs.

    Raises `DeployError` (exit 7) for another one.
    """
    fleet = compiled.fleet
    assert fleet
    with explained("reading the stack set"):
        state = read_state(aws, compiled.stack_name, fleet)
    subject = Subject(compiled.stack_name, fleet)
    if state.running is None:
        return None
    if not (wait or state.running.id.startswith(OURS)):
        raise busy(aws, subject)
    return follow(aws, subject, (state.running.action, state.running.id), report)


def no_sandbox(environment: str) -> DeployError:
    message = f"{environment} is a fleet, and the sandbox has no stack sets"
    hint = "try the platform in an environment without a fleet, or give AWS_ENDPOINT_URL of an endpoint that has them"
    return refused(message, hint, "fleet-sandbox")
