"""Names that AWS wants from us, cut to its limit without two of them becoming the same."""

from __future__ import annotations

import hashlib

_DIGITS = 8


def physical_name(words: tuple[str, ...], most: int) -> str:
    """The words joined by hyphens in at most `most` characters; the end of a long one is a hash of the whole."""
    whole = "-".join(words).replace("_", "-").lower()
    if len(whole) <= most:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_DIGITS]
    return f"{whole[: most - _DIGITS - 1].rstrip('-')}-{digest}"
