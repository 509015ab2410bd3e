"""A review in words, the same for the terminal, Markdown and the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reviewer.change import RUNS, Change, ComponentChange, Detail, Review, Risk
from reviewer.drifted import Drifted, equal_groups
from reviewer.reasons import setting_line
from reviewer.stores import STORES
from reviewer.template_set import STACK_TYPE
from reviewer.values import counted, joined, value_text

SIGNS: Mapping[str, str] = {
    "create": "+",
    "import": "←",
    "update": "~",
    "interrupt": "~",
    "may-replace": "±",
    "replace": "±",
    "remove": "-",
}
_EFFECTS: Mapping[str, str] = {
    "create": "created",
    "import": "imported",
    "update": "in place",
    "interrupt": "in place, interrupted",
    "may-replace": "may be replaced",
    "replace": "replaced",
    "remove": "removed",
}
_KEPT: Mapping[str, str] = {
    "": "",
    "Delete": ", data DELETED",
    "Snapshot": ", snapshot kept",
    "Retain": ", data retained",
    "RetainExceptOnCreate": ", data retained",
}
_COUNTED: Sequence[tuple[str, Sequence[str]]] = (
    ("created", ("create",)),
    ("imported", ("import",)),
    ("changed in place", ("update", "interrupt")),
    ("replaced", ("replace",)),
    ("may be replaced", ("may-replace",)),
    ("removed", ("remove",)),
)
_MOST_REASONS = 3
_MOST_DETAILS = 8
_MOST_NAMES = 6
WHOLE = "(platform)"
"""Stands for the component of what belongs to none, such as the tags of the stack."""


def heading(review: Review) -> str:
    """Which environment of what is changed where, and between which states of the spec."""
    parts = [review.platform, review.environment, review.operation, review.region]
    parts += [f"account {review.account}"] if review.account else []
    before, after = review.spec
    parts += [f"spec {before} → {after}" if before and before != after else f"spec {after}"] if after else []
    return " · ".join(parts)


def verdict(review: Review) -> str:
    """One line before all others: whether AWS takes the change, and what has to be approved."""
    refused = list(dict.fromkeys(name_of(risk.component) for risk in review.risks if risk.kind == "refused"))
    told = [f"AWS will refuse this as it is: {_few(refused)}."] if refused else []
    told += [f"Data is at stake: needs `--approve` of {_few(list(review.approvals))}."] if review.approvals else []
    if not review.risks and (review.components or review.reverted):
        return "No risks found."
    return " ".join(told)


def name_of(component: str) -> str:
    return component or WHOLE


def effect_text(row: ComponentChange) -> str:
    """What happens to the component as a whole: ``replaced, data DELETED``."""
    replaced = ""
    if row.effect in ("update", "interrupt") and row.replaced:
        replaced = f", {counted(row.replaced, 'resource')} replaced"
    return f"{_EFFECTS[row.effect]}{replaced}{_KEPT[row.kept] if row.effect == 'remove' else ''}"


def reason_lines(row: ComponentChange, changes: Sequence[Change]) -> list[str]:
    """Why a component changes: its settings, else its properties, else how many resources it has."""
    if row.effect in ("create", "remove"):
        return [counted(row.resources, "resource")]
    if row.effect == "import":
        return [f"{change.logical_id} {change.note}" for change in changes if change.component == row.component]
    lines = [f"follows from {joined(list(map(name_of, row.follows)))}"] if row.follows else []
    lines += [setting_line(setting) for setting in row.settings]
    lines = lines or list(_property_lines(row, changes)) or [counted(row.resources, "resource")]
    rest = len(lines) - _MOST_REASONS
    return [*lines[:_MOST_REASONS], f"and {rest} more"] if rest > 0 else lines


def _property_lines(row: ComponentChange, changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        if change.component == row.component:
            yield from (detail_line(detail) for detail in change.details if not detail.cause)


def follow_lines(rows: Sequence[ComponentChange]) -> Iterator[str]:
    """One line for each set of causes: how many resources of which components follow from it."""
    grouped: dict[tuple[str, ...], list[ComponentChange]] = {}
    for row in rows:
        grouped.setdefault(row.follows, []).append(row)
    for causes, following in sorted(grouped.items()):
        count = sum(row.resources for row in following)
        names = [name_of(row.component) for row in following]
        verb = "follows" if count == 1 else "follow"
        yield f"{counted(count, 'resource')} of {_few(names)} {verb} from {_few(list(map(name_of, causes)))}"


def _few(names: Sequence[str]) -> str:
    rest = len(names) - _MOST_NAMES
    return joined([*names[:_MOST_NAMES], f"{rest} more"] if rest > 0 else names)


def causes_in(review: Review) -> tuple[ComponentChange, ...]:
    return tuple(row for row in review.components if not row.follows)


def followers_in(review: Review) -> tuple[ComponentChange, ...]:
    return tuple(row for row in review.components if row.follows)


def summary(review: Review) -> str:
    """One line: how many components are created, updated, replaced and removed, and how much follows."""
    effects = [row.effect for row in causes_in(review)]
    counts = [(sum(effect in kinds for effect in effects), word) for word, kinds in _COUNTED]
    told = ", ".join(f"{count} {word}" for count, word in counts if count)
    following = sum(row.resources for row in followers_in(review))
    resources = sum(row.resources for row in review.components)
    if not told:
        return "No other changes." if review.reverted else "No changes."
    more = f", of which {following} {'follows' if following == 1 else 'follow'}" if following else ""
    return f"Components: {told}. Resources: {resources}{more}."


def answer_text(review: Review) -> str:
    """What CloudFormation's own change set says of the changes; empty where it was not asked."""
    if not review.service:
        return ""
    lines = f"{counted(review.folded, 'line')} of it that {'changes' if review.folded == 1 else 'change'} nothing"
    folded = f" ({lines} folded)" if review.folded else ""
    said = "agrees" if not review.disagreements else f"differs in {counted(len(review.disagreements), 'line')}"
    whose = "CloudFormation's own change set" + (" of step 1" if review.steps else "")
    inside = any(row.resource_type != STACK_TYPE for row in review.service)
    shallow = "" if inside else "; it only shows which nested stacks change"
    return f"{whose} {said}{folded}{shallow}."


def steps_title(review: Review) -> str:
    """What the list of steps is; empty where one change set makes all of it."""
    if not review.steps:
        return ""
    return (
        f"{counted(len(review.steps), 'change set')}, executed one after the other, since AWS can't make the change in "
        f"one. Before each later one is executed it is compared with this review, and any difference stops it:"
    )


def step_lines(review: Review) -> Iterator[str]:
    """``1. tables.orders: index `by-day` is created``."""
    for number, step in enumerate(review.steps, 1):
        yield f"{number}. {'; '.join(step.lines)}"


def service_lines(review: Review) -> Iterator[str]:
    """CloudFormation's change set row by row, as it was given."""
    for row in review.service:
        where = f"{row.stack}/{row.logical_id}" if row.stack else row.logical_id
        replaced = f", replacement {row.replacement}" if row.replacement in ("True", "Conditional") else ""
        yield f"{row.action} {where} ({row.resource_type}{replaced})"


def revert_rows(review: Review) -> list[tuple[str, str, str]]:
    """Component, what is brought back, and place; the same in many resources is one row."""
    return [_revert_row(group) for group in equal_groups(review.reverted)]


def _revert_row(group: Sequence[Drifted]) -> tuple[str, str, str]:
    first, rest = group[0], [name_of(one.component) for one in group[1:]]
    more = f", and {counted(len(rest), 'more resource')} of {_few(list(dict.fromkeys(rest)))}" if rest else ""
    return name_of(first.component), f"{first.logical_id}: {first.reverted}{more}", shown_in(first.place)


def revert_title(review: Review) -> str:
    """Heads those rows; empty where nothing is brought back."""
    count = counted(len({one.where for one in review.reverted}), "resource")
    return f"Brought back, as changed outside of CloudFormation (actual → template): {count}" if review.reverted else ""


def notes_in(review: Review) -> tuple[str, ...]:
    """The steps that run in the deployment, and what else a reviewer must know."""
    steps = (f"{name_of(change.component)} ({change.logical_id})" for change in review.changes if change.note == RUNS)
    return (*(f"{step} {RUNS}" for step in steps), *review.notes)


def shown_in(place: str) -> str:
    """A place without its folders, which are others on every machine: ``shop.yaml:8:18``."""
    return place.replace("\\", "/").rpartition("/")[2]


def verb(change: Change) -> str:
    """The action for a reader: a modification that replaces the resource, or may, is named so."""
    if change.action == "Modify" and change.replacement in ("True", "Conditional"):
        return "replace" if change.replacement == "True" else "may be replaced"
    return change.action.lower()


def resource_lines(change: Change) -> list[str]:
    """What changes in one resource, property by property."""
    shown = [detail_line(detail) for detail in change.details[:_MOST_DETAILS]]
    rest = len(change.details) - len(shown)
    lines = shown + ([f"and {rest} more"] if rest else [])
    if change.replacement == "Conditional":
        conditions = {detail.condition: None for detail in change.details if detail.condition}
        lines.extend(f"replaced if {condition}" for condition in conditions)
    if change.action == "Remove" and change.retained:
        lines.append(f"resource: {_remains(change)}")
    if change.action == "Modify" and change.policy and (change.retained or change.resource_type in STORES):
        lines.append(f"old resource: {_remains(change) if change.retained else 'DELETED'}")
    return [*lines, change.note] if change.note else lines


def _remains(change: Change) -> str:
    return "snapshot kept" if change.policy == "Snapshot" else "retained"


def detail_line(detail: Detail) -> str:
    if detail.cause and detail.before == detail.after:
        return f"{detail.path}, by {detail.cause}"
    because = f" (by {detail.cause})" if detail.cause else ""
    return f"{detail.path}: {value_text(detail.before)} → {value_text(detail.after)}{because}"


def risk_word(risk: Risk) -> str:
    return "RISK" if risk.serious else ""
