"""Remove a fleet: its stacks in all accounts and regions, then the stack set itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from botocore.exceptions import ClientError

from compiler.language.fleet import Fleet
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from deployer.faults import error_code, explained
from deployer.fleets.access import close_buckets
from deployer.fleets.apply import Tell, status_of
from deployer.fleets.difference import Wanted
from deployer.fleets.plan import fleet_reviews
from deployer.fleets.publishing import Materials
from deployer.fleets.run import Ended, FleetOutcome, Report, Subject, busy, carry_out
from deployer.fleets.state import GONE, State, call_as, read_state
from deployer.fleets.steps import Step, removal_steps
from deployer.session import Aws
from reviewer.change import Review


@frozen(eq=True)
class FleetRemoval:
    """What a removal would do."""

    stack: str
    fleet: Fleet
    places: tuple[str, ...]
    """Account and region of each stack."""
    steps: tuple[Step, ...]
    reviews: tuple[Review, ...]
    """What becomes of the resources; none where the stacks stay."""
    buckets: Mapping[str, str]


@explained("planning the removal")
def plan_fleet_removal(aws: Aws, compiled: Compiled, retain: bool, stem: str) -> FleetRemoval | None:
    """None where there is no stack set. Raises `DeployError` while an operation runs."""
    fleet = compiled.fleet
    assert fleet
    state = read_state(aws, compiled.stack_name, fleet)
    if state.stack_set is None:
        return None
    if state.running:
        raise busy(aws, Subject(compiled.stack_name, fleet))
    wanted = Wanted(fleet, compiled, Materials("", {}, {}, {}, ()))
    reviews = () if retain or not state.instances else tuple(_losses(aws, compiled, state))
    return FleetRemoval(
        stack=compiled.stack_name,
        fleet=fleet,
        places=tuple(one.name for one in state.instances),
        steps=removal_steps(wanted, state, retain),
        reviews=reviews,
        buckets={region: f"{stem}-{region}" for region in fleet.regions},
    )


def _losses(aws: Aws, compiled: Compiled, state: State) -> Iterator[Review]:
    """The reviews of a template without resources."""
    nothing = Template("root", "", {**compiled.root.body, "Resources": {}, "Outputs": {}}, {})
    gone = replace(compiled, root=nothing, children=(), places={}, settings={}, outside=())
    for review, _ in fleet_reviews(aws, gone, state):
        yield replace(review, operation="destroy")


def remove_fleet(aws: Aws, removal: FleetRemoval, report: Report, tell: Tell) -> FleetOutcome:
    """Carry the removal out; a stack that can't be removed keeps the stack set."""
    ended: list[Ended] = []
    for one in carry_out(aws, Subject(removal.stack, removal.fleet), removal.steps, report):
        tell(one)
        ended.append(one)
    if ended and status_of(ended) != "SUCCEEDED":
        return FleetOutcome(removal.stack, status_of(ended), tuple(ended))
    # Nobody reads any more: if this ends half-way, the set is still there, and the same command goes on.
    close_buckets(aws, removal.stack, removal.buckets)
    with explained("deleting the stack set"):
        _delete(aws, removal)
    return FleetOutcome(removal.stack, "DELETED", tuple(ended))


def _delete(aws: Aws, removal: FleetRemoval) -> None:
    """Delete the stack set; one that is gone by now was deleted by an attempt whose answer was lost."""
    try:
        aws.cloudformation.delete_stack_set(StackSetName=removal.stack, **_as(removal.fleet))
    except ClientError as fault:
        if error_code(fault) not in GONE:
            raise


def _as(fleet: Fleet) -> Json:
    return call_as(fleet)
