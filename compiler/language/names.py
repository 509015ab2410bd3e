"""How names of components become logical ids and environment variables."""

from __future__ import annotations

import functools
import re


@functools.cache
def pascal(name: str) -> str:
    """``api-keys`` → ``ApiKeys``: the stem of a component's logical ids."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^a-zA-Z0-9]+", name))


def shout(name: str) -> str:
    """``api-keys`` → ``API_KEYS``: the stem of its environment variables."""
    return re.sub(r"[^A-Z0-9]+", "_", name.upper())
