"""One environment on its way through `destroy`: planned and listed, then agreed to, then removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from compiler.source.frozen import frozen
from deployer.command_line.answers import followed, print_lines, running_report
from deployer.command_line.roots import opener_of
from reviewer.values import joined

if TYPE_CHECKING:
    from compiler.stacks.compiled import Compiled
    from deployer.environment import Open, Removing
    from deployer.outcome import Outcome
    from deployer.removal.destroy import Removal, Terms


@frozen(eq=True)
class Planned:
    """What the removal of one environment would do; planning changes nothing."""

    root: Compiled
    removals: Mapping[str, Removal]
    """By region; empty where nothing is deployed."""
    terms: Terms
    open_region: Open

    @property
    def name(self) -> str:
        return self.root.stack_name


def planned(roots: Sequence[Compiled], region: str | None, options: Mapping[str, Any]) -> Planned:
    """Plan the removal of an environment, in one region or in all, and list what it would do."""
    from deployer.environment import plan_removals
    from deployer.history.ledger import Archive
    from deployer.removal.destroy import Terms
    from deployer.removal.removing import stores_of
    from deployer.removal.view import removal_lines

    name, archive = roots[0].stack_name, Archive(roots[0].home, options["bucket"])
    open_region = opener_of(roots[0].account, options, name)
    terms = Terms(options["disable_protection"], options["empty"], archive, stores_of(roots))
    regions = (region,) if region else roots[0].regions
    removals = plan_removals(name, regions, open_region, whole=not region)
    if removals:
        print_lines(removal_lines(removals, bool(region), terms), err=True)
    else:
        print_lines([f"nothing to destroy: {name} is not deployed in {joined(regions)}"], err=True)
    return Planned(roots[0], removals, terms, open_region)


def removing_of(one: Planned) -> Removing:
    """What is removed, with the plans that turn protections off first, which are shown."""
    from deployer.environment import Removing
    from deployer.plan_view import plan_text
    from deployer.removal.removing import unguarding_plans

    removing = Removing(one.removals, one.terms, unguarding_plans(one.removals, one.root, one.open_region, one.terms))
    for plan in removing.unguarding.values():
        print_lines(plan_text(plan).splitlines(), err=True)
    return removing


def removed(one: Planned, removing: Removing) -> list[Outcome]:
    """Remove an environment, up to the first region that fails."""
    from deployer.console import reporting
    from deployer.environment import remove_all

    quiet = running_report().as_json
    return [followed(outcome) for outcome in remove_all(removing, one.open_region, lambda: reporting(quiet))]
