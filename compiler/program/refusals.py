"""What only the built components tell: settings that the checks, which see no resource, have to let pass."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.program.component import Platform
from compiler.source.diagnostics import Diagnostic


def refusals(platform: Platform) -> Iterator[Diagnostic]:
    """A diagnostic for each fault that a component finds once all of them are there."""
    for component in platform.built:
        for fault in component.refused(platform):
            place = platform.document.value_place((*component.path.split("."), *fault.path))
            yield Diagnostic(
                fault.code, fault.message, place, component.path, fault.suggestion, severity=fault.severity
            )
