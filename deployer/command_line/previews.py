"""`destroy --older-than`: the environments of patterns that nobody has changed for a while."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from deployer.command_line.answers import end, print_lines, running_report
from deployer.command_line.questions import approvals, ask
from deployer.command_line.removals import Planned, planned, removed, removing_of
from deployer.command_line.roots import compiled_roots, opener_of

if TYPE_CHECKING:
    from datetime import datetime

    from compiler.source.diagnostics import Diagnostic
    from deployer.deployments import Deployment
    from deployer.environment import Removing
    from deployer.outcome import Outcome
    from deployer.removal.previews import Preview

_TIME = re.compile(r"([1-9][0-9]{0,5})([smhd])")


class Age(click.ParamType[str]):
    """A time such as ``7d``, which stays text."""

    name = "time"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> str:
        if not _TIME.fullmatch(str(value)):
            self.fail(f"'{value}' is not a time such as 7d, 12h or 30m", parameter, context)
        return str(value)


def destroy_older(spec: str, age: str, options: Mapping[str, Any]) -> None:
    """List the old previews, ask about all of them, and remove one after the other."""
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    chosen = tuple(_listed(_old(spec, age, options, now), age, now))
    found = [planned(compiled_roots(spec, one.environment), None, options) for one in chosen]
    found = [one for one in found if one.removals]
    about = {"older_than": age, "previews": [one.to_json(now) for one in chosen]}
    if options["dry_run"] or not found:
        removals = {one.name: {region: of.to_json() for region, of in one.removals.items()} for one in found}
        running_report().end({**about, "removals": removals, "outcomes": []})
        return
    _check(found, options)
    every = [(one, removing_of(one)) for one in found]
    if not options["yes"]:
        ask(f"Remove {', '.join(one.name for one in found)}?")
    _remove(every, about)


def _remove(every: Sequence[tuple[Planned, Removing]], about: Mapping[str, Any]) -> None:
    """Remove one after the other; where one can't be any more, go on with the next and fail at the end."""
    from deployer.errors import DeployError

    outcomes: list[Outcome] = []
    hindered: list[DeployError] = []
    for one, removing in every:
        try:
            outcomes += removed(one, removing)
        except DeployError as problem:
            running_report().show(problem.diagnostics)
            hindered.append(problem)
    end(outcomes, **about)
    if hindered:
        raise SystemExit(hindered[0].exit_code)


def _old(spec: str, age: str, options: Mapping[str, Any], now: datetime) -> tuple[Preview, ...]:
    from compiler.language.on_demand import environments_in
    from compiler.language.times import in_seconds
    from compiler.source.load import load
    from deployer.removal.previews import older_than, previews_in

    names = environments_in(load(spec).data)
    root, found = _deployed(spec, names, options)
    return older_than(previews_in(found, root, names), in_seconds(age, "seconds"), now)


def _deployed(spec: str, names: Sequence[str], options: Mapping[str, Any]) -> tuple[str, list[Deployment]]:
    """The platform of a spec, and what of it is deployed where its patterns are.

    Raises `DeployError` for a spec that has no pattern.
    """
    from compiler.language.on_demand import is_pattern, sample
    from deployer.deployments import read_deployments
    from deployer.errors import refused

    roots = [compiled_roots(spec, sample(name)) for name in names if is_pattern(name)]
    if not roots:
        message = f"{spec} has no pattern of environments, so that --older-than removes nothing"
        raise refused(message, "name an environment that the spec has by name with --env", "no-pattern")
    places = dict.fromkeys((region, one[0].account) for one in roots for region in one[0].regions)
    found: list[Deployment] = []
    for region, account in places:
        with opener_of(account, options)(region) as aws:
            found += [one for one in read_deployments(aws, roots[0][0].platform) if one not in found]
    return roots[0][0].platform, found


def _listed(old: Sequence[Preview], age: str, now: datetime) -> Iterator[Preview]:
    """Say which ones are old enough, and give those on which nothing is at work."""
    from deployer.deployments_view import age_text

    if not old:
        print_lines([f"no environment of a pattern was changed {age} ago or earlier"], err=True)
    for one in old:
        why = f", {one.status}: left alone, run the command again when that has ended" if one.busy else ""
        print_lines([f"{one.environment}: last changed {age_text(one.age(now))} ago{why}"], err=True)
        if not one.busy:
            yield one


def _check(found: Sequence[Planned], options: Mapping[str, Any]) -> None:
    """Go on only when nothing hinders any of the removals, and the data of all of them was named.

    Raises `DeployError` with all that hinders them.
    """
    from deployer.errors import DeployError
    from deployer.removal.removing import approve_losses, check_terms

    hindered = [*_refusals(found, lambda one: check_terms(one.removals, one.terms))]
    if hindered:
        raise DeployError(hindered)
    given = approvals(options["approved"])
    for one in found:
        approve_losses(one.removals, one.terms, given)


def _refusals(found: Sequence[Planned], check: Callable[[Planned], None]) -> Iterator[Diagnostic]:
    from deployer.errors import DeployError

    for one in found:
        try:
            check(one)
        except DeployError as problem:
            yield from problem.diagnostics
