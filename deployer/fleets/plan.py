"""Plan a fleet: which stacks are made, updated and removed, and what becomes of the resources in them.

StackSets has no change sets. The template is compared with the one that the stack set has, as `diff` does, once for
each account and region with values of its own; what has to be approved is what has to be approved in any of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from compiler.language.fleet import Fleet
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.deployed import origins_of, settings_of
from deployer.errors import refused
from deployer.faults import explained
from deployer.fleets.difference import Difference, Wanted, difference
from deployer.fleets.leaving import former_stack, lost_with
from deployer.fleets.publishing import Materials, publish_fleet, read_nested
from deployer.fleets.run import Subject, busy
from deployer.fleets.state import Instance, State, read_state
from deployer.fleets.steps import Step, retry_steps, steps_for
from deployer.publish import Choice
from deployer.session import Aws
from reviewer.change import Review, Risk
from reviewer.comparison import compared
from reviewer.fleets import place_reviews
from reviewer.sides import Before

_MOST_NAMED = 4
"""Places that a risk names."""


@frozen(eq=True)
class Choices:
    """Options of a fleet's deployment that are not in the spec."""

    choice: Choice
    spec_dir: Path
    retain: bool = False
    """Whether stacks that leave the fleet stay where they are."""
    retry: bool = False
    """Whether only failed stacks are tried again, with the template that the stack set has."""


@frozen(eq=True)
class FleetPlan:
    """One reviewed deployment of a fleet, complete: carrying it out needs neither the spec nor the templates."""

    stack: str
    account: str
    region: str
    endpoint: str
    base: str
    """The state that it was made for; empty where there is no stack set."""
    fleet: Fleet
    reviews: tuple[Review, ...]
    """What becomes of the resources; those of places where something else becomes of them follow the first."""
    covers: tuple[str, ...]
    """Where each review is true."""
    steps: tuple[Step, ...]
    set_changes: tuple[str, ...]
    """What of the stack set is another one."""
    added: tuple[str, ...]
    removed: tuple[str, ...]
    updated: tuple[str, ...]
    retried: tuple[str, ...]
    unchanged: tuple[str, ...]
    notes: tuple[str, ...]
    buckets: Mapping[str, str]
    """Region → bucket that the stacks there read."""
    prefixes: tuple[str, ...]
    """Prefixes of what they read."""

    @property
    def empty(self) -> bool:
        return not self.steps

    def to_json(self) -> dict[str, Json]:
        return {**asdict(self), "empty": self.empty}


@explained("planning the fleet")
def make_fleet_plan(aws: Aws, compiled: Compiled, choices: Choices) -> FleetPlan:
    """Plan the deployment of a fleet. Raises `DeployError` while an operation runs, or when AWS refuses."""
    fleet = compiled.fleet
    assert fleet
    state = read_state(aws, compiled.stack_name, fleet)
    _check(aws, compiled, state)
    materials = publish_fleet(aws, fleet, compiled, (choices.choice, choices.spec_dir))
    wanted = Wanted(fleet, compiled, materials)
    if choices.retry:
        return _retrying(aws, wanted, state)
    found = difference(wanted, state)
    made = _plan(aws, wanted, (state, found), steps_for(wanted, state, found, choices.retain), choices.retain)
    return made if state.stack_set else replace(made, notes=(*made.notes, *former_stack(aws, compiled.stack_name)))


def _check(aws: Aws, compiled: Compiled, state: State) -> None:
    fleet = compiled.fleet
    assert fleet
    if state.running:
        raise busy(aws, Subject(compiled.stack_name, fleet))
    if state.stack_set and state.stack_set.service_managed != fleet.service_managed:
        has, wants = ("organizational units", "accounts")[:: 1 if state.stack_set.service_managed else -1]
        message = f"the stack set {compiled.stack_name} is for {has}, and the spec is for {wants}"
        hint = "deploy it under another name, or `destroy` it first with --retain-stacks"
        raise refused(message, hint, "fleet-permissions")


def _plan(
    aws: Aws, wanted: Wanted, compared_with: tuple[State, Difference], steps: tuple[Step, ...], retain: bool
) -> FleetPlan:
    state, found = compared_with
    fleet = wanted.fleet
    seen = fleet_reviews(aws, wanted.compiled, state, wanted.materials) if found.set_changes else ()
    reviewed = tuple(seen)
    reviews = tuple(review for review, _ in reviewed)
    removed = tuple("/".join(place) for place in found.removed)
    if removed and not retain:
        reviews = (*reviews, _removal(wanted, removed, lost_with(_before(aws, wanted.compiled, state))))
    touched = {*removed, *("/".join(place) for place in found.updated), *(one.name for one in found.failed)}
    touched |= {_key(one, fleet) for one in state.instances if one.name in touched}
    return FleetPlan(
        stack=wanted.name,
        account=aws.account,
        region=aws.region,
        endpoint=aws.endpoint,
        base=state.base,
        fleet=fleet,
        reviews=reviews,
        covers=tuple(places for _, places in reviewed),
        steps=steps,
        set_changes=found.set_changes,
        added=tuple("/".join(place) for place in found.added),
        removed=removed,
        updated=tuple("/".join(place) for place in found.updated),
        retried=tuple(one.name for one in found.failed),
        unchanged=tuple(one.name for one in state.instances if _key(one, fleet) not in touched),
        notes=(*_stuck(found.stuck), *_left(removed, retain)),
        buckets=wanted.materials.buckets,
        prefixes=wanted.materials.prefixes,
    )


def _key(instance: Instance, fleet: Fleet) -> str:
    return f"{instance.unit}/{instance.region}" if fleet.service_managed else instance.name


def _retrying(aws: Aws, wanted: Wanted, state: State) -> FleetPlan:
    if state.stack_set is None:
        raise refused(f"there is no stack set {wanted.name} yet", "run `deploy` without --retry-failed", "no-stack-set")
    failed = tuple(one for one in state.instances if not one.current and not one.stuck)
    stuck = tuple(one for one in state.instances if one.stuck)
    nothing = Difference((), (), (), (), failed, stuck)
    return _plan(aws, wanted, (state, nothing), retry_steps(wanted, state), retain=False)


def _stuck(stuck: Sequence[Instance]) -> Iterator[str]:
    for one in stuck:
        if one.suspended:
            yield (
                f"{one.name} was left out, since its account is suspended: take it out of the fleet with "
                f"--retain-stacks, or run `deploy --retry-failed` once it is not"
            )
            continue
        yield (
            f"{one.name} is inoperable, and no update reaches it: {one.reason or 'no reason given'}; take it out of "
            f"the fleet with --retain-stacks, and delete its stack there"
        )


def _left(removed: Sequence[str], retain: bool) -> Iterator[str]:
    if removed and retain:
        yield f"the stacks of {', '.join(removed)} stay where they are, and no longer belong to the fleet"


def fleet_reviews(
    aws: Aws, compiled: Compiled, state: State, materials: Materials | None = None
) -> Iterator[tuple[Review, str]]:
    """The review of the template, and those of places where something else would become of the resources, each with
    the places for which it is true.

    Without uploaded `materials` parameters are compared as far as they are known.
    """
    found = state.stack_set
    values = materials.parameters if materials else (found.parameters if found else {})
    for review, places in place_reviews(compiled, _before(aws, compiled, state), values, compared):
        yield replace(review, operation="update" if found else "create"), places


def _before(aws: Aws, compiled: Compiled, state: State) -> Before:
    found, fleet = state.stack_set, compiled.fleet
    if found is None or fleet is None:
        return Before()
    templates = read_nested(aws, fleet, found.template)
    return Before(templates, found.parameters, origins_of(found.template), found.tags, settings_of(found.template))


def _removal(wanted: Wanted, removed: Sequence[str], lost: Sequence[str]) -> Review:
    """Removing stacks removes what is in them, which has to be approved by the name of the stack set."""
    listed = ", ".join(removed[:_MOST_NAMED]) + (
        f" and {len(removed) - _MOST_NAMED} more" if removed[_MOST_NAMED:] else ""
    )
    data = f"; the data of {', '.join(lost)} is lost there" if lost else ""
    text = f"the stacks in {listed} are removed, with all in them that its deletion policy does not keep{data}"
    compiled = wanted.compiled
    about = (compiled.platform, compiled.environment, wanted.name, compiled.region, "", "update")
    return Review(*about, changes=(), risks=(Risk("data", "", text, approval=True),))
