"""Checks of state machines: states that are named and not there, not reached, or that neither go on nor end.

Source: Amazon States Language specification (states-language.net/spec.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.json_value import Json

_NEEDS: Mapping[str, tuple[str, ...]] = {
    "Choice": ("Choices",),
    "Fail": (),
    "Map": ("ItemProcessor", "Iterator"),
    "Parallel": ("Branches",),
    "Pass": (),
    "Succeed": (),
    "Task": ("Resource",),
    "Wait": ("Seconds", "SecondsPath", "Timestamp", "TimestampPath"),
}
"""Type of state → fields of which it has one."""
_GO_ON = ("Map", "Parallel", "Pass", "Task", "Wait")
"""They have either Next or End."""
_WAITS = re.compile(r"\.(sync(:2)?|waitForTaskToken)$")


def definition_faults(definition: Mapping[str, Json], express: bool) -> Iterator[Fault]:
    """`definition` is a whole state machine."""
    seen: set[str] = set()
    for machine, path in machines(definition, ("definition",)):
        yield from _machine(machine, path)
        for name, state in _states(machine):
            if name in seen:
                message = f"duplicate state '{name}': names are unique in the whole definition"
                yield Fault("duplicate-value", message, (*path, "States", name), "rename one of the two")
            seen.add(name)
            if express:
                yield from _express(state, (*path, "States", name))


def machines(definition: Json, path: Path) -> Iterator[tuple[Json, Path]]:
    """The definition itself, and those inside of its Parallel and Map states."""
    yield definition, path
    for name, state in _states(definition):
        where = (*path, "States", name)
        branches = state.get("Branches")
        for index, branch in enumerate(branches if isinstance(branches, list) else ()):
            yield from machines(branch, (*where, "Branches", index))
        for key in ("ItemProcessor", "Iterator"):
            if key in state:
                yield from machines(state[key], (*where, key))


def _states(machine: Json) -> Iterator[tuple[str, Mapping[str, Json]]]:
    states = machine.get("States") if isinstance(machine, dict) else None
    for name, state in (states if isinstance(states, dict) else {}).items():
        if isinstance(state, dict):
            yield name, state


def _machine(machine: Json, path: Path) -> Iterator[Fault]:
    if not isinstance(machine, dict):
        yield Fault("wrong-type", "must be a mapping with 'StartAt' and 'States'", path)
        return
    for key in ("StartAt", "States"):
        if key not in machine:
            yield Fault("missing-property", f"needs '{key}'", path)
    states = machine.get("States", {})
    if not isinstance(states, dict):
        yield Fault("wrong-type", "'States' must be a mapping", (*path, "States"))
        return
    start = machine.get("StartAt")
    if start is not None and (not isinstance(start, str) or start not in states):
        yield _unknown(start, states, (*path, "StartAt"))
    for name, state in states.items():
        yield from _state(state, states, (*path, "States", name))
    if isinstance(start, str) and start in states:
        yield from _unreached(start, states, path)


def _state(state: Json, states: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    if not isinstance(state, dict):
        yield Fault("wrong-type", f"the state '{path[-1]}' must be a mapping", path)
        return
    kind = state.get("Type")
    if kind is None:
        yield Fault("missing-property", f"the state '{path[-1]}' needs 'Type'", path, f"one of {', '.join(_NEEDS)}")
    elif not isinstance(kind, str) or kind not in _NEEDS:
        yield Fault("not-allowed", f"unknown state type '{kind}'", (*path, "Type"), did_you_mean(str(kind), _NEEDS))
    else:
        yield from _fields(state, path)
    for target, where in _targets(state, path):
        if target not in states:
            yield _unknown(target, states, where)


def _fields(state: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    kind, name = state["Type"], path[-1]
    needed = _NEEDS[kind]
    if needed and not any(key in state for key in needed):
        yield Fault("missing-property", f"the {kind} state '{name}' needs {' or '.join(map(repr, needed))}", path)
    if kind in _GO_ON and ("Next" in state) == bool(state.get("End")):
        both = "both 'Next' and 'End'" if "Next" in state else "neither 'Next' nor 'End'"
        help_text = "remove one of them" if "Next" in state else "write 'End: true', or 'Next' with the name of a state"
        yield Fault("state-end", f"the state '{name}' has {both}", path, help_text)
    if kind not in _GO_ON and ("Next" in state or "End" in state):
        key = "Next" if "Next" in state else "End"
        yield Fault("state-end", f"a {kind} state has no '{key}'", (*path, key), "remove it")


def _targets(state: Mapping[str, Json], path: Path) -> Iterator[tuple[str, Path]]:
    """States that may come next, each with where it is named."""
    for key in ("Next", "Default"):
        if isinstance(state.get(key), str):
            yield state[key], (*path, key)
    for key in ("Choices", "Catch"):
        found = state.get(key)
        for index, one in enumerate(found if isinstance(found, list) else ()):
            if isinstance(one, dict) and isinstance(one.get("Next"), str):
                yield one["Next"], (*path, key, index, "Next")


def _unknown(name: Json, states: Mapping[str, Json], path: Path) -> Fault:
    return Fault("unknown-state", f"unknown state '{name}' at this level", path, did_you_mean(str(name), states))


def _unreached(start: str, states: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    reached, ahead = {start}, [start]
    while ahead:
        state = states[ahead.pop()]
        found = _targets(state, ()) if isinstance(state, dict) else ()
        new = {target for target, _ in found if target in states} - reached
        reached |= new
        ahead += new
    for name in states:
        if name not in reached:
            message = f"nothing leads to the state '{name}'"
            yield Fault("unreachable-state", message, (*path, "States", name), "name it in a 'Next', or remove it")


def _express(state: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    """Source: Step Functions developer guide, "Choosing workflow type"."""
    resource = state.get("Resource")
    waits = _WAITS.search(resource) if isinstance(resource, str) else None
    if waits:
        message = f"an express workflow can't wait for '{waits[0]}'"
        yield Fault("express-limit", message, (*path, "Resource"), "set 'type: standard', or do not wait")
    if is_distributed(state):
        message = "an express workflow has no distributed map"
        yield Fault("express-limit", message, (*path, "ItemProcessor"), "set 'type: standard'")


def is_distributed(state: Mapping[str, Json]) -> bool:
    """Whether a Map runs its items as executions of their own."""
    processor = state.get("ItemProcessor")
    config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
    return isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"


def all_states(definition: Mapping[str, Json]) -> Iterator[tuple[Mapping[str, Json], Path]]:
    """Every state, with its path from the definition on."""
    for machine, path in machines(definition, ()):
        yield from ((state, (*path, "States", name)) for name, state in _states(machine))
