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
    yield "| status of the root | means | plan | deploy, apply | destroy | recover | in a nested stack |"
    yield "|---|---|---|---|---|---|---|"
    yield from (f"| {' | '.join(_cells(state))} |" for state in STATES)


def _cells(state: State) -> tuple[str, ...]:
    name = f"`{state.status}`" if state.status else "none"
    other = _BUSY if at_work(state.status) else _NO_WAY if state.step is Step.BY_HAND else _REFUSED
    plan, apply = (_PLAN[state.operation], _APPLY[state.operation]) if state.operation else (other, other)
    return name, state.means, plan, apply, _destroy(state), _RECOVER[state.step], state.nested


def _destroy(state: State) -> str:
    if at_work(state.status):
        return _BUSY
    if state.status in ("", "DELETE_COMPLETE"):
        return "refused (exit 4): not deployed"
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
