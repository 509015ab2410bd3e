"""Checks of who is told: topics that CloudWatch can notify, and a channel for every severity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.monitoring.severities import SEVERITIES
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.topic_rules import topic_faults
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.json_value import Json

_READERS = ("slack", "teams", "pagerduty")
_MAKE_ALARMS = ("default_alarms", "custom", "log_alarms", "composite")


def channel_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    yield from _somebody(data)
    yield from _topic(data["notify"], ("notify",), spec)
    yield from _addresses(data, ())
    for word in _READERS:
        if data[word] and not data["notify"]:
            message = f"'{word}' needs the topic in 'notify', which is not set"
            yield Fault("missing-property", message, (word,), "name a topic in 'notify'")
    for name, channel in data["channels"].items():
        yield from _topic(channel["notify"], ("channels", name, "notify"), spec)
        yield from _addresses(channel, ("channels", name))
    yield from _apart(data["channels"], spec)
    yield from _named(data)


def _somebody(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["notify"] or not any(data[word] for word in _MAKE_ALARMS):
        return
    silent = [severity for severity in SEVERITIES if not data["severities"][severity]]
    if len(silent) == len(SEVERITIES):
        help_text = "name a topic in 'notify', or set 'default_alarms: false'"
        yield Fault("missing-property", "its alarms notify no topic: 'notify' is not set", (), help_text)
    elif silent:
        message = (
            f"alarms of severity {' and '.join(silent)} notify no topic: neither 'severities' nor 'notify' names one"
        )
        help_text = f"name the channels of '{silent[0]}', or a topic in 'notify'"
        yield Fault("missing-property", message, ("severities",), help_text)


def _topic(reference: Json, path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    topic = spec.offering(reference, "notify")
    if topic:
        yield from topic_faults(topic, path, "CloudWatch", spec.region)


def _addresses(channel: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    pagerduty = channel["pagerduty"]
    if pagerduty and bool(pagerduty["secret"]) == bool(pagerduty["url"]):
        code = "one-of-two" if pagerduty["secret"] else "missing-property"
        message = "exactly one of 'secret' and 'url' gives its address"
        yield Fault(code, message, (*path, "pagerduty"), "set either 'secret' or 'url'")


def _apart(channels: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """Whoever reads a topic reads all that it is told."""
    seen: dict[str, str] = {}
    for name, channel in channels.items():
        topic = spec.component(channel["notify"], "topics")
        if topic and topic.address in seen:
            message = (
                f"the channel '{seen[topic.address]}' has the same topic, so that both get all notifications of either"
            )
            yield Fault("shared-topic", message, ("channels", name, "notify"), "give each channel its own topic")
        elif topic:
            seen[topic.address] = name


def _named(data: Mapping[str, Json]) -> Iterator[Fault]:
    used = {name for names in data["severities"].values() for name in names or ()}
    for severity, names in data["severities"].items():
        for number, name in enumerate(names or ()):
            if name not in data["channels"]:
                message = f"there is no channel '{name}'"
                help_text = did_you_mean(name, data["channels"])
                yield Fault("unknown-channel", message, ("severities", severity, number), help_text)
    for name in data["channels"]:
        if name not in used:
            message = f"no severity goes to the channel '{name}'"
            yield Fault("unused-setting", message, ("channels", name), "name it in 'severities', or remove it")
