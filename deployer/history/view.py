"""The history of an environment for people: a line a record, and one record with all that was reviewed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from compiler.source.diagnostics_view import diagnostic_lines
from compiler.source.json_value import Json
from deployer.history.record import Begun, Record
from reviewer.change import Review
from reviewer.view import Shown, render


def history_lines(records: Sequence[Record], older: int) -> Iterator[str]:
    """Oldest first, so that the newest stands above the prompt."""
    if older:
        yield f"({older} older: --last shows more)"
    rows = [_row(record) for record in records]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    if not rows:
        yield "nothing was recorded yet"


def _row(record: Record) -> tuple[str, ...]:
    begun = record.begun
    number = f"{record.number:>4}"
    spec = begun.spec[1] or "-"
    return number, time_text(record.when), begun.region, what(begun), outcome(record), spec, begun.who, begun.summary


def time_text(iso: str) -> str:
    """To the second, in UTC as AWS gives it."""
    return f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M:%S}" if iso else "-"


def what(begun: Begun) -> str:
    return f"{begun.operation}, back to {begun.back_to}" if begun.back_to else begun.operation


def outcome(record: Record) -> str:
    """The result, with the state of the stack where it failed."""
    status = record.ended.status if record.ended else ""
    return f"{record.result} ({status})" if record.result == "failed" and status else record.result


def record_lines(record: Record, review: Review | None, details: Json, shown: Shown) -> Iterator[str]:
    """What was done, what was reviewed before, and how it ended."""
    yield from _head(record)
    yield ""
    if review:
        yield from render(review, shown).splitlines()
    elif details is None:
        yield "what was reviewed is not in the record: the command ended before it had written that"
    else:
        yield from (f"  {line}" for line in details.get("lines", ()))
    if record.begun.version:
        yield from _version_lines(record)
    if record.ended and record.ended.failures:
        yield ""
        yield from diagnostic_lines([failure.diagnostic() for failure in record.ended.failures])


def _head(record: Record) -> Iterator[str]:
    begun, ended = record.begun, record.ended
    yield f"record {record.number}: {what(begun)} of {begun.stack} in {begun.region}, {outcome(record)}"
    yield f"  by       {begun.who}"
    until = f" to {time_text(ended.ended)}" if ended and ended.ended else ""
    yield f"  when     {time_text(record.when)}{until} UTC"
    yield f"  does     {begun.summary}"
    if begun.change_set:
        yield f"  executed {begun.change_set.split('/')[1]}"
    if ended:
        yield from (f"  note     {note}" for note in ended.notes)
    else:
        yield "  note     its end was not seen: it still runs, or CloudFormation can't tell any more"


def _version_lines(record: Record) -> Iterator[str]:
    version = record.begun.version
    if version is None:
        return
    made = version.materials
    yield ""
    yield f"templates in {made.bucket}:"
    yield from (f"  {key}" for key in made.templates.values())
    values = {**version.parameters, **dict.fromkeys(made.hidden, "not recorded (NoEcho)")}
    if values:
        yield "parameters:"
        yield from (f"  {name} = {value}" for name, value in sorted(values.items()))
