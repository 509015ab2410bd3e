"""The one layout of a YAML file: indentation, spaces, quotation marks, empty lines and line ends, and nothing else.

Tokens keep their order and their lines, comments their words. Within brackets that go over several lines, what stands
below each other stays so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import yaml

from compiler.source.frozen import frozen

STEP = 2
"""Columns of one level."""
_OPENING = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)
_CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
_SINGLE_QUOTED = re.compile(r"'([^'\"\\\n]*)'")
_LOOKS = ("start_mark", "end_mark", "style", "flow_style")
_LINE_ENDS = re.compile(r"\r\n?")


class LayoutError(ValueError):
    """The text would say something else in the layout; nobody knows such a text."""


@frozen(eq=True)
class _Block:
    """A collection in block style: its column in the text and in the layout."""

    kind: Literal["mapping", "list", "bare list"]
    """A bare list stands at the column of its key; the scanner tells neither its beginning nor its end."""
    old: int
    new: int


@frozen(eq=True)
class _Piece:
    """A token that can be seen, and what is around it."""

    token: yaml.Token
    blocks: tuple[_Block, ...]
    """Those that it is in, from the outermost."""
    brackets: int
    """How many are open before it."""
    leads: bool
    """Whether it begins a key or an item, which stand at the column of their block; other values stand deeper."""

    @property
    def column(self) -> int:
        return int(self.token.start_mark.column)

    @property
    def inside(self) -> int:
        """The least column of what belongs to the block around it."""
        return self.blocks[-1].new + STEP if self.blocks else 0

    @property
    def margin(self) -> int:
        """The column where it stands if it is the first of its line, outside of brackets."""
        return self.blocks[-1].new if self.blocks and self.leads else self.inside


@dataclass(slots=True)
class _Page:
    """The lines of the layout so far."""

    lines: list[str] = field(default_factory=list)
    line: str = ""
    shift: int = 0
    """How many columns the present line has moved to the right."""
    counts: bool = False
    """Whether the present line is kept even if it is one more empty line."""

    def end_line(self) -> None:
        if self.counts or self.line.strip() or (self.lines and self.lines[-1]):
            # spaces at the end of a block of text belong to it
            self.lines.append(self.line if self.counts and self.line.strip() else self.line.rstrip())
        self.line, self.counts = "", False

    def add(self, text: str) -> None:
        """Text of several lines, of which all but the last are as they should be."""
        *whole, self.line = (self.line + text).split("\n")
        self.lines.extend(whole)


def layout(text: str) -> str:
    """The text in the layout. Raises `yaml.YAMLError` if it is not YAML, `LayoutError` if it would change."""
    text = _LINE_ENDS.sub("\n", text.removeprefix("\ufeff"))
    laid_out = _laid_out(text)
    if _said(laid_out) != _said(text):
        raise LayoutError("the file would say something else in another layout")
    return laid_out


def _laid_out(text: str) -> str:
    page, last, end = _Page(), None, 0
    for piece in _pieces(text):
        start = piece.token.start_mark.index
        _fill(page, text[end:start], last, piece)
        body = _own(text[start : piece.token.end_mark.index], piece.token)
        end = start + len(body)
        page.add(_body(body, piece, page.shift))
        page.counts = _is_literal(piece.token)
        last = piece
    _close(page, text[end:], last)
    return "\n".join(page.lines).rstrip("\n") + _ending(text, last)


def _ending(text: str, last: _Piece | None) -> str:
    """One line end, but for a block of text at the end of the file, whose line ends can be part of it."""
    if last is None or not _is_literal(last.token) or text[last.token.end_mark.index :].strip():
        return "\n" if text.strip() else ""
    body = text[last.token.start_mark.index :]
    ends = len(body) - len(body.rstrip("\n"))
    return "\n" * (ends if _keeps(body) else min(ends, 1))


def _pieces(text: str) -> Iterator[_Piece]:
    """The visible tokens of the text, each with the blocks around it."""
    blocks: tuple[_Block, ...] = ()
    brackets, key = 0, False
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        blocks = _around(blocks, token, brackets)
        if token.start_mark.index < token.end_mark.index:
            leads = key or isinstance(token, (yaml.BlockEntryToken, yaml.KeyToken, yaml.ValueToken))
            yield _Piece(token, blocks, brackets, leads)
            brackets += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
            key = False
        key = key or isinstance(token, yaml.KeyToken)


def _around(blocks: tuple[_Block, ...], token: yaml.Token, brackets: int) -> tuple[_Block, ...]:
    """The blocks that a token is in, from those of the token before it."""
    column, new = token.start_mark.column, blocks[-1].new + STEP if blocks else 0
    match token:
        case yaml.BlockMappingStartToken():
            return (*blocks, _Block("mapping", column, new))
        case yaml.BlockSequenceStartToken():
            return (*blocks, _Block("list", column, new))
        case yaml.BlockEndToken():
            return _without_bare(blocks)[:-1]
        case yaml.BlockEntryToken() if blocks[-1].kind == "mapping":
            return (*blocks, _Block("bare list", column, new))
        case yaml.KeyToken() if not brackets:
            return _without_bare(blocks)
        case _:
            return blocks


def _without_bare(blocks: tuple[_Block, ...]) -> tuple[_Block, ...]:
    return blocks[:-1] if blocks and blocks[-1].kind == "bare list" else blocks


def _fill(page: _Page, gap: str, last: _Piece | None, piece: _Piece) -> None:
    """What stands between two tokens: a space, or comments and the beginning of another line."""
    same_line, *between = gap.split("\n")
    if last is not None and not between:
        page.line += _space(last.token, piece.token)
        return
    _comment_behind(page, same_line, last)
    indent = max(piece.column + page.shift, piece.inside) if piece.brackets else piece.margin
    for line in between[:-1]:
        _own_line(page, line, last, (piece.column, indent))
    page.shift = page.shift if piece.brackets else indent - piece.column
    page.line = " " * indent


def _comment_behind(page: _Page, comment: str, last: _Piece | None) -> None:
    """A comment behind the last token of a line; what is before the first token of a file is a line of its own."""
    if comment.strip():
        page.line += f" {comment.strip()}" if last is not None else comment.strip()
    if last is not None or page.line:
        page.end_line()


def _own_line(page: _Page, line: str, last: _Piece | None, following: tuple[int, int] | None) -> None:
    """An empty line or a comment: at the column of what follows, or of the block that it stood in."""
    comment = line.strip()
    columns = {block.old: block.new for block in last.blocks} if last else {}
    columns |= dict([following] if following else [])
    usual = following[1] if following else 0
    page.line = " " * columns.get(len(line) - len(line.lstrip()), usual) + comment if comment else ""
    page.end_line()


def _close(page: _Page, rest: str, last: _Piece | None) -> None:
    """What follows on the last token."""
    same_line, *lines = rest.split("\n")
    _comment_behind(page, same_line, last)
    for line in lines:
        _own_line(page, line, last, None)


def _space(before: yaml.Token, after: yaml.Token) -> str:
    """What is between two tokens of one line."""
    if isinstance(after, yaml.ValueToken):
        return " " if isinstance(before, yaml.AliasToken) else ""
    if isinstance(before, yaml.ValueToken):  # `[a:]` is no YAML for everybody
        return " "
    tight = isinstance(before, _OPENING) or isinstance(after, (*_CLOSING, yaml.FlowEntryToken))
    return "" if tight else " "


def _is_literal(token: yaml.Token) -> bool:
    return isinstance(token, yaml.ScalarToken) and token.style in ("|", ">")


def _own(text: str, token: yaml.Token) -> str:
    """A token without the line ends behind it, which the scanner counts to a block of text."""
    if not _is_literal(token):
        return text
    return text.removesuffix("\n") if _keeps(text) else text.rstrip("\n")


def _keeps(body: str) -> bool:
    """Whether the empty lines at the end of a block of text belong to it."""
    return "+" in body.partition("\n")[0].partition("#")[0]


def _body(text: str, piece: _Piece, shift: int) -> str:
    """A token as it is written in the layout."""
    if "\n" not in text:
        quoted = _SINGLE_QUOTED.fullmatch(text) if isinstance(piece.token, yaml.ScalarToken) else None
        return f'"{quoted[1]}"' if quoted else text
    first, *lines = text.split("\n")
    if _is_literal(piece.token):
        return "\n".join([_header(first), *_moved(lines, _way(first, lines, piece, shift))])
    return "\n".join([first, *(_continued(line, piece, shift) for line in lines)])


def _header(line: str) -> str:
    sign, hash_sign, comment = line.partition("#")
    return f"{sign.strip()} #{comment.rstrip()}" if hash_sign else sign.strip()


def _way(header: str, lines: Sequence[str], piece: _Piece, shift: int) -> int:
    """How far a block of text moves. One that begins with spaces says how deep it is, from its key on."""
    if re.match(r"[|>][+-]?\d", header):
        return (piece.blocks[-1].new - piece.blocks[-1].old) if piece.blocks else shift
    written = [line for line in lines if line.strip()]
    return piece.inside - (len(written[0]) - len(written[0].lstrip(" "))) if written else 0


def _moved(lines: Sequence[str], way: int) -> Iterator[str]:
    for line in lines:
        yield (" " * way + line if way > 0 else line[-way:]) if line.strip(" ") else line[max(-way, 0) :]


def _continued(line: str, piece: _Piece, shift: int) -> str:
    """A further line of a text in quotation marks, or without."""
    words = line.lstrip(" \t")
    return " " * max(len(line) - len(words) + shift, piece.inside) + words if words else ""


def _said(text: str) -> tuple[list[object], list[str]]:
    """What a text says, without how: its events, and its comments."""
    events = [_event(event) for event in yaml.parse(text, Loader=yaml.SafeLoader)]
    comments, end = [], 0
    for piece in _pieces(text):
        comments += _comments(text[end : piece.token.start_mark.index])
        end = piece.token.end_mark.index
    return events, [*comments, *_comments(text[end:])]


def _event(event: yaml.Event) -> object:
    told = {name: value for name, value in vars(event).items() if name not in _LOOKS}
    return type(event), told


def _comments(gap: str) -> list[str]:
    return [line.strip() for line in gap.split("\n") if line.strip()]
