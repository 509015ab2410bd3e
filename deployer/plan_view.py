"""Plans for people: the review of each root, and what the sandbox does of it."""

from __future__ import annotations

from collections.abc import Iterator

from deployer.approval import approval_options
from deployer.environment import Plans
from deployer.plan import Plan
from deployer.sandbox.note import sandbox_note
from reviewer.view import AS_USUAL, Shown, render


def plan_text(plan: Plan, shown: Shown = AS_USUAL) -> str:
    """One root's review, and what of it the sandbox does not really do."""
    note = sandbox_note(plan)
    return render(plan.review, shown) + (f"{note}\n" if note else "")


def plans_lines(plans: Plans, plan_file: object, shown: Shown = AS_USUAL) -> Iterator[str]:
    """All roots in order, those that wait for others, and how to go on."""
    for plan in plans.plans:
        yield plan_text(plan, shown).removesuffix("\n")
    yield from map(str, plans.waiting)
    if plan_file and not plans.empty:
        yield f"run: stackwright apply {plan_file}{approval_options([one.review for one in plans.plans])}"
