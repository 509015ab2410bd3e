"""Keep a record of an operation: begin it before anything is changed, and write its end once that is seen.

open records ── settle ──► their ends;   what is to be done ── begin ──► number ── the operation ── keep ──► end
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.errors import DeployError
from deployer.faults import explained
from deployer.history.end import end_of, from_outcome
from deployer.history.ledger import BEGUN, ENDED, REVIEW, Ledger, as_bytes, damaged
from deployer.history.record import Begun, Record, begun_from_json, ended_from_json
from deployer.history.secrets import without_secrets
from deployer.outcome import Outcome
from deployer.session import Aws

Keep = Callable[[Outcome], Outcome]
"""Takes the outcome of what was begun, and gives it back with what has to be said of its record."""
_OPEN = 5
"""Records without an end that are looked at, newest first; of older ones nobody can tell any more."""


@frozen(eq=True)
class Entry:
    """What is to be recorded, and what of it is secret."""

    begun: Begun
    details: Json
    """What was reviewed."""
    hidden: Collection[str] = ()
    """Values that are a secret wherever they stand."""


@contextmanager
def keeping(aws: Aws, ledger: Ledger | None, entry: Entry) -> Iterator[Keep]:
    """Record what the block does. Raises `DeployError` before it when the record can't be begun."""
    if ledger is None:
        yield _unrecorded
        return
    number = begin(aws, ledger, entry)
    try:
        yield lambda outcome: _kept(aws, ledger, Record(number, entry.begun, ""), outcome)
    except DeployError as problem:
        _broken_off(aws, ledger, Record(number, entry.begun, ""), problem)
        raise


def _unrecorded(outcome: Outcome) -> Outcome:
    return replace(outcome, notes=(*outcome.notes, "this is not in the history: there is no artefact bucket"))


@explained("recording what is about to be done (nothing was changed)")
def begin(aws: Aws, ledger: Ledger, entry: Entry) -> int:
    """Begin a record, or go on with one's own of the same change set: its number."""
    begun = entry.begun
    unfinished = settle(aws, ledger)
    own = [one.number for one in unfinished if _same(one.begun, begun)]
    number = own[0] if own else ledger.take_number(as_bytes(_clean(begun, entry.hidden).to_json()))
    ledger.write(number, REVIEW, without_secrets(entry.details, entry.hidden))
    return number


def _clean(begun: Begun, hidden: Collection[str]) -> Begun:
    """Without secrets in the values of parameters; what else it has are names, digests and ARNs."""
    version = begun.version
    if version is None:
        return begun
    return replace(begun, version=replace(version, parameters=without_secrets(dict(version.parameters), hidden)))


def _same(earlier: Begun, now: Begun) -> bool:
    return bool(now.change_set) and (earlier.change_set, earlier.who) == (now.change_set, now.who)


def settle(aws: Aws, ledger: Ledger) -> tuple[Record, ...]:
    """Write the ends of operations on the root of this region that nobody has seen yet; those still open, newest first.

    One that was begun before the last one of the region and that has no event was never started.
    """
    parts = ledger.parts()
    unfinished = [number for number in parts if ENDED not in parts[number]][::-1][:_OPEN]
    found: list[Record] = []
    for number in unfinished:
        record = _readable(ledger, number, parts[number])
        if record is None or record.begun.region != aws.region:
            continue
        ended = end_of(aws, record.begun, superseded=_superseded(ledger, record, parts))
        if ended is None:
            found.append(record)
        else:
            ledger.write(number, ENDED, without_secrets(ended.to_json()))
    return tuple(found)


def settled(aws: Aws, ledger_of: Callable[[], Ledger | None]) -> tuple[str, ...]:
    """Write the end of what an earlier run began, once it is seen; a note where that fails: the next command does."""
    try:
        with explained("recording the end"):
            ledger = ledger_of()
            if ledger:
                settle(aws, ledger)
    except DeployError as problem:
        return (f"its record has no end yet, the next command writes it: {problem.message}",)
    return ()


def who_began(ledger: Ledger, request: str) -> str:
    """ARN of the identity that has begun the operation with this request token; empty where no late record has it."""
    parts = ledger.parts()
    late = (_readable(ledger, number, parts[number]) for number in [*parts][::-1][:_OPEN])
    return next((one.begun.who for one in late if one is not None and one.begun.request == request), "")


def _superseded(ledger: Ledger, record: Record, parts: Mapping[int, Mapping[str, str]]) -> bool:
    """Whether a later operation on the same root has ended."""
    later = (number for number in parts if number > record.number and ENDED in parts[number])
    found = (_readable(ledger, number, parts[number]) for number in later)
    return any(one is not None and one.begun.region == record.begun.region for one in found)


def _readable(ledger: Ledger, number: int, parts: Mapping[str, str]) -> Record | None:
    """A record that can't be read, such as one of a later version of Stackwright, stops nobody."""
    try:
        return load(ledger, number, parts)
    except DeployError:
        return None


def load(ledger: Ledger, number: int, parts: Mapping[str, str]) -> Record:
    """Raises `DeployError` for objects that are no record."""
    try:
        begun = begun_from_json(ledger.load(number, BEGUN))
        ended = ended_from_json(ledger.load(number, ENDED)) if ENDED in parts else None
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise damaged(ledger, number, BEGUN) from fault
    return Record(number, begun, parts.get(BEGUN, ""), ended)


def _kept(aws: Aws, ledger: Ledger, record: Record, outcome: Outcome) -> Outcome:
    """Write the end; where that fails, the next command does."""
    try:
        with explained("recording the end"):
            ended = end_of(aws, record.begun) or from_outcome(aws, outcome)
            left = outcome.retained if ended.notes else ()  # with components, which the record does not know
            ended = replace(ended, notes=(*left, *outcome.notes), failures=outcome.failures or ended.failures)
            ledger.write(record.number, ENDED, without_secrets(ended.to_json()))
    except DeployError as problem:
        note = f"record {record.number} has no end yet, the next command writes it: {problem.message}"
        return replace(outcome, notes=(*outcome.notes, note))
    return outcome


def _broken_off(aws: Aws, ledger: Ledger, record: Record, problem: DeployError) -> None:
    """Write the end, where there is one: that nothing was begun and nobody can begin it any more, or what was seen.

    Else a later command sees what became of it.
    """
    try:
        ended = end_of(aws, record.begun)
        if ended is not None:
            told = replace(ended, notes=(problem.message,)) if ended.result == "not-started" else ended
            ledger.write(record.number, ENDED, without_secrets(told.to_json()))
    except (ClientError, BotoCoreError, DeployError):
        return
