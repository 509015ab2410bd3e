"""Plans, states and drift of fleets as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from deployer.approval import approval_options
from deployer.fleets.drift import FleetDrift
from deployer.fleets.plan import FleetPlan
from deployer.fleets.removal import FleetRemoval
from deployer.fleets.run import Ended, FleetOutcome
from deployer.fleets.state import Instance, State
from deployer.fleets.steps import Step
from reviewer.view import AS_USUAL, Shown, render

MOST_ROWS = 20
"""Accounts that are shown one by one; of more the regions are counted."""
_LEGEND = {"+": "created", "~": "updated", "-": "removed", "↻": "tried again", "=": "unchanged", "!": "inoperable"}
_STATE_LEGEND = {
    "ok": "current",
    "D": "drifted",
    "F": "failed",
    "C": "cancelled",
    "O": "outdated",
    "S": "account suspended",
    "!": "inoperable",
}
_DOES = {
    "create-set": "create the stack set",
    "update-set": "update the stack set",
    "create": "create stacks",
    "retry": "update failed stacks again",
    "delete": "remove stacks",
}


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' if count != 1 else ''}"


def plan_lines(plan: FleetPlan, shown: Shown = AS_USUAL, plan_file: object = None) -> Iterator[str]:
    """Which stacks change, by which operations, and what becomes of the resources in them."""
    yield f"fleet {plan.stack} · stack set in {plan.region} · account {plan.account}"
    yield ""
    if plan.empty:
        yield "No changes."
    else:
        yield from _matrix(_signs(plan), (plan.fleet.regions, _LEGEND), shown)
        yield ""
        yield from (f"{number}. {_step(step, plan)}" for number, step in enumerate(plan.steps, 1))
        yield ""
    yield from _reviews(plan, shown)
    yield from (f"note: {note}" for note in plan.notes)
    if plan_file and not plan.empty:
        yield f"run: stackwright apply {plan_file}{approval_options(plan.reviews)}"


def _reviews(plan: FleetPlan, shown: Shown) -> Iterator[str]:
    """What becomes of the resources, and where, if it is not the same everywhere."""
    for review in plan.reviews[len(plan.covers) :]:
        yield from (f"RISK  {risk.kind}  {risk.text}" for risk in review.risks)
        yield ""
    for review, places in zip(plan.reviews, plan.covers, strict=False):
        if not (review.components or review.risks):
            yield f"Nothing changes {places}." if len(plan.covers) > 1 else "Nothing changes in the stacks."
            yield ""
            continue
        if len(plan.covers) > 1:
            yield f"{places[:1].upper()}{places[1:]}:"
        yield render(review, shown).removesuffix("\n")


def _signs(plan: FleetPlan) -> dict[str, str]:
    """Account, or unit, and region → what becomes of the stack."""
    groups = (("=", plan.unchanged), ("~", plan.updated), ("↻", plan.retried), ("-", plan.removed), ("+", plan.added))
    return {name: sign for sign, names in groups for name in names}


def _step(step: Step, plan: FleetPlan) -> str:
    text = _DOES[step.action]
    if step.action == "update-set":
        text += f" ({', '.join(plan.set_changes)})"
    if not step.operation_id or not step.places:
        return text
    kept = ", which stay where they are" if step.arguments.get("RetainStacks") else ""
    return f"{text} in {counted(len(step.places), 'place')}{kept}: {_pace(plan, step.places)}"


def _pace(plan: FleetPlan, places: Sequence[str]) -> str:
    """How fast an operation goes, and when it ends."""
    fleet, regions = plan.fleet, dict.fromkeys(place.split("/")[1] for place in places)
    order = "one region after the other" if fleet.order == "sequential" else "all regions at once"
    parts = [order] if len(regions) > 1 else []
    parts += [f"{fleet.concurrency} accounts at once" if fleet.concurrency != 1 else "one account at once"]
    parts += [
        f"{fleet.failure_tolerance} may fail" if str(fleet.failure_tolerance) not in ("0", "0%") else "none may fail"
    ]
    return ", ".join(parts)


def _matrix(signs: Mapping[str, str], about: tuple[Sequence[str], Mapping[str, str]], shown: Shown) -> Iterator[str]:
    """A row for each account and a column for each region; of very many, how many there are of each sign."""
    fleet_regions, legend = about
    rows = list(dict.fromkeys(name.split("/")[0] for name in signs))
    regions = [*fleet_regions, *sorted({name.split("/")[1] for name in signs} - set(fleet_regions))]
    used = [sign for sign in legend if sign in signs.values()]
    if len(rows) > MOST_ROWS and not shown.everything:
        for sign in used:
            yield f"  {sign} {counted(sum(one == sign for one in signs.values()), 'stack')} {legend[sign]}"
        yield f"  in {counted(len(rows), 'account')} and {counted(len(regions), 'region')} (--all shows them)"
        return
    if not rows:
        return
    width = max(map(len, rows))
    yield f"  {'':<{width}}  {'  '.join(regions)}"
    for row in sorted(rows):
        cells = (f"{signs.get(f'{row}/{region}', ''):<{len(region)}}" for region in regions)
        yield f"  {row:<{width}}  {'  '.join(cells)}".rstrip()
    yield f"  {', '.join(f'{sign} {legend[sign]}' for sign in used)}"


def state_lines(stack: str, state: State, shown: Shown = AS_USUAL, regions: Sequence[str] = ()) -> Iterator[str]:
    """A fleet as it is: a row for each account, then every stack that is not as it should be, with the reason."""
    if state.stack_set is None:
        yield f"{stack}: not deployed"
        return
    drifted = sum(one.drift == "DRIFTED" for one in state.instances)
    good = sum(one.current for one in state.instances)
    text = f"{stack}: {counted(len(state.instances), 'stack')}, {good} current"
    yield text + (f", {drifted} drifted" if drifted else "")
    if state.running:
        yield f"running: {state.running.action} {state.running.id} since {state.running.began}"
    elif state.last and state.last.status != "SUCCEEDED":
        reason = f": {state.last.reason}" if state.last.reason else ""
        yield f"last operation: {state.last.action} {state.last.status}{reason}"
    yield ""
    signs = {one.name: _sign(one) for one in state.instances}
    yield from _matrix(signs, (regions, _STATE_LEGEND), shown)
    bad = [one for one in state.instances if not one.current]
    if bad:
        yield ""
    for one in bad:
        detail = one.detail if one.detail and one.detail != one.status else ""
        yield f"  {one.name}  {' '.join(filter(None, (one.status, detail)))}: {one.reason or 'no reason given'}"
    if any(not (one.stuck or one.suspended) for one in bad) and not state.running:
        yield "run: deploy --retry-failed, when the reason is mended"


def _sign(instance: Instance) -> str:
    if instance.stuck:
        return "!"
    if not instance.current:
        return "S" if instance.suspended else {"FAILED": "F", "CANCELLED": "C"}.get(instance.detail, "O")
    return "D" if instance.drift == "DRIFTED" else "ok"


def ended_lines(ended: Ended) -> Iterator[str]:
    """One operation as it has ended."""
    if not ended.operation:
        return
    good = sum(one.status == "SUCCEEDED" for one in ended.results)
    text = f"{_DOES.get(ended.action, ended.action)}: {ended.status}, {good} of {counted(len(ended.results), 'place')}"
    yield text + (f" ({ended.reason})" if ended.reason else "")
    for one in ended.failures:
        yield f"  {one.name}  {one.status}{f': {one.reason}' if one.reason else ''}"
    if ended.unlisted:
        yield f"  {counted(ended.unlisted, 'stack')} more failed, which `status` will show"


def outcome_lines(outcome: FleetOutcome) -> Iterator[str]:
    yield f"fleet {outcome.stack}: {outcome.status}"
    yield from (f"note: {note}" for note in outcome.notes)
    if not outcome.succeeded:
        yield "run: `status` shows each stack; `deploy --retry-failed` tries the failed ones again"


def removal_lines(removal: FleetRemoval, shown: Shown = AS_USUAL) -> Iterator[str]:
    """What a removal does."""
    yield f"Remove the fleet {removal.stack}: {counted(len(removal.places), 'stack')}"
    yield from _matrix(dict.fromkeys(removal.places, "-"), (removal.fleet.regions, _LEGEND), shown)
    if any(step.arguments.get("RetainStacks") for step in removal.steps):
        yield "The stacks stay where they are, and no longer belong to the fleet."
    for review in removal.reviews:
        yield render(review, shown).removesuffix("\n")


def drift_lines(drift: FleetDrift) -> Iterator[str]:
    """What was changed outside of CloudFormation, by account and region."""
    yield f"fleet {drift.stack}: {drift.in_sync} of {counted(len(drift.instances), 'stack')} in sync"
    for one in drift.changed:
        what = f"{one.component}: {one.logical_id}" if one.component else one.logical_id
        paths = f": {', '.join(one.properties)}" if one.properties else ""
        yield f"  {one.name}  {one.status} {what} {one.resource_type}{paths}"
    yield from (f"  not checked: {one}" for one in drift.unchecked)
    if drift.nested:
        yield "  not checked: nested stacks, which drift detection of a stack set does not look into"
