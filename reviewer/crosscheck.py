"""Find disagreements between the comparison of templates and CloudFormation's change set of the root stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.stacks.compiled import Compiled
from reviewer.change import Change, Review, ServiceChange
from reviewer.template_set import STACK_TYPE


def disagreements(review: Review, compiled: Compiled) -> tuple[str, ...]:
    """One sentence for each row that only one of the two has, or on which they disagree.

    Modifications of nested stacks that only the service lists are left out: it lists one for each stack that is fed by
    an output of a sibling, whether or not that output changes.
    """
    ours = _own_rows(review, compiled)
    theirs = {row.logical_id: row for row in review.service}
    return tuple(
        sentence for name in sorted({**ours, **theirs}) for sentence in _compare(ours.get(name), theirs.get(name))
    )


def _own_rows(review: Review, compiled: Compiled) -> Mapping[str, ServiceChange]:
    """The comparison as the root stack sees it: a changed nested stack is one row."""
    nested = {template.name: template.logical_id for template in compiled.children}
    known = set(compiled.root.body.get("Resources", {}))
    rows: dict[str, ServiceChange] = {}
    for change in review.changes:
        row = _own_row(change, nested, known)
        rows.setdefault(row.logical_id, row)
    rows.pop(review.stack, None)  # the row of the stack's own tags, which the service spreads over all resources
    return rows


def _own_row(change: Change, nested: Mapping[str, str], known: set[str]) -> ServiceChange:
    if change.stack == "root":
        return ServiceChange(change.action, change.logical_id, change.resource_type, change.replacement)
    stack = nested.get(change.stack, change.stack)
    return ServiceChange("Modify" if stack in known else "Remove", stack, STACK_TYPE)


def _compare(expected: ServiceChange | None, service: ServiceChange | None) -> Iterator[str]:
    if expected is None and service is not None and (service.action, service.resource_type) != ("Modify", STACK_TYPE):
        yield f"CloudFormation's change set also lists {_row_text(service)}, which the templates do not show"
    if service is None and expected is not None:
        yield f"CloudFormation's change set does not list {_row_text(expected)}, which the templates show"
    if expected and service and expected.resource_type != STACK_TYPE and _outcome(expected) != _outcome(service):
        yield f"CloudFormation's change set has {_row_text(service)} where the templates show {_row_text(expected)}"


def _row_text(row: ServiceChange) -> str:
    replaced = f", replacement {row.replacement}" if row.replacement in ("True", "Conditional") else ""
    return f"{row.action} {row.logical_id} ({row.resource_type}{replaced})"


def _outcome(row: ServiceChange) -> tuple[str, str]:
    return row.action, row.replacement if row.replacement in ("True", "Conditional") else ""
