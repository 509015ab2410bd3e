"""Names of log groups that a spec gives: no two components may have the same."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.language.components import components
from compiler.language.schema import Schema
from compiler.source.diagnostics import Diagnostic
from compiler.source.document import Document, Path


def taken_log_groups(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    """A fault at each component whose log group has the name of another one's."""
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
