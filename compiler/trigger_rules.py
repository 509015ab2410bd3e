"""Checks of a function's triggers (Lambda developer guide, using Lambda with Amazon SQS and with Amazon SNS)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.checks import Fault
from compiler.document import Path
from compiler.json_value import Json

_SETTINGS = {
    "queue": ("batch", "window_seconds", "max_concurrency", "filter"),
    "topic": ("filter",),
    "schedule": ("timezone", "input"),
}
_MOST_AT_ONCE = 10
"""Messages of a batch of a fifo queue, and of one without a window."""


def trigger_faults(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    """`data` is the whole function."""
    seen: set[tuple[str, str]] = set()
    for index, trigger in enumerate(data["triggers"]):
        path: Path = ("triggers", index)
        kinds = [kind for kind in _SETTINGS if trigger[kind]]
        if len(kinds) != 1:
            message = "a trigger is exactly one of queue, topic and schedule"
            yield Fault("bad-trigger", message, path, "make a list entry of each")
            continue
        yield from _strange_settings(trigger, kinds[0], path)
        yield from _details(data, platform_data, index)
        named = (kinds[0], repr(trigger) if kinds[0] == "schedule" else trigger[kinds[0]])
        if named in seen:
            yield Fault("duplicate-value", f"this {kinds[0]} is a trigger twice", path, "take one of them out")
        seen.add(named)


def _strange_settings(trigger: Mapping[str, Json], kind: str, path: Path) -> Iterator[Fault]:
    every = {name for names in _SETTINGS.values() for name in names}
    for name in sorted(every - set(_SETTINGS[kind])):
        if trigger[name] is not None:
            known = ", ".join(_SETTINGS[kind])
            yield Fault("bad-trigger", f"a {kind} has no '{name}'", (*path, name), f"a {kind} takes: {known}")


def _details(data: Mapping[str, Json], platform_data: Mapping[str, Json], index: int) -> Iterator[Fault]:
    trigger, path = data["triggers"][index], ("triggers", index)
    queue = (platform_data.get("queues") or {}).get(trigger["queue"])
    topic = (platform_data.get("topics") or {}).get(trigger["topic"])
    if topic and topic["fifo"]:
        message = f"the topic '{trigger['topic']}' is fifo, and those deliver to queues only"
        yield Fault("fifo-limit", message, (*path, "topic"), "subscribe a queue to it, and trigger from the queue")
    if queue:
        yield from _visibility(data, queue, (*path, "queue"))
        yield from _batch(trigger, queue["fifo"], path)
    reserved, most = data["concurrency"], trigger["max_concurrency"]
    if reserved is not None and most and reserved < most:
        message = f"'max_concurrency' is {most}, but the function has only {reserved} in 'concurrency'"
        yield Fault("out-of-range", message, (*path, "max_concurrency"), f"at most {reserved}")


def _visibility(data: Mapping[str, Json], queue: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    hidden, timeout = queue["visibility_seconds"], data["timeout"]
    if hidden < timeout:
        message = f"its messages come back after {hidden} seconds, while the function may still work for {timeout}"
        help_text = f"set the queue's visibility_seconds to {6 * timeout}, six times as much"
        yield Fault("short-visibility", message, path, help_text)


def _batch(trigger: Mapping[str, Json], fifo: bool, path: Path) -> Iterator[Fault]:
    large = (trigger["batch"] or 0) > _MOST_AT_ONCE
    if fifo and large:
        yield Fault("out-of-range", f"a fifo queue gives at most {_MOST_AT_ONCE} messages at once", (*path, "batch"))
    if fifo and trigger["window_seconds"]:
        yield Fault("fifo-limit", "a fifo queue has no window", (*path, "window_seconds"), "take it out")
    if large and not fifo and not trigger["window_seconds"]:
        message = f"a batch of more than {_MOST_AT_ONCE} needs 'window_seconds'"
        yield Fault("missing-property", message, (*path, "batch"), "window_seconds: 1 or more")
