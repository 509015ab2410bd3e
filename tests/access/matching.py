"""Wildcards of IAM in actions, ARNs and condition values.

Sources: IAM user guide, "IAM JSON policy elements: Action" (no difference between upper and lower case) and "Resource"
("A wildcard can be used within any ARN segment … can't span segments"; the last segment is the rest of the ARN).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

from tests.access.unsupported import Unsupported

_ARN_SEGMENTS = 6
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERALS = {"*": "[*]", "?": "[?]", "$": "$"}
Context = Mapping[str, Sequence[str]]
"""Condition key in lower case → its values."""


@functools.cache
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    pieces = re.split(r"(\[\*\]|\[\?\]|\*|\?)", pattern)
    wild = {"*": ".*", "?": ".", "[*]": r"\*", "[?]": r"\?"}
    text = "".join(wild.get(piece, re.escape(piece)) for piece in pieces)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def like(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Whether `value` matches a pattern with ``*`` and ``?``."""
    return _compiled(pattern, ignore_case).fullmatch(value) is not None


def arn_like(pattern: str, arn: str) -> bool:
    """Whether an ARN matches a pattern segment by segment."""
    if pattern == "*":
        return True
    wanted, found = pattern.split(":", _ARN_SEGMENTS - 1), arn.split(":", _ARN_SEGMENTS - 1)
    if len(wanted) != len(found):
        return False
    return all(one == "*" or one == other or like(one, other) for one, other in zip(wanted, found, strict=True))


def filled(pattern: str, context: Context) -> str | None:
    """A pattern with its policy variables put in; None if the request has no value for one.

    Source: IAM user guide, "IAM policy elements: Variables and tags".
    """
    if "${" not in pattern:
        return pattern
    missing = False

    def put_in(match: re.Match[str]) -> str:
        nonlocal missing
        if match[1] in _LITERALS:
            return _LITERALS[match[1]]
        if "," in match[1]:
            raise Unsupported(f"a default value in {match[0]}")
        values = context.get(match[1].lower(), ())
        missing = missing or len(values) != 1
        return values[0].replace("*", "[*]").replace("?", "[?]") if len(values) == 1 else ""

    text = _VARIABLE.sub(put_in, pattern)
    return None if missing else text
