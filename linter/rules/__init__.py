"""Our own rules for cfn-lint, one a file.

`lint` uses them all. cfn-lint itself takes them as `--append-rules linter.rules`, or the path of this folder.
"""

from __future__ import annotations

import importlib
import pkgutil

from linter.own.rule import OwnRule


def own_rules() -> tuple[OwnRule, ...]:
    """A new object of each rule, in the order of their ids."""
    found = (kind for kind in globals().values() if isinstance(kind, type) and issubclass(kind, OwnRule))
    return tuple(sorted((kind() for kind in found if kind.id), key=lambda rule: str(rule.id)))


def _found() -> dict[str, type[OwnRule]]:
    """The rule of each file, by its name: cfn-lint looks for the classes of the module that it is given."""
    rules: dict[str, type[OwnRule]] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        for kind in vars(importlib.import_module(module.name)).values():
            if isinstance(kind, type) and issubclass(kind, OwnRule) and kind.__module__ == module.name:
                rules[kind.__name__] = kind
    return rules


globals().update(_found())
