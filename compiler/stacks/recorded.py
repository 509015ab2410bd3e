"""The stacks in the lock file: read before an environment is compiled, and written as it was compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field

from compiler.language.schema import Schema
from compiler.meaning.lock import Lock, lock_key, read_lock, write_lock
from compiler.source.diagnostics import Diagnostic, Place, did_you_mean, refuse
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.source.load import load
from compiler.stacks.compiled import Compiled
from compiler.stacks.differences import Difference
from compiler.stacks.emit import written_stacks
from compiler.stacks.fill import layer_of
from compiler.stacks.place import May, Places


@frozen(eq=True)
class Placing:
    """What a command may place, and what it knows beside the lock file."""

    may: May = May.NOTHING
    again: frozenset[str] = frozenset()
    """Components whose stacks are forgotten."""
    before: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Environment → logical id → its stack in templates that an earlier compile wrote: it decides where the lock file
    has no stack, or two."""

    def known(self, file: str, schema: Schema) -> Callable[[Mapping[str, Json]], Places]:
        """What is known of an environment, by its resolved spec. Raises `SpecError` for an invalid lock file."""
        lock = read_lock(file, schema)
        return lambda spec: self._places(lock, file, spec)

    def _places(self, lock: Lock, file: str, spec: Mapping[str, Json]) -> Places:
        before, environment = self.before.get(spec["environment"], {}), lock_key(spec)
        stack_of: dict[str, str] = {}
        twice: dict[str, tuple[str, str, str]] = {}
        for stack, component, name in _entries(lock.stacks(environment)):
            if component in self.again:
                continue
            other = stack_of.setdefault(name, stack)
            if other != stack:
                stack_of[name] = stack if before.get(name) == stack else other
                twice[name] = component, other, stack
        if self.may is not May.ALL:
            refuse(_placed_twice(lock, file, twice))
        forgotten = {name for _, component, name in _entries(lock.stacks(environment)) if component in self.again}
        known = {name: stack for name, stack in before.items() if name not in forgotten}
        layers = frozenset(map(layer_of, lock.stacks(environment)))
        return Places({**(known if self.may is May.ALL else {}), **stack_of}, layers, self.may)


RECORDED = Placing()
"""Places nothing: everything is where the lock file has it."""
GROWING = Placing(May.NEW)
"""Places what is new where the lock file has stacks already."""


def _entries(stacks: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Stack, component and logical id."""
    for stack, components in stacks.items():
        for component, ids in components.items():
            yield from ((stack, component, name) for name in ids.split(" "))


def _placed_twice(lock: Lock, file: str, twice: Mapping[str, tuple[str, str, str]]) -> Iterator[Diagnostic]:
    for name, (component, one, other) in twice.items():
        message = f"the lock file has {name} in two stacks, '{one}' and '{other}'"
        help_text = f"remove it from the stack in which it is not deployed, or run: stackwright place {file}"
        yield Diagnostic("placed-twice", message, Place(lock.file, 1, 1), component, help_text)


class LockUpdate:
    """The lock file as it has to be after `compiled`; of a `whole` platform without stacks of other environments."""

    def __init__(self, lock: Lock, compiled: Sequence[Compiled], whole: bool) -> None:
        self._before = lock
        first = {root.pattern or root.environment: root.placed for root in reversed(compiled)}
        kept = {*first, *(pattern for root in compiled for pattern in root.patterns)}
        gone: dict[str, Mapping[str, Mapping[str, str]]] = {
            name: {} for name in self._before.data if whole and name not in kept
        }
        self._after = self._before
        for environment, placed in (gone | first).items():
            self._after = self._after.with_stacks(environment, placed)
        self.file = self._before.file

    def differences(self) -> list[Difference]:
        same = self._after.data == self._before.data
        return [] if same else [Difference(self.file, "outdated", "has other stacks than the spec compiles to")]

    def write(self) -> None:
        """Raises `SpecError` when the file can't be written."""
        if self._after.data != self._before.data:
            write_lock(self._after)


def unknown_components(lock: Lock, named: Sequence[str]) -> str:
    """A sentence on the first of `named` for which the lock file has no stack; nothing if all have one."""
    known = {component for name in lock.data for _, component, _ in _entries(lock.stacks(name))}
    wrong = next((name for name in named if name not in known), None)
    if wrong is None:
        return ""
    hint = did_you_mean(wrong, known)
    return f"the lock file has no stack for '{wrong}'" + (f": {hint}" if hint else "")


def written_before(spec: str, out: str) -> dict[str, dict[str, str]]:
    """Environment → logical id → stack, in the templates of a platform that were compiled before."""
    name = load(spec).data.get("platform")
    return written_stacks(name, out) if isinstance(name, str) else {}
