"""Plans for people: the review of each root, and what the sandbox does of it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

from deployer.environment import Plans
from deployer.plan import Plan
from deployer.sandbox.note import sandbox_note
from reviewer.view import render


def plan_text(plan: Plan) -> str:
    """One root's review, as wide as the terminal and in colour where there is one."""
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((120, 24)).columns if terminal else 120
    note = sandbox_note(plan)
    return render(plan.review, width, terminal) + (f"{note}\n" if note else "")


def plans_lines(plans: Plans, plan_file: object) -> Iterator[str]:
    """All roots in order, those that wait for others, and how to go on."""
    for plan in plans.plans:
        yield plan_text(plan).removesuffix("\n")
    yield from map(str, plans.waiting)
    if plan_file and not plans.empty:
        yield f"run: stackwright apply {plan_file}"
