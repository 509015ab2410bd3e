"""The sandbox's note on a plan: which resources it emulates, which it only records, and which it created first."""

from __future__ import annotations

from collections import Counter

from deployer.plan import Plan
from deployer.sandbox.process import support
from deployer.session import SANDBOX
from reviewer.template_set import STEP_TYPE

_ALARM = "AWS::CloudWatch::Alarm"


def sandbox_note(plan: Plan) -> str:
    """Empty unless the plan is for the sandbox and adds or changes something there."""
    lines = (str(stand_in) for stand_in in plan.stand_ins if stand_in.made or not plan.empty)
    return "\n".join(filter(None, (*lines, _support_note(plan))))


def _support_note(plan: Plan) -> str:
    if plan.endpoint != SANDBOX or plan.empty:
        return ""
    types = Counter(change.resource_type for change in plan.review.changes if change.action != "Remove")
    how = support(types)
    counts = Counter[str]()
    for name, count in types.items():
        counts[how.get(name, "recorded")] += count
    recorded = sorted(name.removeprefix("AWS::") for name in types if how.get(name, "recorded") == "recorded")
    math = ", alarms on metric math too" if _ALARM in types else ""
    line = f"Sandbox: {counts['emulated']} resources are emulated, {counts['recorded']} only recorded"
    line = f"{line} ({', '.join(recorded)}{math})." if recorded else f"{line}{math}."
    return "\n".join(filter(None, (line, _steps_note(plan))))


def _steps_note(plan: Plan) -> str:
    changes = (one for one in plan.review.changes if one.resource_type == STEP_TYPE and one.action != "Remove")
    whose = ", ".join(dict.fromkeys(change.component for change in changes))
    if not whose:
        return ""
    rule = "here only Python functions outside the network run, and all others are only recorded"
    return f"Deploy-time steps of {whose}: {rule}."
