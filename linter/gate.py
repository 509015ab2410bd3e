"""Lint compiled environments, and refuse those with errors or warnings; what the spec accepts is left out."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from compiler.language.suppressions import sorted_out
from compiler.source.diagnostics import Diagnostic, SpecError
from compiler.source.frozen import frozen
from compiler.source.suppression import Ignored, Suppression
from compiler.stacks.compiled import Compiled
from linter.gathered import gathered
from linter.lint import found_in, refused_in
from linter.policies_run import NO_POLICIES, PoliciesRun
from linter.progress import progress

CACHE = Path(".stackwright", "cache", "lint")


@frozen(eq=True)
class Judged:
    """What the gate says of some environments."""

    diagnostics: tuple[Diagnostic, ...]
    ignored: tuple[Ignored, ...]


def judge(
    compiled: Sequence[Compiled],
    whole: bool,
    today: datetime.date | None = None,
    policies: PoliciesRun = NO_POLICIES,
) -> Judged:
    """The warnings of the spec and all findings; a suppression that has expired is one too.

    Of a `whole` platform a suppression that nothing needs is one as well, if its rule has run.
    """
    known = _each(compiled)
    active = _active(known, today)
    kept, found = _linted(compiled, active)
    broken, accepted = sorted_out(policies.broken(compiled), active)
    warned, again = _ignored_of_the_spec(compiled, active)
    again = (*chain.from_iterable(root.warnings for root in compiled), *again)
    ignored = (*warned, *found, *accepted)
    asked = [one for one in active if policies.has_run(one.rule)] if whole else ()
    stale = (*_expired(known, active), *_unused(asked, ignored))
    return Judged(gathered((*again, *kept, *broken, *stale)), ignored)


def findings(compiled: Sequence[Compiled], today: datetime.date | None = None) -> tuple[Diagnostic, ...]:
    """What cfn-lint finds and the spec does not accept."""
    kept, _ = _linted(compiled, _active(_each(compiled), today))
    return gathered(kept)


def refuse_invalid(compiled: Sequence[Compiled]) -> tuple[Ignored, ...]:
    """Raise `SpecError` with what AWS's own validation refuses, where it is installed; else what of it is ignored."""
    active = _each(compiled)  # compiled the same every day: nothing expires
    fatal = (replace(one, rule=f"F{one.rule[1:]}") for one in active if one.rule.startswith("E"))  # the same rule
    kept, ignored = sorted_out(refused_in(compiled, CACHE), (*active, *fatal))
    if kept:
        raise SpecError(gathered(kept))
    return ignored


def refuse_findings(compiled: Sequence[Compiled], today: datetime.date | None = None) -> Judged:
    """Raise `SpecError` with the errors and warnings that cfn-lint finds, if there are any.

    Else what is ignored, and what is not any more: suppressions that have expired, and warnings of the spec under them.
    """
    known = _each(compiled)
    active = _active(known, today)
    kept, found = _linted(compiled, active)
    serious = tuple(one for one in gathered(kept) if one.severity != "note")
    if serious:
        raise SpecError(serious)
    warned, again = _ignored_of_the_spec(compiled, active)
    return Judged((*again, *_expired(known, active)), (*warned, *found))


def _linted(
    compiled: Sequence[Compiled], active: Sequence[Suppression]
) -> tuple[tuple[Diagnostic, ...], tuple[Ignored, ...]]:
    """What cfn-lint finds, and what of it is ignored, with a bar on a terminal; verdicts are kept in `CACHE`."""
    with progress() as report:
        return sorted_out(found_in(compiled, CACHE, report), active)


def _active(known: Sequence[Suppression], today: datetime.date | None) -> tuple[Suppression, ...]:
    """Those that have not expired. Only the gate looks at the clock: the day is that of UTC."""
    day = (today or datetime.datetime.now(datetime.UTC).date()).isoformat()
    return tuple(one for one in known if not one.until or day <= one.until)


def _each(compiled: Sequence[Compiled]) -> tuple[Suppression, ...]:
    """Those of all environments, which differ by the components that they cover."""
    return tuple(dict.fromkeys(chain.from_iterable(root.suppressions for root in compiled)))


def _ignored_of_the_spec(
    compiled: Sequence[Compiled], active: Sequence[Suppression]
) -> tuple[tuple[Ignored, ...], tuple[Diagnostic, ...]]:
    """The ignored warnings of the spec, and those whose suppression has expired."""
    every = dict.fromkeys(chain.from_iterable(root.ignored for root in compiled))
    ignored = tuple(one for one in every if one.by in active)
    return ignored, tuple(one.found for one in every if one.by not in active)


def _expired(known: Sequence[Suppression], active: Sequence[Suppression]) -> Iterator[Diagnostic]:
    for one in {one.place: one for one in known}.values():
        if one not in active:
            message = f"expired on {one.until}: the findings of {one.rule} count again"
            yield _warned("expired-suppression", one, message, "mend them and remove it, or set a later day")


def _unused(active: Sequence[Suppression], ignored: Sequence[Ignored]) -> Iterator[Diagnostic]:
    used = {one.by.place for one in ignored}
    for one in {one.place: one for one in active}.values():
        if one.place not in used:
            yield _warned("unused-suppression", one, f"{one.rule} does not find anything here", "remove it")


def _warned(code: str, one: Suppression, message: str, help_text: str) -> Diagnostic:
    return Diagnostic(code, message, one.place, one.component, help_text, severity="warning")
