"""Checks of queues: the dead-letter queue outlives the queue, is of its kind, and has no other behind it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping

from compiler.language.times import in_seconds, told
from compiler.meaning.fault import Fault, warning
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.document import Path
from compiler.source.json_value import Json

_SHARED: Path = ("dead_letter", "queue")
_OF_ITS_OWN = ("consume_dead_letters", "redrive")
_LONGEST = 14 * 86_400
"""Seconds that SQS keeps a message at most."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    own = component.settings["dead_letter"]
    shared = _dead_letters_of(component, spec)
    source = _first_sources(spec, component.section).get(component.address)
    if source:
        yield from _taking(component, source, spec)
    if shared:
        yield from _shared(component, shared, spec)
    elif not source:
        where = ("dead_letter", "retention_days")
        yield from _too_short(component.settings, own["retention_days"], where, "is")


@functools.lru_cache(maxsize=1)
def _first_sources(spec: ResolvedSpec, section: str) -> Mapping[str, ResolvedComponent]:
    """Address of a queue → the first that names it for its dead letters. Found once: each queue is held to it."""
    pairs = ((_dead_letters_of(one, spec), one) for one in reversed(spec.components(section)))
    return {target.address: one for target, one in pairs if target}


def _dead_letters_of(component: ResolvedComponent, spec: ResolvedSpec) -> ResolvedComponent | None:
    found = spec.component(component.settings["dead_letter"]["queue"], component.section)
    return None if found is component else found


def _too_short(data: Mapping[str, Json], kept: int | str, where: Path, subject: str) -> Iterator[Fault]:
    """A message keeps its age when it moves, but for one of a fifo queue.

    Source: SQS developer guide, "Setting-up dead-letter queue retention".
    """
    needed = data["retention_days"]
    if data["fifo"]:
        return
    if in_seconds(kept, "days") < in_seconds(needed, "days"):
        message = f"{subject} less than the queue's {told('days', needed)}: messages could expire before they are "
        yield Fault("short-retention", f"{message}inspected", where, f"at least {needed}, better 14")


def _shared(component: ResolvedComponent, shared: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Source: SQS developer guide, "Using dead-letter queues": same type, same account and region."""
    data, other = component.settings, shared.settings
    if data["fifo"] != other["fifo"]:
        kinds = ("is fifo", "is not") if other["fifo"] else ("is not fifo", "is")
        message = f"'{shared.name}' {kinds[0]} and this queue {kinds[1]}: a dead-letter queue is of the same type"
        yield Fault("fifo-limit", message, _SHARED, "name a queue of the same type")
    if other["existing"] is None:
        yield from _too_short(data, other["retention_days"], _SHARED, f"what '{shared.name}' keeps for is")
        yield from _no_longer(data, shared)
    else:
        yield from _elsewhere(other["existing"], spec)
    yield from _unused(component, ("retention_days",), f"the dead letters wait in '{shared.name}'")
    for verb in _OF_ITS_OWN:
        for user in spec.users(component, verb):
            message = f"'{user.address}' wants to '{verb}' here, but the dead letters wait in '{shared.name}'"
            help_text = f"use '{shared.name}' there: 'consume' or 'redrive'"
            yield Fault("no-dead-letters", message, _SHARED, help_text)


def _no_longer(data: Mapping[str, Json], shared: ResolvedComponent) -> Iterator[Fault]:
    """A queue of its own keeps its dead letters for 14 days if nothing else is set; one that is shared does not."""
    days, kept = data["retention_days"], in_seconds(shared.settings["retention_days"], "days")
    if not data["fifo"] and in_seconds(days, "days") == kept < _LONGEST:
        message = f"'{shared.name}' keeps messages for the {told('days', days)} that they may have waited here before"
        yield warning("same-retention", message, _SHARED, f"set 'retention_days: 14' of '{shared.name}'")


def _elsewhere(existing: Json, spec: ResolvedSpec) -> Iterator[Fault]:
    arn = str(existing["id"] if isinstance(existing, Mapping) else existing).split(":")
    here = (spec.region, spec.account or "")
    if len(arn) > 5 and any(have and "$" not in one and one != have for one, have in zip(arn[3:5], here, strict=True)):
        message = f"a dead-letter queue is in the account and region of its sources, not in {arn[4]} in {arn[3]}"
        yield Fault("no-dead-letters", message, _SHARED, "name a queue of this account and region")


def _taking(component: ResolvedComponent, source: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """A queue that others name: it has no dead-letter queue itself."""
    takes = f"it takes the dead letters of '{source.name}'"
    if component.settings["dead_letter"]["queue"]:
        yield Fault("no-dead-letters", f"can't lead on to another queue: {takes}", _SHARED, "take one of the two out")
    yield from _unused(component, ("after", "retention_days"), f"{takes} and has no dead-letter queue itself")
    for user in spec.users(component, "consume_dead_letters"):
        message = f"'{user.address}' wants to 'consume_dead_letters', and it has none itself: {takes}"
        yield Fault("no-dead-letters", message, (), "say 'consume' there")


def _unused(component: ResolvedComponent, names: Iterable[str], why: str) -> Iterator[Fault]:
    known = component.kind["properties"]["dead_letter"]["properties"]
    for name in names:
        if component.settings["dead_letter"][name] != known[name]["default"]:
            yield Fault("unused-setting", f"has no use: {why}", ("dead_letter", name), "take it out")
