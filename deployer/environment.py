"""Plan and deploy all roots of an environment, one for each region, passing outputs of earlier ones to later ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, field, replace
from pathlib import Path

from compiler.source.diagnostics import did_you_mean
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan, continue_rollback
from deployer.console import Reporting, busy, nothing
from deployer.deployed import find_stack
from deployer.errors import refused
from deployer.faults import explained
from deployer.history.ledger import Archive
from deployer.images.images import with_images
from deployer.outcome import Outcome
from deployer.packed_outputs import packs_outputs, read_packed_outputs
from deployer.plan import Plan, make_plan
from deployer.publish import Choice
from deployer.removal.destroy import PLAIN, Removal, Terms, destroy, plan_removal
from deployer.session import Aws
from deployer.status import Status, read_outputs, read_status
from deployer.watch import Report, silent

Open = Callable[[str], AbstractContextManager[Aws]]
"""Opens the account in a region."""
Known = Mapping[str, Mapping[str, str]]
"""Region → outputs of its root."""


@frozen(eq=True)
class Waiting:
    """A root that can't be planned yet, because it needs outputs of roots that are not deployed."""

    stack: str
    region: str
    after: tuple[str, ...]
    """Regions whose outputs are missing."""

    def __str__(self) -> str:
        others = " and ".join(self.after)
        return f"stack {self.stack} in {self.region} needs outputs of {others}: plan again when they are deployed"


@frozen(eq=True)
class Plans:
    """All that can be planned of an environment now, in the order of its deployment."""

    plans: tuple[Plan, ...]
    waiting: tuple[Waiting, ...] = ()

    @property
    def empty(self) -> bool:
        return all(plan.empty for plan in self.plans)

    def to_json(self) -> dict[str, Json]:
        """For people's machines: the reviews, and what waits."""
        return {
            "reviews": [plan.review.to_json() for plan in self.plans],
            "waiting": [asdict(one) for one in self.waiting],
        }


def make_plans(roots: Sequence[Compiled], spec_dir: Path, open_region: Open, choice: Choice) -> Plans:
    """Plan every root whose values are known. Raises `DeployError` as `make_plan` does."""
    plans: list[Plan] = []
    waiting: list[Waiting] = []
    known: dict[str, Mapping[str, str]] = {}
    for root in roots:
        missing = missing_values(root, known)
        if missing:
            waiting.append(Waiting(root.stack_name, root.region, missing))
            continue
        with open_region(root.region) as aws:
            chosen = with_images(aws, root, spec_dir, choice_for(root, roots, choice, known))
            plans.append(make_plan(root, spec_dir, aws, chosen))
            with explained("reading the outputs of the stack"):
                stack = find_stack(aws, root.stack_name)
            known[root.region] = stack.outputs if stack else {}
    return Plans(tuple(plans), tuple(waiting))


def missing_values(root: Compiled, known: Known) -> tuple[str, ...]:
    """Regions that do not give yet what `root` takes of them."""
    return tuple(sorted({region for name, region in root.takes.items() if name not in known.get(region, {})}))


def choice_for(root: Compiled, roots: Sequence[Compiled], choice: Choice, known: Known) -> Choice:
    """What of a choice concerns one root, with what others give it; all that it takes is in `known`.

    Raises `DeployError` for a parameter that no root has.
    """
    declared = {one.region: one.parameters for one in roots}
    every = sorted({name for names in declared.values() for name in names})
    for name in choice.parameters:
        if name not in every:
            raise refused(f"the root template has no parameter '{name}'", did_you_mean(name, every), "bad-parameter")
    chosen = {name: value for name, value in choice.parameters.items() if name in declared[root.region]}
    return replace(choice, parameters=chosen, inputs={name: known[region][name] for name, region in root.takes.items()})


@frozen(eq=True)
class Removing:
    """An environment that is to be removed."""

    removals: Mapping[str, Removal]
    """By region, in their order."""
    terms: Terms = PLAIN
    unguarding: Mapping[str, Plan] = field(default_factory=dict)
    """Region → what turns protections off first."""


@frozen(eq=True)
class Deployment:
    """All roots of an environment, to be planned and executed one after the other."""

    roots: Sequence[Compiled]
    spec_dir: Path
    choice: Choice
    continue_rollback: bool = False
    """Whether a rollback that failed is taken up first."""


def deploy_roots(
    deployment: Deployment, open_region: Open, agree: Callable[[Plan], None], reporting: Reporting = nothing
) -> Iterator[Outcome]:
    """Plan and execute each root, up to the first that fails. `agree` sees each plan and raises what ends it all."""
    known: dict[str, Mapping[str, str]] = {}
    for root in deployment.roots:
        with open_region(root.region) as aws:
            stuck = _take_up(deployment, root, aws, reporting)
            if stuck:
                yield stuck
                return
            with busy("planning"):
                choice = choice_for(root, deployment.roots, deployment.choice, known)
                choice = with_images(aws, root, deployment.spec_dir, choice)
                plan = make_plan(root, deployment.spec_dir, aws, choice)
            agree(plan)
            with reporting() as report:
                outcome = apply_plan(plan, aws, report)
        known[root.region] = outcome.outputs
        yield outcome
        if not outcome.succeeded:
            return


def _take_up(deployment: Deployment, root: Compiled, aws: Aws, reporting: Reporting) -> Outcome | None:
    """The outcome of a root's rollback that fails again; of several roots, only those are tried that have one."""
    if not deployment.continue_rollback:
        return None
    if len(root.regions) > 1 and read_status(aws, root.stack_name).root.status != "UPDATE_ROLLBACK_FAILED":
        return None
    with reporting() as report:
        archive = Archive(root.home, deployment.choice.bucket)
        outcome = continue_rollback(aws, root.stack_name, report, archive)
    return None if outcome.succeeded else outcome


def remove_all(removing: Removing, open_region: Open, reporting: Reporting) -> Iterator[Outcome]:
    """Carry the removals out in order, up to the first that fails."""
    for region, removal in removing.removals.items():
        with open_region(region) as aws, reporting() as report:
            outcome = _turn_off(removing, aws, report)
            if outcome is None:
                outcome = destroy(removal, aws, report, removing.terms)
        yield outcome
        if not outcome.succeeded:
            return


def _turn_off(removing: Removing, aws: Aws, report: Report) -> Outcome | None:
    """The outcome of turning protections off, where that failed."""
    plan = removing.unguarding.get(aws.region)
    outcome = apply_plan(plan, aws, report) if plan else None
    return None if outcome is None or outcome.succeeded else outcome


def read_all(roots: Sequence[Compiled], open_region: Open) -> dict[str, Status]:
    """Region → what is deployed there."""
    found: dict[str, Status] = {}
    for root in roots:
        with open_region(root.region) as aws:
            found[root.region] = read_status(aws, root.stack_name)
    return found


def all_outputs(roots: Sequence[Compiled], open_region: Open) -> dict[str, str]:
    """The outputs of all roots. Raises `DeployError` (exit 4) when one is not deployed."""
    found: dict[str, str] = {}
    for root in roots:
        with open_region(root.region) as aws:
            found |= read_outputs(aws, root.stack_name)
            found |= read_packed_outputs(aws, root) if packs_outputs(root) else {}
    return found


def apply_plans(plans: Plans, open_region: Open, report: Report = silent) -> Iterator[Outcome]:
    """Execute the plans in order, up to the first that fails.

    Raises `DeployError` when a plan was made with values that are others by now.
    """
    known: dict[str, Mapping[str, str]] = {}
    for plan in plans.plans:
        _check_inputs(plan, known)
        with open_region(plan.review.region) as aws:
            outcome = apply_plan(plan, aws, report)
        known[plan.review.region] = outcome.outputs
        yield outcome
        if not outcome.succeeded:
            return


def _check_inputs(plan: Plan, known: Known) -> None:
    for name, region in plan.takes.items():
        if plan.final.parameters[name] != known.get(region, {}).get(name):
            message = (
                f"{name}, an output of {region} and input of {plan.review.region}, has changed since the plan was made"
            )
            raise refused(message, "plan again, review, and apply that", "stale-plan")


def plan_removals(stack_name: str, regions: Sequence[str], open_region: Open, whole: bool = True) -> dict[str, Removal]:
    """Region → what the removal there would do, those first that take values of others.

    Of the `whole` environment, regions that the platform has left are there too. Empty when there is nothing to remove.
    """
    found: dict[str, Removal] = {}
    left = list(reversed(regions))
    for region in left:
        with open_region(region) as aws:
            with explained("reading the state of the stack"):
                deployed = find_stack(aws, stack_name)
            if deployed:
                found[region] = plan_removal(aws, stack_name)
                left += [one for one in found[region].regions if whole and one not in left]
    return found
