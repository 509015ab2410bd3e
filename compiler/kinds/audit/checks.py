"""Checks of the audit: settings of AWS Config and of data events that say nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.names import pascal
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.json_value import Json


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    if data["data_events"]:
        yield from _data_events(data["data_events"])
    if data["config"]:
        yield from _same_rules(data["config"]["rules"])


def _data_events(said: Mapping[str, Json]) -> Iterator[Fault]:
    if said["buckets"] and said["objects"] == "none":
        message = "'buckets' has no effect with 'objects: none'"
        yield Fault("unused-setting", message, ("data_events", "buckets"), "remove it, or set 'objects: write'")
    elif said["objects"] == said["items"] == "none" and not said["functions"]:
        message = "no access to data is recorded"
        yield Fault("unused-setting", message, ("data_events",), "remove it, or set what is recorded")


def _same_rules(rules: Mapping[str, Json]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for name in rules:
        stem = pascal(name.lower())
        if stem in seen:
            message = f"'{name}' gives the same logical id as '{seen[stem]}'"
            yield Fault("duplicate-name", message, ("config", "rules", name), "remove one of the two")
        seen.setdefault(stem, name)
