"""Short, stable marks for logical ids of things whose names are free text."""

from __future__ import annotations

import hashlib


def mark(text: str) -> str:
    """Six capital hexadecimal digits of the text itself, so that a neighbour never changes them."""
    return hashlib.sha256(text.encode()).hexdigest()[:6].upper()
