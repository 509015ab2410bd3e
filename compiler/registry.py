"""Finds the kind of a section: the module of that name in `compiler.kinds`, loaded when first wanted."""

from __future__ import annotations

import functools
import importlib

from compiler.component import Component


@functools.cache
def kind_of(section: str) -> type[Component]:
    """The class whose instances are the components of `section`: its module's one class with that section's name."""
    module = importlib.import_module(f"compiler.kinds.{section}")
    kind: type[Component] = module.KIND
    kind.section = section
    return kind
