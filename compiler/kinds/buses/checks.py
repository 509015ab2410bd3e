"""Checks of buses: which queues and topics their rules can deliver to, and what they can make of an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.event_checks import shape_faults
from compiler.shared.fifo import standard_only
from compiler.source.document import Path
from compiler.source.json_value import Json


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    yield from standard_only(data["undelivered"], ("undelivered",), spec)
    for name, rule in data["rules"].items():
        path: Path = ("rules", name)
        for target, where in _targets(rule["to"], (*path, "to")):
            yield from standard_only(target, where, spec)
            yield from _whole_events(rule, target, where, spec)
        yield from shape_faults(rule, path)
        yield from _partition(rule, path, spec)


def _targets(said: Json, path: Path) -> Iterator[tuple[str, Path]]:
    if isinstance(said, str):
        yield said, path
    else:
        yield from ((target, (*path, index)) for index, target in enumerate(said))


def _whole_events(rule: Mapping[str, Json], target: str, path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    """Source: EventBridge API reference, Target: no Input, InputPath and InputTransformer for an event bus."""
    shaped = next((name for name in ("part", "input", "transform") if rule[name] is not None), None)
    if shaped and spec.component(target, "buses"):
        message = f"'{target}' is a bus, which gets whole events only, not '{shaped}'"
        yield Fault("wrong-kind", message, path, f"send to it by a rule of its own, without '{shaped}'")


def _partition(rule: Mapping[str, Json], path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    if rule["partition"] and not any(spec.component(target, "streams") for target, _ in _targets(rule["to"], path)):
        message = "'partition' has no effect without a stream as the target"
        yield Fault("unused-setting", message, (*path, "partition"), "remove it")
