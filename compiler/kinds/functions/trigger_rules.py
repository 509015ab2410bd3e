"""Checks of a function's triggers (Lambda developer guide, event source mappings; EventBridge user guide)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.fifo import standard_only
from compiler.source.document import Path
from compiler.source.json_value import Json

_STREAMED = (
    "batch",
    "window_seconds",
    "filter",
    "only_new",
    "retries",
    "max_age_seconds",
    "split_on_error",
    "parallel",
    "on_failure",
)
_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "queue": ("batch", "window_seconds", "max_concurrency", "filter"),
    "topic": ("filter", "filter_on"),
    "stream": _STREAMED,
    "table": _STREAMED,
    "bucket": ("events", "prefix", "suffix", "undelivered"),
    "pattern": ("bus", "undelivered"),
    "schedule": ("timezone", "input"),
    "deploy": ("with",),
}
_ONCE = ("queue", "topic", "stream", "table")
"""Kinds of which each thing can be named once; of the others there can be several that differ."""
_MOST_AT_ONCE = 10
"""Messages of a batch of a fifo queue, and of one without a window."""
_LONGEST_STEP = 800
"""Seconds that a deployment waits: `compiler/shared/deploy_steps.py`, which checks can't load."""


def trigger_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """`data` is the whole function."""
    seen: set[tuple[str, str]] = set()
    for index, trigger in enumerate(data["triggers"]):
        path: Path = ("triggers", index)
        kinds = [kind for kind in _SETTINGS if trigger[kind]]
        if len(kinds) != 1:
            message = "a trigger is exactly one of " + ", ".join(_SETTINGS)
            yield Fault("bad-trigger", message, path, "make a list entry of each")
            continue
        yield from _strange_settings(trigger, kinds[0], path)
        yield from _details(data, spec, index)
        named = (kinds[0], trigger[kinds[0]] if kinds[0] in _ONCE else _alike(trigger))
        if named in seen:
            twice = (
                "a deployment runs the function once" if trigger["deploy"] else f"this {kinds[0]} is a trigger twice"
            )
            yield Fault("duplicate-value", twice, path, "remove one of them")
        seen.add(named)


def _alike(trigger: Mapping[str, Json]) -> str:
    """The same for two triggers of which one is too many: one step at a deployment is all that a function can be."""
    return "" if trigger["deploy"] else repr(trigger)


def _strange_settings(trigger: Mapping[str, Json], kind: str, path: Path) -> Iterator[Fault]:
    every = {name for names in _SETTINGS.values() for name in names}
    for name in sorted(every - set(_SETTINGS[kind])):
        if trigger[name] is not None:
            known = ", ".join(_SETTINGS[kind])
            yield Fault("bad-trigger", f"a {kind} has no '{name}'", (*path, name), f"a {kind} takes: {known}")


def _details(data: Mapping[str, Json], spec: ResolvedSpec, index: int) -> Iterator[Fault]:
    trigger, path = data["triggers"][index], ("triggers", index)
    topic = spec.component(trigger["topic"], "topics")
    if topic and topic.settings["fifo"]:
        message = f"the topic '{trigger['topic']}' is fifo, and those deliver to queues only"
        yield Fault("fifo-limit", message, (*path, "topic"), "subscribe a queue to it, and trigger from the queue")
    yield from _of_topic(trigger, path)
    yield from _of_queue(data, spec, index)
    yield from _of_table(trigger, spec, path)
    yield from _of_bucket(trigger, path)
    yield from _of_deployment(data, path) if trigger["deploy"] else ()
    for name in ("on_failure", "undelivered"):
        yield from standard_only(trigger[name], (*path, name), spec)


def _of_topic(trigger: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    if trigger["topic"] and isinstance(trigger["filter"], list):
        yield Fault("bad-trigger", "a topic has one filter, not a list", (*path, "filter"), "write one map of both")
    if trigger["filter_on"] and not trigger["filter"]:
        yield Fault("unused-setting", "'filter_on' has no effect without 'filter'", (*path, "filter_on"), "remove it")


def _of_queue(data: Mapping[str, Json], spec: ResolvedSpec, index: int) -> Iterator[Fault]:
    trigger, path = data["triggers"][index], ("triggers", index)
    queue = spec.component(trigger["queue"], "queues")
    if queue:
        yield from _visibility(data, queue.settings, (*path, "queue"))
        yield from _batch(trigger, queue.settings["fifo"], path)
    reserved, most = data["concurrency"], trigger["max_concurrency"]
    if reserved is not None and most and reserved < most:
        message = f"'max_concurrency' is {most}, but the function has only {reserved} in 'concurrency'"
        yield Fault("out-of-range", message, (*path, "max_concurrency"), f"at most {reserved}")


def _of_table(trigger: Mapping[str, Json], spec: ResolvedSpec, path: Path) -> Iterator[Fault]:
    table = spec.component(trigger["table"], "tables")
    if table and table.settings["existing"] is None and not table.settings["stream"]:
        message = f"the table '{trigger['table']}' has no stream to read its changes from"
        yield Fault("no-stream", message, (*path, "table"), f"set 'stream: both' on {table.address}")


def _of_bucket(trigger: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    if trigger["bucket"] and not trigger["events"]:
        message = "the bucket's events are not set"
        yield Fault("missing-property", message, path, "events: [created]")


def _of_deployment(data: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    where = (*path, "deploy")
    if data["timeout"] > _LONGEST_STEP:
        message = f"'timeout' is {data['timeout']}, and a deployment waits {_LONGEST_STEP} seconds for a function"
        yield Fault("out-of-range", message, where, f"set 'timeout: {_LONGEST_STEP}' or less, or make it a job")
    if data["concurrency"] == 0:
        message = "'concurrency: 0' stops the function, so that every deployment would fail"
        yield Fault("out-of-range", message, where, "set 'concurrency: 1' or more, or remove the trigger")


def _visibility(data: Mapping[str, Json], queue: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    hidden, timeout = queue["visibility_seconds"], data["timeout"]
    if hidden < timeout:
        message = f"its messages become visible again after {hidden} seconds, and the function may run for {timeout}"
        help_text = f"set the queue's visibility_seconds to {6 * timeout}, six times as much"
        yield Fault("short-visibility", message, path, help_text)


def _batch(trigger: Mapping[str, Json], fifo: bool, path: Path) -> Iterator[Fault]:
    large = (trigger["batch"] or 0) > _MOST_AT_ONCE
    if fifo and large:
        yield Fault("out-of-range", f"a fifo queue gives at most {_MOST_AT_ONCE} messages at once", (*path, "batch"))
    if fifo and trigger["window_seconds"]:
        yield Fault("fifo-limit", "a fifo queue has no window", (*path, "window_seconds"), "remove it")
    if large and not fifo and not trigger["window_seconds"]:
        message = f"a batch of more than {_MOST_AT_ONCE} needs 'window_seconds'"
        yield Fault("missing-property", message, (*path, "batch"), "window_seconds: 1 or more")
