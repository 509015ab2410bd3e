"""Checks of monitoring: somebody is told, what is tuned is there, and alarms are what CloudWatch takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.kinds.monitoring.channel_rules import channel_faults
from compiler.kinds.monitoring.composite_rules import composite_faults
from compiler.kinds.monitoring.custom_rules import custom_faults
from compiler.kinds.monitoring.log_alarm_rules import log_alarm_faults
from compiler.kinds.monitoring.patterns import is_pattern, matches
from compiler.language.names import pascal
from compiler.meaning.fault import Fault, warning
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.json_value import Json

_OWN = ("custom", "log_alarms", "composite")


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    yield from channel_faults(data, spec)
    yield from _folded("channels", data["channels"], "duplicate-value")
    if data["tune"] and not data["default_alarms"]:
        message = "'tune' changes alarms that 'default_alarms: false' leaves out"
        yield Fault("unused-setting", message, ("tune",), "remove one of the two")
    for key, change in data["tune"].items():
        yield from _pattern(key, spec) if is_pattern(key) else _known(key, spec)
        yield from datapoints(change, ("tune", key))
        yield from _held(change, ("tune", key))
    yield from _once(data)
    yield from custom_faults(data)
    yield from log_alarm_faults(data, spec)
    yield from composite_faults(data, spec)
    for kind in ("custom", "log_alarms"):
        for name, own in data[kind].items():
            yield from datapoints(own, (kind, name))


def _once(data: Mapping[str, Json]) -> Iterator[Fault]:
    """One name in two maps would be one alarm of CloudWatch, and two that differ in hyphens one logical id."""
    seen: dict[str, str] = {}
    for kind in _OWN:
        for name in data[kind]:
            if name in seen:
                message = f"'{name}' is already the name of an alarm in '{seen[name]}'"
                yield Fault("alarm-taken", message, (kind, name), "rename one of the two")
            seen.setdefault(name, kind)
        yield from _folded(kind, data[kind], "alarm-taken")


def _folded(setting: str, names: Iterable[str], code: str) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for name in names:
        if pascal(name) in seen:
            message = f"'{name}' and '{seen[pascal(name)]}' differ in no letter or digit"
            yield Fault(code, message, (setting, name), "rename one of the two")
        seen.setdefault(pascal(name), name)


def _pattern(key: str, spec: ResolvedSpec) -> Iterator[Fault]:
    """Names of alarms that end with a number are known without it."""
    known = (
        f"{start}.{alarm}"
        for one in spec.components()
        for start in {one.address, one.name}
        for alarm in one.kind.get("x-alarms", ())
    )
    if not matches(key, known):
        message = f"no alarm of this environment has a name like '{key}'"
        yield warning("idle-pattern", message, ("tune", key), "change it, or remove it from this environment")


def _known(key: str, spec: ResolvedSpec) -> Iterator[Fault]:
    name, _, alarm = key.rpartition(".")
    component = spec.component(name)
    if not component and spec.candidates(name):
        return  # that it can mean several is reported where references are
    if not component:
        names = [one.address if "." in name else one.name for one in spec.components()]
        yield Fault("unknown-component", f"there is no component '{name}'", ("tune", key), did_you_mean(name, names))
        return
    known = component.kind.get("x-alarms", {})
    if alarm not in known and alarm.rstrip("0123456789") not in known:
        message = f"'{name}' in {component.section} has no alarm '{alarm}'"
        yield Fault("unknown-alarm", message, ("tune", key), did_you_mean(alarm, known))


def _held(change: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    if change["threshold"] is not None and change["band"] is not None:
        message = "'threshold' and 'band' exclude each other"
        yield Fault("one-of-two", message, (*path, "threshold"), "remove one of the two")


def datapoints(said: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    periods, breaching = said["periods"], said["datapoints"]
    if periods and breaching and breaching > periods:
        message = f"{breaching} of {periods} periods can't be beyond the threshold"
        yield Fault("out-of-range", message, (*path, "datapoints"), f"at most {periods}")
