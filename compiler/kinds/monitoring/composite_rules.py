"""Checks of composite alarms: the rule, and the alarms that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.monitoring.alarm_rule import AlarmRule, read
from compiler.meaning.cycles import find_cycle
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.json_value import Json

_MOST = 100
"""Alarms below a composite one (CloudWatch user guide, "Combining alarms")."""
_MOST_ELEMENTS = 500
"""Alarms, TRUE, FALSE and parentheses of a rule (CloudWatch API reference, PutCompositeAlarm, AlarmRule)."""
_OPERATORS = ("AND", "OR", "NOT")


def composite_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    for name, one in data["composite"].items():
        rule, path = read(one["rule"]), ("composite", name)
        if rule.wrong:
            help_text = "ALARM(api.Errors) AND NOT OK(no-orders), for example"
            yield Fault("bad-alarm-rule", f"the rule {rule.wrong}", (*path, "rule"), help_text)
        yield from _size(rule, (*path, "rule"))
        for alarm in rule.alarms:
            yield from _named(alarm, (*path, "rule"), data, spec)
        if one["suppressed_by"]:
            yield from _named(one["suppressed_by"], (*path, "suppressed_by"), data, spec)
    yield from _circle(data["composite"])


def _size(rule: AlarmRule, path: Path) -> Iterator[Fault]:
    elements = sum(piece not in _OPERATORS for piece in rule.pieces)
    counted = ((len(rule.alarms), _MOST, "alarms"), (elements, _MOST_ELEMENTS, "alarms, constants and parentheses"))
    for count, most, what in counted:
        if count > most:
            message = f"{count} {what} are more than CloudWatch takes in a rule"
            yield Fault("out-of-range", message, path, f"at most {most}")


def _circle(composite: Mapping[str, Json]) -> Iterator[Fault]:
    below = {name: {*read(one["rule"]).alarms, one["suppressed_by"]} for name, one in composite.items()}
    cycle = find_cycle({name: {one for one in alarms if one in composite} for name, alarms in below.items()})
    if cycle:
        message = f"composite alarms name each other in a circle: {' → '.join((*cycle, cycle[0]))}"
        yield Fault("alarm-circle", message, ("composite", cycle[0]), "take one of them out of a rule")


def _named(alarm: str, path: Path, data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    if "." not in alarm:
        yield from _own(alarm, path, data)
    elif data["default_alarms"]:
        yield from _of_component(alarm, path, spec)
    else:
        yield Fault("unknown-alarm", f"'default_alarms: false' leaves out {alarm}", path, "name an alarm of your own")


def _own(alarm: str, path: Path, data: Mapping[str, Json]) -> Iterator[Fault]:
    known = [*data["custom"], *data["log_alarms"], *data["composite"]]
    if alarm not in known:
        message = f"there is no alarm '{alarm}' in 'custom', 'log_alarms' or 'composite'"
        yield Fault("unknown-alarm", message, path, did_you_mean(alarm, known))
    elif alarm in data["log_alarms"] and data["log_alarms"][alarm]["separate"]:
        message = f"'{alarm}' is an alarm for each of several components"
        yield Fault("unknown-alarm", message, path, "take 'separate' away, or name another alarm")


def _of_component(alarm: str, path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    reference, _, name = alarm.rpartition(".")
    named = spec.candidates(reference)
    meant = [one for one in named if _has(one, name)]
    if len(meant) > 1:
        spellings = " or ".join(f"{one.address}.{name}" for one in meant)
        yield Fault("ambiguous-component", f"'{alarm}' can mean several alarms", path, f"write {spellings}")
    elif named and not meant:
        known = [one for component in named for one in component.kind.get("x-alarms", ())]
        yield Fault("unknown-alarm", f"'{reference}' has no alarm '{name}'", path, did_you_mean(name, known))
    elif not named:
        names = [one.address if "." in reference else one.name for one in spec.components()]
        yield Fault("unknown-component", f"there is no component '{reference}'", path, did_you_mean(reference, names))


def _has(component: ResolvedComponent, alarm: str) -> bool:
    known = component.kind.get("x-alarms", {})
    return alarm in known or alarm.rstrip("0123456789") in known
