"""Find the class of a section in `compiler.kinds`, which is loaded when it is first needed."""

from __future__ import annotations

import functools
import importlib

from compiler.language.schema import load_schema
from compiler.program.component import Component


@functools.cache
def kind_of(section: str) -> type[Component]:
    """The class whose instances are the components of `section`: `KIND` of its module, or of `kind` in its folder."""
    module = importlib.import_module(f"compiler.kinds.{section}")
    if hasattr(module, "__path__"):
        module = importlib.import_module(f"compiler.kinds.{section}.kind")
    kind: type[Component] = module.KIND
    kind.section, kind.noun = section, load_schema().kinds[section].get("x-logical-id")
    return kind
