"""What cfn-lint says of a template, led back to the component and the spec."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.source.diagnostics import Place

LEVELS = ("error", "warning", "informational")


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
    component: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        start = f"{self.place}: " if self.place else ""
        subject = f"{self.component}: " if self.component else ""
        where = f"{self.template}:{self.line}:{self.column} {self.pointer}"
        return f"{start}{self.level}[{self.rule}]: {subject}{self.message}\n  template: {where}"

    def to_json(self) -> dict[str, object]:
        return {
            "level": self.level,
            "rule": self.rule,
            "message": self.message,
            "component": self.component,
            "spec": str(self.place) if self.place else None,
            "template": self.template,
            "line": self.line,
            "column": self.column,
            "pointer": self.pointer,
        }
