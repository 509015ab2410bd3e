"""The tables of stack states and of hints as Markdown, for docs/stack-states.md."""

from __future__ import annotations

from collections.abc import Iterator

from deployer.failure_hints import HINTS
from deployer.states import STATES, Operation, State, Step, at_work

_BUSY = "stops (exit 7), or waits with `--wait`"
_REFUSED = "refused (exit 4), naming `recover`"
_NO_WAY = "refused (exit 4)"
_PLAN = {
    Operation.CREATE: "plans a creation",
    Operation.UPDATE: "plans an update",
    Operation.RECREATE: "plans a deletion and a creation",
}
_APPLY = {
    Operation.CREATE: "creates",
    Operation.UPDATE: "updates",
    Operation.RECREATE: "deletes the empty stack, then creates",
}
_IMPORT = {
    Operation.CREATE: "creates empty stacks, then imports",
    Operation.UPDATE: "imports",
    Operation.RECREATE: _REFUSED,
}
_DETECTED = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "IMPORT_COMPLETE"}
)
"""Statuses with drift detection (CloudFormation user guide, "Detect unmanaged configuration changes to stacks and
resources with drift detection"; that of an import is advised after each, in "Import AWS resources")."""
_RECOVER = {
    Step.NONE: "nothing to do (exit 0)",
    Step.DISCARD: "deletes the change sets and the empty stack",
    Step.REMOVE: "deletes what is left of it",
    Step.DELETE_AGAIN: "deletes again; `--retain` keeps what can't be deleted",
    Step.CONTINUE: "continues the rollback; `--skip` leaves resources out",
    Step.ROLL_BACK: "undoes the update",
    Step.CANCEL: "stops (exit 7); `--cancel` undoes the update, `--wait` waits",
    Step.WAIT: _BUSY,
    Step.BY_HAND: "refused (exit 4): see [below](#by-hand)",
}


def table() -> str:
    """All states in the order of a stack's life."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    head = ("status of the root", "means", "plan", "deploy, apply", "import", "drift", "destroy", "recover")
    yield f"| {' | '.join((*head, 'in a nested stack'))} |"
    yield f"|{'---|' * (len(head) + 1)}"
    yield from (f"| {' | '.join(_cells(state))} |" for state in STATES)


def _cells(state: State) -> tuple[str, ...]:
    name = f"`{state.status}`" if state.status else "none"
    other = _BUSY if at_work(state.status) else _NO_WAY if state.step is Step.BY_HAND else _REFUSED
    deploying = (cells[state.operation] if state.operation else other for cells in (_PLAN, _APPLY, _IMPORT))
    return name, state.means, *deploying, _drift(state), _destroy(state), _RECOVER[state.step], state.nested


def _drift(state: State) -> str:
    if at_work(state.status):
        return _BUSY
    if state.status in ("", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE"):
        return "refused (exit 4): not deployed"
    return "detects" if state.status in _DETECTED else "[not checked](#drift)"


def _destroy(state: State) -> str:
    if at_work(state.status):
        return _BUSY
    if state.status in ("", "DELETE_COMPLETE"):
        return _RECOVER[Step.NONE]
    return "deletes again" if state.step is Step.DELETE_AGAIN else "deletes"


def hint_table() -> str:
    """What is said about which reason, with its source."""
    head = "| reason | what to do | source |\n|---|---|---|\n"
    return head + "".join(f"| {hint.about} | {hint.hint} | {_source(hint.source)} |\n" for hint in HINTS)


def _source(source: str) -> str:
    if source.startswith("https://"):
        return f"[AWS]({source})"
    service, _, exception = source.partition(":")
    return f"`{exception}` of {service}"
