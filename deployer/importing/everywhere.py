"""Import resources into the roots of an environment, one for each region."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.console import Reporting, busy
from deployer.environment import Open, Plans
from deployer.errors import refused
from deployer.importing.plan_import import Imports, plan_import
from deployer.importing.targets import Target
from deployer.outcome import Outcome
from deployer.plan import Plan
from deployer.publish import Choice

_STEPS = 2
"""Empty stacks where they are missing, then the import."""


@frozen(eq=True)
class Importing:
    """What is imported into which of the roots."""

    roots: Sequence[Compiled]
    targets: Sequence[Target]
    choice: Choice

    def by_root(self) -> Iterator[tuple[Compiled, Sequence[Target]]]:
        for root in self.roots:
            own = [target for target in self.targets if target.region == root.region]
            if own:
                yield root, own


def plan_imports(importing: Importing, open_region: Open) -> tuple[Plans, bool]:
    """All that can be planned now, and whether the import itself has to wait for it."""
    found: list[Imports] = []
    for root, targets in importing.by_root():
        with open_region(root.region) as aws:
            found.append(plan_import(aws, root, targets, importing.choice))
    return Plans(tuple(plan for one in found for plan in one.plans)), any(one.further for one in found)


def import_all(
    importing: Importing, open_region: Open, agree: Callable[[Sequence[Plan]], None], reporting: Reporting
) -> Iterator[Outcome]:
    """Plan and execute, root by root, up to the first failure. `agree` sees the plans and raises what ends it all."""
    for root, targets in importing.by_root():
        with open_region(root.region) as aws:
            for _ in range(_STEPS):
                with busy("planning"):
                    imports = plan_import(aws, root, targets, importing.choice)
                if imports.plans:
                    agree(imports.plans)
                for plan in imports.plans:
                    with reporting() as report:
                        outcome = apply_plan(plan, aws, report)
                    yield outcome
                    if not outcome.succeeded:
                        return
                if not imports.further:
                    break


def refuse_unsaved(root: Compiled, command: str) -> None:
    """Raises `DeployError` (exit 4) for an environment that only saved plans may change."""
    if root.saved_plans_only:
        file = f"{root.environment}.plan"
        message = f"{root.environment} is changed by saved plans only (saved_plans_only)"
        raise refused(message, f"run: {command} --out {file}, and then: stackwright apply {file}", "saved-plans-only")
