"""Checks of events that start something, and of what EventBridge gives on of an event."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.fifo import standard_only
from compiler.source.document import Path
from compiler.source.json_value import Json

_SHAPES = ("part", "input", "transform")
_NAMED = re.compile(r"<([A-Za-z0-9_.-]+)>")
_RESERVED = (
    "aws.events.event",
    "aws.events.event.ingestion-time",
    "aws.events.event.json",
    "aws.events.rule-arn",
    "aws.events.rule-name",
)
"""Source: EventBridge user guide, "Transforming Amazon EventBridge input", predefined variables."""


def event_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """`data` is the whole job or workflow."""
    seen: list[tuple[Json, Json]] = []
    for index, one in enumerate(data["events"]):
        path: Path = ("events", index)
        yield from shape_faults(one, path)
        yield from standard_only(one["undelivered"], (*path, "undelivered"), spec)
        if (one["bus"], one["pattern"]) in seen:
            yield Fault("duplicate-value", "the same events of the same bus start it twice", path, "remove one of them")
        seen.append((one["bus"], one["pattern"]))


def shape_faults(one: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    """`one` has the settings `part`, `input` and `transform`."""
    said = [name for name in _SHAPES if one[name] is not None]
    if len(said) > 1:
        message = f"sets {' and '.join(repr(name) for name in said)}, of which only one can be passed"
        yield Fault("one-of-two", message, (*path, said[1]), "remove the others")
    if one["transform"]:
        known = {*one["transform"]["paths"], *_RESERVED}
        for name in sorted(_placeholders(one["transform"]["template"]) - known):
            message = f"the template uses '<{name}>', which is not in 'paths'"
            yield Fault(
                "unknown-placeholder", message, (*path, "transform", "template"), f"paths: {{{name}: $.detail.{name}}}"
            )


def _placeholders(template: Json) -> set[str]:
    if isinstance(template, dict):
        return {name for child in template.values() for name in _placeholders(child)}
    if isinstance(template, list):
        return {name for child in template for name in _placeholders(child)}
    return set(_NAMED.findall(template)) if isinstance(template, str) else set()
