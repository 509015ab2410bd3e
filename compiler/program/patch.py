"""JSON Merge Patch (RFC 7396) on plain data."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json


def merge_patch(base: Json, patch: Json) -> Json:
    """`base` with `patch` merged over it: maps merge, null removes, the rest replaces."""
    if not isinstance(patch, Mapping):
        return patch
    old = base if isinstance(base, Mapping) else {}
    merged = {key: value for key, value in old.items() if key not in patch}
    for key, value in patch.items():
        if value is not None:
            merged[key] = merge_patch(old.get(key), value)
    return merged
