"""What looks an existing resource up: a module of `deployer.finders` for a section, found by its name."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping

import deployer.finders
from compiler.source.json_value import Json
from deployer.question import Question

Finder = Callable[[Question], Mapping[str, Json]]
"""Words of `existing` → what AWS says of them; raises `Unfound` when there is no such resource."""


@functools.cache
def finder_names() -> frozenset[str]:
    """Sections whose existing resources are looked up. Raises `ValueError` when two folders have one of a name."""
    names = [one.name for folder in deployer.finders.__path__ for one in pkgutil.iter_modules([folder])]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"several finders are called {', '.join(twice)}: {', '.join(deployer.finders.__path__)}")
    return frozenset(names)


def finder_of(section: str) -> Finder | None:
    """The finder of a section; none where nothing can be asked, and an existing resource is taken as written."""
    if section not in finder_names():
        return None
    found: Finder = importlib.import_module(f"deployer.finders.{section}").find
    return found
