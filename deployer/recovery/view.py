"""What a recovery would do, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployer.recovery.recover import Recovery
from deployer.states import Step, state_of

_DOES = {
    Step.NONE: "nothing to recover",
    Step.DISCARD: "deletes what was planned and never executed, and the empty stack",
    Step.REMOVE: "deletes what is left of the failed creation",
    Step.DELETE_AGAIN: "deletes it again",
    Step.CONTINUE: "continues the rollback",
    Step.ROLL_BACK: "undoes the failed update",
    Step.CANCEL: "cancels the update and undoes it",
}


def recovery_lines(found: Mapping[str, Recovery]) -> Iterator[str]:
    """Each stack: its state, what is done about it, and what that leaves behind."""
    for region, recovery in found.items():
        where = f" in {region}" if len(found) > 1 else ""
        yield f"{recovery.stack}{where}: {recovery.status or 'not deployed'}, {state_of(recovery.status).means}"
        yield f"  {_DOES[recovery.step]}"
        yield from (f"  {line}" for line in _details(recovery))


def _details(recovery: Recovery) -> Iterator[str]:
    left_out = {*recovery.skip, *recovery.retain}
    yield from (f"failed: {one}" for one in recovery.stuck if one not in left_out)
    yield from (f"skipped, so that it may differ from its template: {one}" for one in recovery.skip)
    yield from (f"retained: {one}" for one in recovery.retain)
    yield from map(str, recovery.change_sets)
    yield from map(str, recovery.kept)
