"""Physical names, where AWS asks for one: unique in an account, the same in every compile."""

from __future__ import annotations

import hashlib

from compiler.component import Platform

_MARK = 8
"""Hexadecimal digits that tell cut names apart."""


def unique_name(platform: Platform, name: str, most: int) -> str:
    """``<platform>-<environment>-<name>``, cut to `most` characters with a digest of the whole at its end."""
    whole = f"{platform.name}-{platform.environment}-{name}"
    if len(whole) <= most:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_MARK]
    return f"{whole[: most - _MARK - 1]}-{digest}"
