"""Recover all roots of an environment, one for each region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.stacks.compiled import Compiled
from deployer.console import Reporting
from deployer.deployed import find_stack, read_template, regions_of
from deployer.environment import Open
from deployer.faults import explained
from deployer.history.ledger import HERE, Archive
from deployer.outcome import Outcome
from deployer.recovery.recover import Recovery, Wish, check_wish, plan_recovery, recover
from deployer.recovery.stuck import check_names
from deployer.states import Step


def deployed_regions(open_region: Open, root: Compiled) -> Sequence[str]:
    """The regions of an environment, as the stack in its own region was deployed."""
    with open_region(root.region) as aws, explained("reading what is deployed"):
        stack = find_stack(aws, root.stack_name)
        known = stack is not None and stack.status not in ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE")
        return (regions_of(read_template(aws, root.stack_name)) if known else ()) or (root.region,)


def plan_recoveries(stack_name: str, regions: Sequence[str], open_region: Open, wish: Wish) -> dict[str, Recovery]:
    """Region → what is to be done there.

    Raises `DeployError` for an option that fits no stack, and for a name that is of no resource that failed.
    """
    found: dict[str, Recovery] = {}
    for region in regions:
        with open_region(region) as aws:
            found[region] = plan_recovery(aws, stack_name, wish)
    check_wish(tuple(found.values()), wish)
    for option, names, step in (("--skip", wish.skip, Step.CONTINUE), ("--retain", wish.retain, Step.DELETE_AGAIN)):
        check_names(
            [one for each in found.values() if each.step is step for one in (*each.stuck, *each.left)], names, option
        )
    return found


def unsettled(found: Mapping[str, Recovery]) -> bool:
    """Whether there is anything to do."""
    return any(recovery.step is not Step.NONE for recovery in found.values())


def recover_all(
    found: Mapping[str, Recovery], open_region: Open, reporting: Reporting, archive: Archive = HERE
) -> Iterator[Outcome]:
    """Take all steps in order, up to the first that fails."""
    for region, recovery in found.items():
        if recovery.step is Step.NONE:
            continue
        with open_region(region) as aws, reporting() as report:
            outcome = recover(recovery, aws, report, archive)
        yield outcome
        if not outcome.succeeded:
            return
