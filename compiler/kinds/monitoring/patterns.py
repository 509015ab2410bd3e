"""Patterns of alarm names: `*` stands for any text."""

from __future__ import annotations

import re
from collections.abc import Iterable


def is_pattern(key: str) -> bool:
    return "*" in key


def matches(pattern: str, names: Iterable[str]) -> bool:
    """Whether one of the names of an alarm, ``api.Errors`` or ``functions.api.Errors``, is what the pattern says."""
    form = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
    return any(form.fullmatch(name) for name in names)
