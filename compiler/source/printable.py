"""Text of people in a line of a terminal or a log."""

from __future__ import annotations

import re

_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters, ends of lines, and what turns the direction of text: all act instead of being seen."""


def printable(text: str) -> str:
    """One line: what would act on a terminal, or begin another line of a log, is shown as its escape sequence."""
    return _HIDDEN.sub(lambda found: ascii(found[0])[1:-1], text)
