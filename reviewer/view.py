"""A review for people: a table by component, as text that depends on nothing but the review, the width and colour."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from compiler.source.json_value import Json
from reviewer.change import Change, Detail, Review

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_CONDITIONAL = "may be replaced"
_COLOURS = {"add": "green", "modify": "yellow", "replace": "red", _CONDITIONAL: "red", "remove": "red"}
_REPLACEMENT = {"": "", "False": "no", "Conditional": "possible", "True": "yes"}
_LONGEST_VALUE = 60
_MOST_DETAILS = 8


def render(review: Review, width: int = 120, colour: bool = False) -> str:
    """The review as text with lines of at most `width` columns, ANSI colours only when asked for."""
    from rich.console import Console
    from rich.markup import escape

    stream = io.StringIO()
    console = Console(
        file=stream,
        width=max(width, 40),
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
    )
    console.print(escape(heading(review)), style="bold" if colour else "", highlight=False)
    for part in _body(review):
        console.print(part, highlight=False)
    for note in review.notes:
        console.print(f"note: {escape(note)}", highlight=False)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def heading(review: Review) -> str:
    where = f"stack {review.stack} in {review.region}, account {review.account}"
    return f"{review.platform} {review.environment}: {review.operation} {where}"


def summary(review: Review) -> str:
    """One line: how many resources are added, modified, replaced and removed."""
    kinds = [verb(change) for change in review.changes]
    counts = ", ".join(_count(kinds, kind) for kind in (*_COLOURS, "import") if kind in kinds)
    return f"{counts}." if kinds else "No changes."


def _count(kinds: Sequence[str], kind: str) -> str:
    to = "that " if kind == _CONDITIONAL else "to "
    return f"{kinds.count(kind)} {to}{kind}"


def verb(change: Change) -> str:
    """The action for a reader: a modification that replaces the resource, or may, is named so."""
    if change.action == "Modify" and change.replacement in ("True", "Conditional"):
        return "replace" if change.replacement == "True" else _CONDITIONAL
    return change.action.lower()


def _body(review: Review) -> tuple[RenderableType, ...]:
    if review.empty and not review.changes:
        return ("No changes.",)
    how = "by comparing templates and parameters, not from CloudFormation's change set"
    if review.empty:
        return ("No changes that CloudFormation would carry out.", _table(review))
    return (_table(review), f"{summary(review)} Shown {how}.")


def _table(review: Review) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, pad_edge=False, collapse_padding=True, expand=False)
    for title, ratio in (("component", 3), ("action", 1), ("resource", 4), ("replacement", 1), ("what changes", 6)):
        table.add_column(title, overflow="fold", ratio=ratio if title == "what changes" else None)
    last = None
    for change in review.changes:
        table.add_row(*_cells(change, repeated=change.component == last))
        last = change.component
    return table


def _cells(change: Change, repeated: bool) -> tuple[RenderableType, ...]:
    from rich.text import Text

    kind = verb(change)
    resource = f"{change.resource_type.removeprefix('AWS::')}\n{change.stack}/{change.logical_id}"
    replacement = _REPLACEMENT[change.replacement]
    component = "" if repeated else change.component or "-"
    return (
        Text(component),
        Text(kind, style=_COLOURS.get(kind, "")),
        Text(resource),
        Text(replacement),
        Text("\n".join(_lines(change))),
    )


def _lines(change: Change) -> list[str]:
    shown = [_detail(detail) for detail in change.details[:_MOST_DETAILS]]
    rest = len(change.details) - len(shown)
    lines = shown + ([f"and {rest} more"] if rest else [])
    if change.replacement == "Conditional":
        conditions = {detail.condition: None for detail in change.details if detail.condition}
        lines.extend(f"replaced if {condition}" for condition in conditions)
    if change.action == "Remove" and change.retained:
        lines.append(f"resource: {_kept(change)}")
    if change.action == "Modify" and change.policy:
        lines.append(f"old resource: {_kept(change) if change.retained else 'deleted'}")
    return [*lines, change.note] if change.note else lines


def _kept(change: Change) -> str:
    return "snapshot kept" if change.policy == "Snapshot" else "retained"


def _detail(detail: Detail) -> str:
    if detail.cause and detail.before == detail.after:
        return f"{detail.path}, by {detail.cause}"
    because = f" (by {detail.cause})" if detail.cause else ""
    return f"{detail.path}: {value_text(detail.before)} → {value_text(detail.after)}{because}"


def value_text(value: Json) -> str:
    """A value in one short line; references as ``${Stack/Resource.Attribute}``."""
    text = _text(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _text(value: Json) -> str:
    match value:
        case None:
            return "(none)"
        case str():
            return value or '""'
        case {"Ref": str(name), **others} if not others:
            return "${" + name + "}"
        case {"Fn::GetAtt": str(name), **others} if not others:
            return "${" + name + "}"
        case {"Fn::Join": ["", [*parts]], **others} if not others:
            return "".join(_text(part) for part in parts)
        case _:
            return json.dumps(value, sort_keys=True, ensure_ascii=False)
