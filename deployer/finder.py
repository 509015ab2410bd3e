"""Find the module of `deployer.finders` that looks up existing resources of a section."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping

import deployer.finders
from compiler.source.json_value import Json
from deployer.question import Question

Finder = Callable[[Question], Mapping[str, Json]]
"""Returns attributes of `existing` with their values from AWS; raises `Unfound` if the resource does not exist."""


@functools.cache
def finder_names() -> frozenset[str]:
    """Sections whose existing resources are looked up. Raises `ValueError` when two folders have one of a name."""
    names = [module.name for folder in deployer.finders.__path__ for module in pkgutil.iter_modules([folder])]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"several finders are called {', '.join(twice)}: {', '.join(deployer.finders.__path__)}")
    return frozenset(names)


def finder_of(section: str) -> Finder | None:
    """The finder of a section; None where nothing is looked up, and an existing resource is used as written."""
    if section not in finder_names():
        return None
    finder: Finder = importlib.import_module(f"deployer.finders.{section}").find
    return finder
