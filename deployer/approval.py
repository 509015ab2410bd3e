"""What has to be approved by its name before a plan is executed, and environments that only saved plans may change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from compiler.source.diagnostics import Diagnostic, did_you_mean
from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled
from deployer.errors import UNAPPROVED, DeployError, refused
from deployer.outcome import place_from
from reviewer.change import Review, Risk

Ask = Callable[[str, Sequence[Risk]], bool]
"""Shows somebody what becomes of a component's data; whether its name was typed."""


@frozen(eq=True)
class Approvals:
    """The names that were given, and how somebody is asked for others."""

    names: Collection[str] = ()
    ask: Ask | None = None
    """None where nobody is there to answer."""


def approve(reviews: Sequence[Review], approvals: Approvals) -> None:
    """Go on only when each component whose data is removed or replaced was named.

    Raises `DeployError` (exit 6) with one error for each that was not; nothing has been changed then.
    """
    approve_risks(_wanted(reviews), approvals)


def approve_risks(wanted: Mapping[str, Sequence[Risk]], approvals: Approvals) -> None:
    """The same for names with the risks that each is about."""
    open_names = {name: risks for name, risks in wanted.items() if name not in approvals.names}
    if approvals.ask is not None:
        open_names = {name: risks for name, risks in open_names.items() if not approvals.ask(name, risks)}
    if open_names:
        idle = [name for name in approvals.names if name not in wanted]
        raise DeployError([*_missing(open_names, idle)], UNAPPROVED)


def _wanted(reviews: Sequence[Review]) -> Mapping[str, Sequence[Risk]]:
    found: dict[str, list[Risk]] = {}
    for review in reviews:
        for name, risks in () if review.empty else review.approvals.items():
            found.setdefault(name, []).extend(risks)
    return found


def _missing(wanted: Mapping[str, Sequence[Risk]], idle: Sequence[str]) -> Iterator[Diagnostic]:
    for name, risks in wanted.items():
        message = "; ".join(dict.fromkeys(risk.text for risk in risks))
        suggestion = f"if that is meant, give --approve {name}"
        wrong = next((one for one in idle if f"'{name}'" in did_you_mean(one, wanted)), "")
        suggestion += f" (not '{wrong}')" if wrong else ""
        yield Diagnostic("not-approved", message, place_from(risks[0].place), name, suggestion)


def approval_options(reviews: Sequence[Review]) -> str:
    """The options with which a plan can be applied, as they are written behind a command."""
    return "".join(f" --approve {name}" for name in _wanted(reviews))


def refuse_direct(compiled: Compiled, spec: str, command: str = "plan") -> None:
    """Raises `DeployError` (exit 4) for an environment that only saved plans may change; `command` makes one."""
    if not compiled.saved_plans_only:
        return
    environment = compiled.environment
    file = f"{environment}.plan"
    steps = f"stackwright {command} {spec} --env {environment} --out {file}, and then: stackwright apply {file}"
    message = f"{environment} is changed by saved plans only (saved_plans_only)"
    raise refused(message, f"run: {steps}", "saved-plans-only")
