"""Names of log groups that a spec gives: no two components may have the same."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.language.components import components
from compiler.language.schema import Schema
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.diagnostics import Diagnostic
from compiler.source.document import Document, Path

_SECTIONS = ("apis", "functions", "jobs", "services")


def taken(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """A fault for each other component whose log group has the name of this one's."""
    name = component.settings["logs"]["name"]
    for other in spec.components(*_SECTIONS):
        if name and other is not component and other.settings["logs"]["name"] == name:
            message = f"{other.address} has the log group '{name}' too"
            yield Fault("log-group-taken", message, ("logs", "name"), "give each its own, or leave the name out")


def taken_log_groups(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    """The same of all sections, those too whose own checks do not ask."""
    seen: dict[str, list[Path]] = {}
    for _, _, path, data in components(document, schema):
        name = (data.get("logs") or {}).get("name")
        if name:
            seen.setdefault(name, []).append(path)
    for name, paths in seen.items():
        for path in paths:
            others = (".".join(map(str, other)) for other in paths if other != path)
            place, owner = document.value_place((*path, "logs", "name")), ".".join(map(str, path))
            for other in others:
                message, help_text = (
                    f"{other} has the log group '{name}' too",
                    "give each its own, or leave the name out",
                )
                yield Diagnostic("log-group-taken", message, place, owner, help_text)
