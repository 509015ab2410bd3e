"""Filter patterns of CloudWatch Logs, as far as one can tell that CloudWatch would refuse them.

Source: CloudWatch Logs user guide, "Filter pattern syntax" and "Supported regular expressions (regex) syntax".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from compiler.source.interpolation import OPEN

_REGEXES = 2
"""Most regular expressions of a pattern."""
REGEX_PATTERNS = 5
"""Most patterns with regular expressions of a log group."""
_REGEX_TEXT = re.compile(r"[A-Za-z0-9 :_#=@/;,^$?\[\]{}|\\*+.-]+")
_PIECE = re.compile(r'"(?:\\.|[^"\\])*"|%(?:\\.|[^%\\])*%|["%]')
_TERM = re.compile(r"[?-]?(\w+|\"\"|%%)", re.ASCII)
_TOKEN = re.compile(
    r"\s*(?:(?P<open>\()|(?P<close>\))|(?P<join>&&|\|\|)|(?P<operator>!=|<=|>=|=|<|>)"
    r"|(?P<selector>\$(?:\.[\w*-]+|\[[^\]\s]*\])+|\$)|(?P<word>\"\"|%%|[^\s()&|!=<>]+))"
)
_WORDS = {("IS", "NULL"), ("IS", "TRUE"), ("IS", "FALSE"), ("NOT", "EXISTS")}


def wrong(pattern: str) -> str:
    """What CloudWatch Logs would refuse of a pattern, as the end of "the pattern …"; empty when nothing is seen."""
    if OPEN in pattern:
        return ""  # a part of it is known only after the deployment
    pieces = _PIECE.findall(pattern)
    found = next((_wrong_piece(piece) for piece in pieces if _wrong_piece(piece)), "")
    if found:
        return found
    if sum(piece[0] == "%" for piece in pieces) > _REGEXES:
        return f"has more than {_REGEXES} regular expressions"
    bare = _PIECE.sub(lambda piece: piece[0][0] * 2, pattern).strip()
    if bare.startswith("{"):
        return _wrong_json(bare)
    return _wrong_fields(bare) if bare.startswith("[") else _wrong_terms(bare)


def has_regex(pattern: str) -> bool:
    """Whether a pattern counts among those of which a log group takes a few."""
    return any(len(piece) > 1 and piece[0] == "%" for piece in _PIECE.findall(pattern))


def _wrong_piece(piece: str) -> str:
    if len(piece) == 1:
        return f"has {piece} that is not closed"
    if piece[0] == '"':
        return ""
    if not _REGEX_TEXT.fullmatch(piece[1:-1]):
        return f"has a regular expression, {piece}, with characters that CloudWatch Logs does not take"
    return ""


def _wrong_terms(bare: str) -> str:
    bad = next((term for term in bare.split() if not _TERM.fullmatch(term)), "")
    return f"has a term, {bad}, with characters that have to stand in double quotation marks" if bad else ""


def _wrong_fields(bare: str) -> str:
    if not bare.endswith("]"):
        return "begins with [ and does not end with ]"
    fields = [field.strip() for field in bare[1:-1].split(",")]
    if fields.count("...") > 1:
        return "has ... more than once"
    return "" if all(fields) else "has a field without a name"


def _wrong_json(bare: str) -> str:
    if not bare.endswith("}"):
        return "begins with { and does not end with }"
    tokens = list(_tokens(bare[1:-1]))
    reader = _Reader(tokens)
    if reader.joined() and reader.position == len(tokens):
        return ""
    at = tokens[reader.position][1] if reader.position < len(tokens) else "}"
    return f'is not a comparison of JSON fields such as {{ $.level = "error" }}: unexpected {at}'


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(text.rstrip()):
        found = _TOKEN.match(text, position)
        if not found:
            yield "unknown", text[position:].strip()
            return
        yield str(found.lastgroup), found[0].strip()
        position = found.end()


class _Reader:
    """Goes through the tokens of a pattern in braces; each method says whether it found what it is called for."""

    def __init__(self, tokens: Sequence[tuple[str, str]]) -> None:
        self._tokens = tokens
        self.position = 0

    def joined(self) -> bool:
        """Comparisons joined by && and ||."""
        whole = self._comparison()
        while whole and self._take("join"):
            whole = self._comparison()
        return whole

    def _comparison(self) -> bool:
        if self._take("open"):
            return self.joined() and self._take("close")
        words = tuple(word for _, word in self._tokens[self.position + 1 : self.position + 3])
        if not self._take("selector"):
            return False
        if words in _WORDS:
            self.position += 2
            return True
        return self._take("operator") and self._take("word")

    def _take(self, kind: str) -> bool:
        found = self.position < len(self._tokens) and self._tokens[self.position][0] == kind
        self.position += found
        return found
