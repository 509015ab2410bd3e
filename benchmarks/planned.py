"""What a plan of a large platform costs beside the service's own time: CPU seconds of the planning process alone.

`python -m benchmarks.planned SERVICES FOLDER` compiles the platform, plans it against an empty sandbox, whose time is
not counted, and writes the CPU seconds of planning, of showing the review and of saving the plan as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from benchmarks.generated import spec_text
from benchmarks.measure import output_of
from benchmarks.subjects import ROOT
from compiler.pipeline import compile_spec
from compiler.stacks.place import May
from compiler.stacks.recorded import Placing
from deployer.environment import Plans
from deployer.plan import make_plan
from deployer.plan_file import write_plan
from deployer.plan_view import plans_lines
from deployer.sandbox.process import DEFAULT_ACCOUNT, open_sandbox
from deployer.session import connect_to, sandbox_destination
from reviewer.files import write_reviews

SERVICES = 1_170
"""20,000 resources."""
MOST_SECONDS = 30.0
T = TypeVar("T")


def line(folder: Path, services: int) -> str:
    """The measured plan of that many services, in a process of its own."""
    command = (sys.executable, "-m", "benchmarks.planned", str(services), str(folder))
    found: Mapping[str, float] = json.loads(output_of(command, folder, {"PYTHONPATH": str(ROOT)}))
    seconds = found["plan"] + found["show"] + found["write"]
    parts = f"plan {found['plan']:.2f} s, shown {found['show']:.2f} s, written {found['write']:.2f} s"
    kept = "kept" if seconds <= MOST_SECONDS else "over"
    return f"{found['resources']:,.0f} new resources: {parts}, {kept}: at most {MOST_SECONDS:g} s"


def main(services: int, folder: Path) -> None:
    spec = folder / "planned.yaml"
    spec.write_text(spec_text(services), encoding="utf-8")
    (root,) = compile_spec(str(spec), (), Placing(May.ALL))
    with open_sandbox(folder / "sandbox", root.region) as sandbox:
        aws = connect_to(sandbox_destination(sandbox, root.region, DEFAULT_ACCOUNT))
        plan, planning = _timed(lambda: make_plan(root, folder, aws))
        plans = Plans((plan,), ())
        text, showing = _timed(lambda: "\n".join(plans_lines(plans, None)))
        _, writing = _timed(lambda: _write(plans, folder))
    assert len(plan.review.changes) >= services and text
    resources = sum(len(template.origins) for template in root.children)
    print(json.dumps({"resources": resources, "plan": planning, "show": showing, "write": writing}))


def _write(plans: Plans, folder: Path) -> None:
    write_plan(plans, folder / "plan.json")
    write_reviews([one.review for one in plans.plans], (folder / "review.md",))


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.process_time()
    done = work()
    return done, time.process_time() - started


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
