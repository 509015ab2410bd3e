"""A review for a terminal: risks, causes, then what follows; it depends on the review, width and colour alone."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from compiler.source.frozen import frozen
from reviewer.change import ComponentChange, Review
from reviewer.terminal import colours, columns
from reviewer.wording import (
    SIGNS,
    answer_text,
    causes_in,
    effect_text,
    follow_lines,
    followers_in,
    heading,
    name_of,
    notes_in,
    reason_lines,
    resource_lines,
    revert_rows,
    revert_title,
    risk_word,
    service_lines,
    shown_in,
    step_lines,
    steps_title,
    summary,
    verb,
    verdict,
)

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_COLOURS = {"+": "green", "←": "cyan", "~": "yellow", "±": "red", "-": "red"}
_MOST_RISKS = 12
_MOST_ROWS = 20
_LONGEST_REASON = 60
_COLUMNS_FROM = 60
"""Width from which on columns are wide enough for words."""


@frozen(eq=True)
class Shown:
    """How much of a review is shown."""

    width: int = 120
    colour: bool = False
    everything: bool = False
    """Every component with its resources, property by property."""
    raw: bool = False
    """CloudFormation's change set row by row, too."""

    @property
    def narrow(self) -> bool:
        return self.width < _COLUMNS_FROM


AS_USUAL = Shown()


def on_terminal(everything: bool, raw: bool) -> Shown:
    """As wide as the terminal and in colour where there is one."""
    return Shown(columns(sys.stdout) or AS_USUAL.width, colours(sys.stdout), everything, raw)


def render(review: Review, shown: Shown = AS_USUAL) -> str:
    """The review as text with lines of at most `shown.width` columns, ANSI colours only when asked for."""
    from rich.console import Console

    stream = io.StringIO()
    console = Console(
        file=stream,
        width=max(shown.width, 40),
        force_terminal=shown.colour,
        color_system="standard" if shown.colour else None,
        legacy_windows=False,
    )
    for part in _parts(review, shown):
        console.print(part, highlight=False)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _parts(review: Review, shown: Shown) -> Iterator[RenderableType]:
    yield _line(heading(review), "bold")
    if told := verdict(review):
        yield _line(told, "bold red" if review.risks else "")
    yield ""
    if review.empty or not (review.components or review.reverted):
        yield _line("No changes that CloudFormation would carry out." if review.components else "No changes.")
    if review.risks:
        yield from _risks_below(review, shown) if shown.narrow else [_risks(review, shown)]
        yield ""
    if review.reverted:
        yield from _reverts(review)
        yield ""
    if review.components or review.reverted:
        yield from _body(review, shown)
    yield from _end(review, shown)


def _reverts(review: Review) -> Iterator[RenderableType]:
    yield _line(revert_title(review))
    table = _grid(4)
    for component, text, place in revert_rows(review):
        table.add_row(_line("↺", "yellow"), *(_line(cell) for cell in (component, text, place)))
    yield table


def _body(review: Review, shown: Shown) -> Iterator[RenderableType]:
    causes = causes_in(review)
    rows = review.components if shown.everything else causes[:_MOST_ROWS]
    yield from _components_below(review, rows) if shown.narrow else [_components(review, rows, shown)]
    if len(causes) > len(rows):
        yield _line(f"  and {len(causes) - len(rows)} more components (--all shows them)")
    if not shown.everything:
        yield from (_line(f"  and {line} (--all shows them)") for line in follow_lines(followers_in(review)))
    if shown.everything:
        yield ""
        yield _resources(review)
    yield ""
    if review.steps:
        yield from (_line(text) for text in (steps_title(review), *(f"  {line}" for line in step_lines(review)), ""))
    answer = answer_text(review)
    yield _line(f"{summary(review)} {answer}".rstrip())


def _end(review: Review, shown: Shown) -> Iterator[RenderableType]:
    yield from (_line(f"  {sentence}") for sentence in review.disagreements)
    if shown.raw:
        yield _line("CloudFormation's change set:")
        yield from (_line(f"  {line}") for line in service_lines(review))
    yield from (_line(f"note: {note}") for note in notes_in(review))


def _line(text: str, style: str = "") -> RenderableType:
    from rich.text import Text

    return Text(text, style=style)


def _risks(review: Review, shown: Shown) -> Table:
    table = _grid(5)
    risks = review.risks if shown.everything else review.risks[:_MOST_RISKS]
    for risk in risks:
        style = "bold red" if risk.serious else ""
        cells = (risk.kind, name_of(risk.component), risk.text, shown_in(risk.place))
        table.add_row(_line(risk_word(risk), style), *(_line(cell) for cell in cells))
    if len(review.risks) > len(risks):
        table.add_row("", "", "", _line(f"and {len(review.risks) - len(risks)} more (--all shows them)"), "")
    return table


def _components(review: Review, rows: Sequence[ComponentChange], shown: Shown) -> Table:
    table = _grid(4, ratio=3)
    for row in rows:
        sign = SIGNS[row.effect]
        lines = reason_lines(row, review.changes)
        if len(review.components) > _MOST_ROWS and not shown.everything:
            lines = [_short(lines)]
        name = _line(f"{sign} {name_of(row.component)}", _COLOURS[sign])
        table.add_row(name, _line(effect_text(row)), _line("\n".join(lines)), _line(shown_in(row.place)))
    return table


def _risks_below(review: Review, shown: Shown) -> Iterator[RenderableType]:
    risks = review.risks if shown.everything else review.risks[:_MOST_RISKS]
    for risk in risks:
        head = f"{risk_word(risk)}  {risk.kind}  {name_of(risk.component)}".strip()
        yield from _below(_line(head, "bold red" if risk.serious else ""), (risk.text, shown_in(risk.place)))
    if len(review.risks) > len(risks):
        yield _line(f"and {len(review.risks) - len(risks)} more (--all shows them)")


def _components_below(review: Review, rows: Sequence[ComponentChange]) -> Iterator[RenderableType]:
    for row in rows:
        sign = SIGNS[row.effect]
        lines = (effect_text(row), *reason_lines(row, review.changes), shown_in(row.place))
        yield from _below(_line(f"{sign} {name_of(row.component)}", _COLOURS[sign]), lines)


def _below(head: RenderableType, lines: Sequence[str]) -> Iterator[RenderableType]:
    """A row with its cells one below the other, where columns would be narrower than words."""
    from rich.padding import Padding

    yield head
    yield from (Padding(_line(line), (0, 0, 0, 4)) for line in lines if line)


def _short(lines: Sequence[str]) -> str:
    """The first of several reasons, in half a line: where much changes, each has one line."""
    text = lines[0] + (" …" if len(lines) > 1 else "")
    return text if len(text) <= _LONGEST_REASON else text[: _LONGEST_REASON - 1] + "…"


def _resources(review: Review) -> Table:
    table = _grid(4, ratio=3)
    last = None
    for change in review.changes:
        name = "" if change.component == last else name_of(change.component)
        last = change.component
        resource = f"{change.resource_type.removeprefix('AWS::')}\n{change.stack}/{change.logical_id}"
        table.add_row(_line(name), _line(verb(change)), _line(resource), _line("\n".join(resource_lines(change))))
    return table


def _grid(columns: int, ratio: int = 0) -> Table:
    """A table without lines; the column before the last, or that at `ratio`, takes the width that is left."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    wide = ratio or columns - 2
    for index in range(columns):
        table.add_column(overflow="fold", ratio=1 if index == wide else None)
    return table
