"""Reviews as Markdown for a comment on a pull request: risks and causes first, details folded, below GitHub's limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from compiler.source.frozen import frozen
from reviewer.change import Change, ComponentChange, Review, Risk
from reviewer.values import counted
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
    service_lines,
    shown_in,
    step_lines,
    steps_title,
    summary,
    verb,
    verdict,
)

LIMIT = 65_000
"""Characters; GitHub takes 65,536 in a comment."""
_RESERVE = 400
"""Characters of each review that are left for what is said of the rest."""


@frozen(eq=True)
class _Part:
    """Lines of which as many are shown as fit, and what is said of the rest."""

    head: str
    lines: Sequence[str]
    foot: str = ""
    noun: str = "line"
    share: float = 1.0
    """Share of what is left that it may take."""


def markdown(reviews: Sequence[Review], limit: int = LIMIT) -> str:
    """All reviews one after the other, in no more than `limit` characters."""
    each = limit // max(len(reviews), 1)
    return "\n".join(_review(review, each - 1) for review in reviews)


def _review(review: Review, limit: int) -> str:
    told = verdict(review)
    shown = [f"### {_escaped(heading(review))}\n", *([f"**{_escaped(told)}**\n"] if told else [])]
    left = limit - sum(map(len, shown)) - _RESERVE
    for part in _parts(review):
        text = _fitting(part, int(left * part.share))
        if text:
            shown.append(text)
            left -= len(text) + 1
    return "\n".join(shown)


def _parts(review: Review) -> Iterator[_Part]:
    yield from _risks(review.risks)
    yield from _reverts(review)
    yield from _components(review)
    yield _Part("", list(_closing(review)), share=0.5)
    yield from _resources(review.changes)
    if review.service:
        lines = [f"- {_escaped(line)}" for line in service_lines(review)]
        yield _folded(f"CloudFormation's change set, {counted(len(lines), 'line')}", lines)


def _risks(risks: Sequence[Risk]) -> Iterator[_Part]:
    if risks:
        lines = [
            _row(_mark(risk), risk.kind, _code(name_of(risk.component)), risk.text, shown_in(risk.place))
            for risk in risks
        ]
        head = "| | | component | what a reviewer must know | line |\n|---|---|---|---|---|"
        yield _Part(head, lines, noun="risk", share=0.4)


def _mark(risk: Risk) -> str:
    return "⚠️ **RISK**" if risk.serious else ""


def _reverts(review: Review) -> Iterator[_Part]:
    rows = revert_rows(review)
    if rows:
        lines = [_row("↺", _code(component), _code(text), place) for component, text, place in rows]
        head = f"{_escaped(revert_title(review))}\n\n| | component | what | line |\n|---|---|---|---|"
        yield _Part(head, lines, noun="row", share=0.4)


def _components(review: Review) -> Iterator[_Part]:
    causes = causes_in(review)
    if not causes:
        yield _Part("", ["No other changes." if review.reverted else "No changes."])
        return
    lines = [_component(row, review) for row in causes]
    head = "| | component | | why | line |\n|---|---|---|---|---|"
    yield _Part(head, lines, noun="component", share=0.6)


def _component(row: ComponentChange, review: Review) -> str:
    reasons = reason_lines(row, review.changes)
    told = [reason if row.effect in ("create", "remove") else _code(reason) for reason in reasons]
    return _row(
        SIGNS[row.effect], _code(name_of(row.component)), effect_text(row), "<br>".join(told), shown_in(row.place)
    )


def _closing(review: Review) -> Iterator[str]:
    yield from (f"- {_escaped(line)}" for line in follow_lines(followers_in(review)))
    if review.steps:
        yield from ("", _escaped(steps_title(review)), "", *(_escaped(line) for line in step_lines(review)))
    yield ""
    yield _escaped(f"{summary(review)} {answer_text(review)}".rstrip())
    yield from (f"- {_escaped(sentence)}" for sentence in review.disagreements)
    yield from (f"\n> {_escaped(note)}" for note in notes_in(review))


def _resources(changes: Sequence[Change]) -> Iterator[_Part]:
    if changes:
        lines = [line for change in changes for line in _resource(change)]
        yield _folded(f"{counted(len(changes), 'resource')}, with each property that changes", lines)


def _resource(change: Change) -> Iterator[str]:
    where = f"{change.resource_type.removeprefix('AWS::')} {change.stack}/{change.logical_id}"
    yield f"- {_code(name_of(change.component))} {verb(change)} {_code(where)}"
    yield from (f"  - {_code(line)}" for line in resource_lines(change))


def _folded(title: str, lines: Sequence[str]) -> _Part:
    return _Part(f"<details><summary>{_escaped(title)}</summary>\n", lines, "\n</details>\n")


def _fitting(part: _Part, limit: int) -> str:
    """As many lines of a part as fit; nothing where not even one does."""
    rest, shown = limit - len(part.head) - len(part.foot) - 80, []
    for line in part.lines:
        rest -= len(line) + 1
        if rest < 0:
            break
        shown.append(line)
    if not shown:
        return ""
    hidden = len(part.lines) - len(shown)
    more = [f"\n{counted(hidden, f'more {part.noun}')}: see the whole review"] if hidden else []
    return "\n".join(filter(None, [part.head, *_kept(shown), *more, part.foot])) + "\n"


def _kept(lines: Iterable[str]) -> Iterator[str]:
    """Lines of which the empty ones stay: a paragraph in Markdown begins after one."""
    yield from (line or " " for line in lines)


def _row(*cells: str) -> str:
    return "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _code(text: str) -> str:
    clean = text.replace("`", "'")
    return f"`{clean}`" if clean else ""


def _escaped(text: str) -> str:
    """Text that is no markup outside of its own code spans, and mentions nobody."""
    pieces = " ".join(text.split("\n")).split("`")
    if len(pieces) % 2 == 0:
        return _outside("'".join(pieces))
    return "`".join(piece.replace("|", "\\|") if index % 2 else _outside(piece) for index, piece in enumerate(pieces))


def _outside(text: str) -> str:
    for mark, safe in (("&", "&amp;"), ("#", "&#35;"), ("<", "&lt;"), ("@", "&#64;"), ("|", "\\|"), ("_", "\\_")):
        text = text.replace(mark, safe)
    return text.replace("&lt;br>", "<br>").replace("\\*\\*", "**")
