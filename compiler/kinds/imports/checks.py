"""Checks of imports beside those of the stage that reads the platforms below."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.record_rules import unpatched


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    return unpatched(component)
