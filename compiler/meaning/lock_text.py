"""The text of a lock file: read quickly where it is sound, and both sides of a merge put together."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from compiler.source.json_value import Json

_CONFLICT = re.compile(
    r"^<{7}[^\n]*\n(?P<ours>.*?)(?:^\|{7}[^\n]*\n.*?)?^={7}\n(?P<theirs>.*?)^>{7}[^\n]*\n?", re.DOTALL | re.MULTILINE
)
"""What Git writes where both sides of a merge changed the same lines."""


def plain(text: str) -> Mapping[str, Json] | None:
    """The content of a sound lock file, without places; None for any other, whose faults `load` tells."""
    try:
        data = json.loads(text, object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _each_key_once(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def read_text(file: str) -> str:
    """The text of a lock file; nothing where it can't be read, which `load` tells."""
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def in_conflict(text: str) -> bool:
    return _CONFLICT.search(text) is not None


def merged(text: str) -> Mapping[str, Json] | None:
    """A text with the conflict markers of a merge as if all that either side has were there.

    Where both sides have another value, that of the branch that is merged into stays. None where a side is no JSON.
    """
    ours, theirs = plain(_commas(_CONFLICT.sub(r"\g<ours>", text))), plain(_commas(_CONFLICT.sub(r"\g<theirs>", text)))
    return None if ours is None or theirs is None else _over(ours, theirs)


def _commas(text: str) -> str:
    """JSON without a comma before a closing bracket, and with one between two entries, as lines of two sides meet."""
    return re.sub(r'(["}])(\s*\n\s*")', r"\1,\2", re.sub(r",(\s*[}\]])", r"\1", text))


def _over(ours: Mapping[str, Json], theirs: Mapping[str, Json]) -> dict[str, Json]:
    both = {
        key: _over(value, theirs[key]) if isinstance(value, dict) and isinstance(theirs.get(key), dict) else value
        for key, value in ours.items()
    }
    return {**theirs, **both}
