"""Reviews as one self-contained HTML page: it can be filtered and folded, and is dark or light as its reader likes.

Everything is in the page when it is opened, so that it can be read without scripts, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from reviewer.change import Change, ComponentChange, Review, Risk
from reviewer.values import counted
from reviewer.wording import (
    SIGNS,
    answer_text,
    effect_text,
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

_NO_CHANGES = "<p>No changes.</p>"


def page(reviews: Sequence[Review]) -> str:
    """The reviews one after the other."""
    title = escape(" and ".join(f"{review.platform} {review.environment}" for review in reviews))
    lines = ["<!doctype html>", '<html lang="en">', "<head>", '<meta charset="utf-8">']
    lines += [
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Review of {title}</title>",
    ]
    lines += [f"<style>\n{_part('page.css')}</style>", "</head>", "<body>", *_tools(), "<main>"]
    lines += [line for review in reviews for line in _review(review)]
    return "\n".join([*lines, "</main>", f"<script>\n{_part('page.js')}</script>", "</body>", "</html>", ""])


def _part(name: str) -> str:
    return files("reviewer").joinpath(name).read_text(encoding="utf-8")


def _tools() -> Iterator[str]:
    yield "<header>"
    yield '<input type="search" id="search" placeholder="Filter by component, setting, resource, property …">'
    yield '<span id="count" class="soft" role="status"></span>'
    yield '<button type="button" id="fold">Fold or unfold all</button>'
    yield '<button type="button" id="theme">Dark or light</button>'
    yield "</header>"


def _review(review: Review) -> Iterator[str]:
    yield f"<h1>{escape(heading(review))}</h1>"
    if told := verdict(review):
        yield f'<p class="verdict">{escape(told)}</p>'
    if review.risks:
        yield '<div class="wide"><table class="risks">'
        yield from (_risk(risk) for risk in review.risks)
        yield "</table></div>"
    yield from _reverts(review)
    yield "<h2>Components</h2>" if review.components else "<p>No other changes.</p>" if review.reverted else _NO_CHANGES
    by_component: dict[str, list[Change]] = {}
    for change in review.changes:
        by_component.setdefault(change.component, []).append(change)
    for row in review.components:
        yield from _component(row, by_component.get(row.component, []))
    yield from _steps(review)
    yield f"<p>{escape(f'{summary(review)} {answer_text(review)}'.rstrip())}</p>"
    yield from _closing(review)


def _steps(review: Review) -> Iterator[str]:
    if review.steps:
        yield f"<p>{escape(steps_title(review))}</p><ol>"
        yield from (f"<li>{_with_code(line.partition('. ')[2])}</li>" for line in step_lines(review))
        yield "</ol>"


def _reverts(review: Review) -> Iterator[str]:
    if review.reverted:
        yield f'<h2>{escape(revert_title(review))}</h2><div class="wide"><table class="risks">'
        for component, text, place in revert_rows(review):
            told = f'<td>{escape(component)}</td><td class="text"><code>{escape(text)}</code></td>'
            shown = f'<td class="place">{escape(place)}</td>'
            yield f"<tr {_searched(component, text, place)}><td>↺</td>{told}{shown}</tr>"
        yield "</table></div>"


def _risk(risk: Risk) -> str:
    serious = ' class="serious"' if risk.serious else ""
    texts = (risk_word(risk), risk.kind, name_of(risk.component))
    cells = "".join(f"<td>{escape(text)}</td>" for text in texts)
    told = f'<td class="text">{_with_code(risk.text)}{_source(risk)}</td>'
    place = f'<td class="place">{escape(shown_in(risk.place))}</td>'
    return f"<tr{serious} {_searched(*texts, risk.text, risk.place)}>{cells}{told}{place}</tr>"


def _source(risk: Risk) -> str:
    return f' <a href="{escape(risk.source)}">source</a>' if risk.source else ""


def _component(row: ComponentChange, changes: Sequence[Change]) -> Iterator[str]:
    reasons = reason_lines(row, changes)
    details = [line for change in changes for line in _resource(change)]
    name, effect = name_of(row.component), effect_text(row)
    yield f"<details {_searched(name, effect, *reasons, *details)}>"
    shown = "<br>".join(f"<code>{escape(reason)}</code>" for reason in reasons)
    sign = f'<span class="sign {row.effect}">{SIGNS[row.effect]}</span>'
    cells = (sign, f"<strong>{escape(name)}</strong>", f"<span>{escape(effect)}</span>", f"<span>{shown}</span>")
    place = f'<span class="soft">{escape(shown_in(row.place))}</span>'
    yield f'<summary><span class="row">{" ".join(cells)} {place}</span></summary>'
    yield "<ul>"
    yield from details
    yield "</ul></details>"


def _resource(change: Change) -> Iterator[str]:
    where = f"{change.resource_type.removeprefix('AWS::')} {change.stack}/{change.logical_id}"
    inner = "".join(f"<li><code>{escape(line)}</code></li>" for line in resource_lines(change))
    yield f"<li>{escape(verb(change))} <code>{escape(where)}</code>{f'<ul>{inner}</ul>' if inner else ''}</li>"


def _closing(review: Review) -> Iterator[str]:
    texts = [*review.disagreements, *notes_in(review)]
    if texts:
        yield "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"
    rows = list(service_lines(review))
    if rows:
        yield f"<details><summary>CloudFormation's own change set, {counted(len(rows), 'line')}</summary><ul>"
        yield from (f"<li><code>{escape(row)}</code></li>" for row in rows)
        yield "</ul></details>"


def _with_code(text: str) -> str:
    pieces = [escape(piece) for piece in text.split("`")]
    if len(pieces) % 2 == 0:
        return "`".join(pieces)
    return "".join(f"<code>{piece}</code>" if index % 2 else piece for index, piece in enumerate(pieces))


def _searched(*texts: str) -> str:
    """What the filter looks at."""
    return f'data-text="{escape(" ".join(texts).lower())}"'
