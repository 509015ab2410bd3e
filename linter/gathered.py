"""Findings with one cause as one finding: the same setting in each environment, or in what `each` makes of it."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.source.diagnostics import Diagnostic, as_one, nameless


def gathered(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """In the order of the spec, those that only differ by environment or by component of an `each` as one."""
    causes: dict[tuple[object, ...], list[Diagnostic]] = {}
    for found in diagnostics:
        causes.setdefault(_cause(found), []).append(found)
    together = [as_one(group) for group in causes.values()]
    return tuple(sorted(together, key=lambda one: (one.place, one.component, one.setting, one.code, one.message)))


def _cause(found: Diagnostic) -> tuple[object, ...]:
    """What is the same in all of them: the line of the spec, the rule, and the message but for names."""
    # what stands at the left margin is the file itself, or a section that is one component
    component = found.component if found.place.column <= 1 else ""
    _, *inner = found.resource.split("/")[1:] or [""]
    return found.place, component, found.code, found.severity, tuple(inner), _nameless(found)


def _nameless(found: Diagnostic) -> str:
    """The message without the names of its component, resource and environment."""
    names = {found.component.rpartition(".")[2], *found.resource.split("/")[1:2]}
    for place in found.also:
        names |= set(place.file.split("/")[:-1])
    return nameless(found.message, names)
