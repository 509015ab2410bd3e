"""What a command begins with: the compiled roots of an environment, and what opens a region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from deployer.command_line.answers import print_lines, running_report

_TAKE_FLEETS = "`plan`, `deploy`, `apply`, `status`, `drift`, `destroy`, `diff` and `bootstrap` take fleets"
_RECORDS = (
    "no records are kept of a fleet: its operations are told by `aws cloudformation list-stack-set-operations`, and "
    "`deploy` of the spec as it was brings an earlier state back"
)
_INSTEAD: Mapping[str, str] = {
    "events": "`status` tells why a stack has failed; its events are in its own account",
    "outputs": "outputs are in each account: `aws cloudformation describe-stacks` with credentials of that account",
    "history": _RECORDS,
    "show": _RECORDS,
    "rollback": "no records are kept of a fleet: `deploy` the spec as it was (git checkout REVISION -- SPEC)",
    "recover": "`deploy --retry-failed` tries failed stacks again; `status` tells which ones, and why",
    "import": "stack sets import no resources: use them as they are, with 'existing'",
    "lookup": "set their attributes in 'existing', with ${account} and ${region} or under 'by_account' and 'by_region'",
}
"""Command → what there is for a fleet."""

if TYPE_CHECKING:
    from compiler.stacks.compiled import Compiled
    from deployer.environment import Open
    from deployer.errors import DeployError
    from deployer.publish import Choice


def compiled_roots(
    spec: str, environment: str, shown: bool = False, trace: bool = False, fleets: bool = False
) -> tuple[Compiled, ...]:
    """The roots of one environment, in the order of their deployment; with `trace` their values remember settings.

    That of a fleet is for commands that take `fleets`.
    """
    from compiler.pipeline import compile_spec

    roots = compile_spec(spec, (environment,), trace=trace)
    if roots[0].fleet and not fleets:
        raise of_one_stack(environment)
    running_report().show_warnings(roots[0].warnings, shown)
    return roots


def of_one_stack(environment: str) -> DeployError:
    """The refusal of a command that a fleet can't have, with what does the same for a fleet."""
    from deployer.errors import refused

    name = click.get_current_context().info_name or ""
    message = f"{environment} is a fleet, and `{name}` works on one stack"
    return refused(message, _INSTEAD.get(name, _TAKE_FLEETS), "fleet-command")


def known_roots(spec: str, environment: str) -> tuple[Compiled, ...]:
    """The roots of one environment; of a spec with errors one root that has only its names.

    For commands that look at what is deployed, or lead it back: they must work when the spec does not.
    """
    from compiler.pipeline import names_of_spec
    from compiler.source.diagnostics import SpecError

    try:
        return compiled_roots(spec, environment)
    except SpecError as problem:
        if running_report().strict:
            raise
        try:
            root = names_of_spec(spec, environment)
        except SpecError:
            raise problem from None
    about = f"platform {root.platform}, environment {root.environment}, region {root.region}"
    print_lines([f"note: {spec} has errors, which `lint` shows; only its names are used: {about}"], err=True)
    return (root,)


def linted(spec: str, environment: str, fleets: bool = False) -> tuple[Compiled, ...]:
    """One environment, compiled; what does not lint is not deployed."""
    from linter.gate import refuse_findings

    roots = compiled_roots(spec, environment, shown=True, fleets=fleets)
    judged = refuse_findings(roots)
    running_report().show_warnings(judged.diagnostics)
    running_report().show_ignored(judged.ignored)
    return roots


def opener_of(account: str | None, options: Mapping[str, Any], stack: str = "") -> Open:
    """What opens a region; with --wait, not before the operation that runs on `stack` there has ended."""
    from deployer.opening import opener
    from deployer.turn import in_turn

    open_region = opener(account, options["profile"], options["sandbox"])
    return in_turn(open_region, stack, running_report().as_json) if options.get("wait") else open_region


def choice_of(options: Mapping[str, Any]) -> Choice:
    from deployer.publish import Choice

    acting = options["role"] or ""
    detect, revert = bool(options.get("detect_drift")), bool(options.get("revert_drift"))
    return Choice(options["bucket"], options["parameters"], role=acting, detect_drift=detect, revert_drift=revert)
