"""Hold CloudFormation's own change set, of the root stack and its nested ones, against the comparison of templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled
from reviewer.change import Change, Review, ServiceChange, Step
from reviewer.template_set import STACK_TYPE

SYNC = "SyncWithActual"
"""Action of a row whose resource already is what the templates want: only CloudFormation's record changes."""
_Key = tuple[str, str]
"""Logical id of the nested stack, or empty, and of the resource."""
_IN_PLACE = ("Modify", "")
_MAYBE = ("Modify", "Conditional")
_LESS: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = {
    _MAYBE: (_IN_PLACE, ("Modify", "True")),
    ("Modify", "True"): (_IN_PLACE, _MAYBE),
}
"""Action and replacement that a reader was told → others that are covered by it."""


@frozen(eq=True)
class Answer:
    """What the comparison makes of CloudFormation's change set."""

    disagreements: tuple[str, ...]
    """One sentence for each row that only one of the two has, or on which they disagree."""
    folded: int
    """Rows that change nothing: of stacks fed by an output of a sibling that stays as it is."""


def answered(review: Review, compiled: Compiled) -> Review:
    """The review with what its `service` rows, CloudFormation's change set, say of its changes."""
    answer = crosscheck(review, compiled)
    return replace(review, disagreements=answer.disagreements, folded=answer.folded)


def crosscheck(review: Review, compiled: Compiled) -> Answer:
    """Compare row by row; nested stacks are compared as far as the change set shows what is inside them."""
    ours = _own_rows(review, compiled, {row.stack for row in review.service})
    theirs = {(row.stack, row.logical_id): row for row in review.service}
    folded = [key for key, row in theirs.items() if key not in ours and _changes_nothing(row)]
    keys = sorted({*ours, *theirs} - {*folded})
    sentences = (sentence for key in keys for sentence in _compare(ours.get(key), theirs.get(key)))
    return Answer(tuple(sentences), len(folded))


def _changes_nothing(row: ServiceChange) -> bool:
    """Whether a row that the templates do not show says no more than that something may change elsewhere."""
    return row.action == SYNC or (row.action == "Modify" and (row.resource_type == STACK_TYPE or not row.certain))


def _own_rows(review: Review, compiled: Compiled, shown: set[str]) -> Mapping[_Key, ServiceChange]:
    """The comparison as a change set has it: rows of the stacks that it shows, and a row for each nested stack."""
    rows = {key: row for key, row in _all_rows(review.changes, compiled).items() if row.stack in shown or not row.stack}
    rows.pop(("", review.stack), None)  # the row of the stack's own tags, which the service spreads over all resources
    return rows


def _all_rows(changes: Sequence[Change], compiled: Compiled) -> Mapping[_Key, ServiceChange]:
    nested = {template.name: template.logical_id for template in compiled.children}
    known = set(compiled.root.body.get("Resources", {}))
    rows: dict[_Key, ServiceChange] = {}
    for change in changes:
        for row in _rows(change, nested, known):
            rows.setdefault((row.stack, row.logical_id), row)
    return rows


def expected_rows(changes: Sequence[Change], compiled: Compiled) -> tuple[ServiceChange, ...]:
    """The comparison as the change set of one step may have it, with what is inside nested stacks."""
    rows = _all_rows(changes, compiled)
    return tuple(rows[key] for key in sorted(rows))


def unexpected(step: Step, service: Sequence[ServiceChange], stack_name: str) -> tuple[str, ...]:
    """Each row of a step's change set that goes further than the review said."""
    known = {(row.stack, row.logical_id): row for row in step.rows}
    retagged = ("", stack_name) in known
    return tuple(
        _row_text(row) for row in service if not _foreseen(row, known.get((row.stack, row.logical_id)), retagged)
    )


def _foreseen(row: ServiceChange, expected: ServiceChange | None, retagged: bool) -> bool:
    """`retagged`: other tags of the stack, which the service spreads over all resources."""
    if _changes_nothing(row) or (retagged and _outcome(row) == _IN_PLACE):
        return True
    if expected is None or row.resource_type == STACK_TYPE:
        return expected is not None
    return _outcome(row) in (_outcome(expected), *_LESS.get(_outcome(expected), ()))


def _rows(change: Change, nested: Mapping[str, str], known: set[str]) -> Sequence[ServiceChange]:
    if change.stack == "root":
        return (ServiceChange(change.action, change.logical_id, change.resource_type, change.replacement),)
    stack = nested.get(change.stack, change.stack)
    inside = ServiceChange(change.action, change.logical_id, change.resource_type, change.replacement, stack)
    return (ServiceChange("Modify" if stack in known else "Remove", stack, STACK_TYPE), inside)


def _compare(expected: ServiceChange | None, service: ServiceChange | None) -> Iterator[str]:
    if expected is None and service is not None and not service.drift:
        yield f"CloudFormation's change set also lists {_row_text(service)}, which the templates do not show"
    if service is None and expected is not None:
        yield f"CloudFormation's change set does not list {_row_text(expected)}, which the templates show"
    if expected and service and expected.resource_type != STACK_TYPE and _differ(expected, service):
        yield f"CloudFormation's change set has {_row_text(service)} where the templates show {_row_text(expected)}"


def _row_text(row: ServiceChange) -> str:
    replaced = f", replacement {row.replacement}" if row.replacement in ("True", "Conditional") else ""
    where = f"{row.stack}/{row.logical_id}" if row.stack else row.logical_id
    return f"{row.action} {where} ({row.resource_type}{replaced})"


def _differ(expected: ServiceChange, service: ServiceChange) -> bool:
    """Whether the outcomes differ; what only may happen elsewhere does not contradict the comparison."""
    return service.certain and service.action != SYNC and _outcome(expected) != _outcome(service)


def _outcome(row: ServiceChange) -> tuple[str, str]:
    return row.action, row.replacement if row.replacement in ("True", "Conditional") else ""
