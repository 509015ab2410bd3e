"""Data class for a finding of cfn-lint in a template."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.source.diagnostics import NOWHERE, Diagnostic, Place, Severity

LEVELS = ("error", "warning", "informational")
_SEVERITIES: dict[str, Severity] = {"error": "error", "warning": "warning", "informational": "note"}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One finding of one rule at one place of a template."""

    template: str
    """The template's path as `compile` writes it: ``rayman-portfolio/dev/us-east-1/data.template.json``."""
    line: int
    column: int
    rule: str
    """cfn-lint's id, e.g. ``E3012``; its first letter is the level."""
    level: str
    message: str
    pointer: str
    """Where in the template: ``Resources/MainDatabase/Properties/Engine``."""

    def sound(self) -> bool:
        """Whether its values are of their types: a cache may hold anything."""
        texts = (self.template, self.rule, self.level, self.message, self.pointer)
        whole = all(type(number) is int for number in (self.line, self.column))
        return whole and all(type(text) is str for text in texts) and self.level in LEVELS

    def diagnostic(self, component: str, place: Place | None, setting: str = "") -> Diagnostic:
        """The finding as a diagnostic of the resource's component, and of its setting where that is known."""
        return Diagnostic(
            code=self.rule,
            message=self.message,
            place=place or NOWHERE,
            component=component,
            also=(Place(self.template, self.line, self.column),),
            severity=_SEVERITIES[self.level],
            resource=self.pointer,
            setting=setting,
        )
