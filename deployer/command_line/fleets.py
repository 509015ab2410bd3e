"""What the commands do for an environment with a fleet."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployer.command_line.answers import end, print_lines, running_report
from deployer.command_line.questions import approvals, ask
from deployer.command_line.roots import choice_of, opener_of

if TYPE_CHECKING:
    from compiler.stacks.compiled import Compiled
    from deployer.fleets.plan import Choices, FleetPlan
    from deployer.fleets.run import Ended, FleetOutcome, Report
    from deployer.session import Aws
    from reviewer.change import Review


def opened(root: Compiled, options: Mapping[str, Any]) -> AbstractContextManager[Aws]:
    """The account and region of the stack set."""
    from deployer.fleets.apply import no_sandbox

    if options.get("sandbox"):
        raise no_sandbox(root.environment)
    return opener_of(root.account, {**options, "wait": False})(root.region)


def check_single(environment: str, options: Mapping[str, Any]) -> None:
    """Refuse options for fleets on another environment, where one that should leave stacks would remove them."""
    from deployer.errors import refused

    given = [f"--{name.replace('_', '-')}" for name in ("retry_failed", "retain_stacks") if options.get(name)]
    if given:
        message = f"{given[0]} is for fleets, and {environment} is none"
        raise refused(message, f"run it without {given[0]}", "fleet-command")


def report() -> Report:
    """A line for each account and region in which an operation has ended."""
    quiet = running_report().as_json
    return (lambda _line: None) if quiet else (lambda line: click.echo(line, err=True))


def told(ended: Ended) -> None:
    from deployer.fleets.view import ended_lines

    if not running_report().as_json:
        print_lines(ended_lines(ended), err=not ended.succeeded)


def _choices(spec: str, options: Mapping[str, Any]) -> Choices:
    from deployer.errors import refused
    from deployer.fleets.plan import Choices

    if options.get("role") or options.get("revert_drift") or options.get("detect_drift"):
        message = "--role, --drift and --revert-drift are for environments without a fleet"
        raise refused(message, "roles are settings of 'fleet', and `drift` looks at the fleet", "fleet-command")
    if options.get("continue_rollback"):
        message = "--continue-rollback is for environments without a fleet"
        raise refused(message, "`deploy --retry-failed` tries failed stacks of a fleet again", "fleet-command")
    choice = choice_of(options)
    return Choices(choice, Path(spec).parent, bool(options.get("retain_stacks")), bool(options.get("retry_failed")))


def plan_fleet(spec: str, root: Compiled, options: Mapping[str, Any]) -> None:
    """`plan`."""
    from deployer.console import busy
    from deployer.fleets.apply import take_up
    from deployer.fleets.plan import make_fleet_plan
    from deployer.fleets.plan_file import fleet_plan_json
    from deployer.fleets.view import plan_lines
    from deployer.plan_file import write_json
    from reviewer.files import write_reviews
    from reviewer.view import on_terminal

    choices = _choices(spec, options)
    with busy("planning"), opened(root, options) as aws:
        if options["wait"]:
            take_up(aws, root, report(), wait=True)
        plan = make_fleet_plan(aws, root, choices)
    if options["plan_file"]:
        write_json(fleet_plan_json(plan), options["plan_file"])
    write_reviews(plan.reviews, options["files"])
    shown = on_terminal(options["everything"], options["raw"])
    running_report().end({"fleet": plan.to_json()}, plan_lines(plan, shown, options["plan_file"]))


def deploy_fleet(spec: str, root: Compiled, options: Mapping[str, Any]) -> None:
    """`deploy`."""
    from deployer.console import busy
    from deployer.fleets.apply import apply_fleet_plan, take_up
    from deployer.fleets.plan import make_fleet_plan

    choices = _choices(spec, options)
    with opened(root, options) as aws:
        earlier = take_up(aws, root, report(), options["wait"])
        if earlier:
            told(earlier)
        with busy("planning"):
            plan = make_fleet_plan(aws, root, choices)
        _agree(plan, options)
        _end(apply_fleet_plan(aws, plan, report(), told))


def _agree(plan: FleetPlan, options: Mapping[str, Any]) -> None:
    from deployer.approval import approve
    from deployer.fleets.view import plan_lines
    from reviewer.view import on_terminal

    as_json = running_report().as_json
    if not as_json or not (plan.empty or options["yes"]):
        shown = on_terminal(options["everything"], options["raw"])
        print_lines(plan_lines(plan, shown), err=as_json)
    approve(plan.reviews, approvals(options["approved"]))
    if not plan.empty and not options["yes"]:
        ask(f"Carry out {'this operation' if len(plan.steps) == 1 else f'these {len(plan.steps)} operations'}?")


def _end(outcome: FleetOutcome) -> None:
    from deployer.fleets.view import outcome_lines

    if not running_report().as_json:
        print_lines(outcome_lines(outcome), err=not outcome.succeeded)
    end([outcome])


def apply_fleet(plan_file: Path, options: Mapping[str, Any]) -> None:
    """`apply`."""
    from deployer.approval import approve
    from deployer.fleets.apply import apply_fleet_plan, wait_for_others
    from deployer.fleets.plan_file import read_fleet_plan

    plan = read_fleet_plan(plan_file)
    approve(plan.reviews, approvals(options["approved"]))
    with opener_of(plan.account, {**options, "wait": False})(plan.region) as aws:
        earlier = wait_for_others(aws, plan, report()) if options["wait"] else None
        if earlier:
            told(earlier)
        _end(apply_fleet_plan(aws, plan, report(), told))


def fleet_status(root: Compiled, options: Mapping[str, Any]) -> None:
    """`status`."""
    from dataclasses import asdict

    from deployer.console import busy
    from deployer.faults import explained
    from deployer.fleets.state import read_state
    from deployer.fleets.view import state_lines
    from reviewer.view import on_terminal

    assert root.fleet
    with busy("reading the stack set"), opened(root, options) as aws, explained("reading the stack set"):
        state = read_state(aws, root.stack_name, root.fleet)
    rows = [{**asdict(one), "current": one.current} for one in state.instances]
    last = asdict(state.last) if state.last else None
    found = {"stack": root.stack_name, "deployed": state.stack_set is not None, "operation": last, "instances": rows}
    shown = on_terminal(bool(options.get("everything")), raw=False)
    running_report().end({"fleet": found}, state_lines(root.stack_name, state, shown, root.fleet.regions))


def reviews_of_fleet(root: Compiled, options: Mapping[str, Any]) -> tuple[Review, ...]:
    """`diff --against deployed`."""
    from deployer.faults import explained
    from deployer.fleets.plan import fleet_reviews
    from deployer.fleets.state import read_state

    assert root.fleet
    with opened(root, options) as aws, explained("reading the stack set"):
        state = read_state(aws, root.stack_name, root.fleet)
        return tuple(review for review, _ in fleet_reviews(aws, root, state))


def bootstrap_fleet(spec: str, root: Compiled, options: Mapping[str, Any]) -> None:
    """`bootstrap`."""
    from deployer.errors import refused
    from deployer.fleets.setup import FleetWish, set_up_fleet
    from deployer.setup.view import account_lines
    from linter.gate import refuse_findings

    if options["role"] or options["execution_role"]:
        message = "a fleet has an administration role and execution roles, and none of CloudFormation's"
        hint = "leave out --role and --execution-role; the policies of both roles are printed"
        raise refused(message, hint, "fleet-command")
    with opened(root, options) as aws:
        wish = FleetWish(root, options["policies_only"])
        account = set_up_fleet(wish, aws, opener_of(root.account, options), refuse_findings)
    command = f"stackwright plan {spec} --env {root.environment}"
    running_report().end(account.to_json(), account_lines(account, command))


def destroy_fleet(root: Compiled, options: Mapping[str, Any]) -> None:
    """`destroy`."""
    from deployer.approval import approve
    from deployer.errors import refused
    from deployer.fleets.apply import take_up
    from deployer.fleets.publishing import stem_of
    from deployer.fleets.removal import plan_fleet_removal, remove_fleet
    from deployer.fleets.view import removal_lines
    from deployer.publish import Choice
    from reviewer.view import Shown

    if any(options[one] for one in ("region", "empty", "disable_protection", "dry_run")):
        message = "--region, --empty, --disable-protection and --dry-run are for environments without a fleet"
        hint = "to remove a region or an account, take it out of 'fleet' and deploy; empty buckets in their accounts"
        raise refused(message, hint, "fleet-command")
    retain = options["retain_stacks"]
    with opened(root, options) as aws:
        earlier = take_up(aws, root, report(), options["wait"])
        if earlier:
            told(earlier)
        removal = plan_fleet_removal(aws, root, retain, stem_of(aws, Choice(options["bucket"])))
        if removal is None:
            print_lines([f"nothing to destroy: the fleet {root.stack_name} is not deployed"], err=True)
            end(())
            return
        print_lines(removal_lines(removal, Shown(everything=True)), err=True)
        approve(removal.reviews, approvals(options["approved"]))
        if not options["yes"]:
            ask(f"Remove the fleet {removal.stack}?")
        _end(remove_fleet(aws, removal, report(), told))


def fleet_drift(root: Compiled, options: Mapping[str, Any]) -> None:
    """`drift`."""
    from deployer.errors import DRIFTED
    from deployer.fleets.apply import take_up
    from deployer.fleets.drift import detect_fleet_drift
    from deployer.fleets.view import drift_lines

    with opened(root, options) as aws:
        if options["wait"]:
            take_up(aws, root, report(), wait=True)
        found = detect_fleet_drift(aws, root, report())
    running_report().end({"fleet": found.to_json()}, drift_lines(found))
    if not found.sure:
        raise SystemExit(DRIFTED)
