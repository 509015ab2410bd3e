"""Where in a spec a cursor stands, in a text that need not be YAML yet.

Only the lines that the cursor's line lies in are looked at, up to the cursor: a mark is written there, what is open is
closed, and the rest is read as YAML. So nothing that is unfinished elsewhere is in the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from compiler.source.document import Path
from compiler.source.frozen import frozen

MARK = "\ue0ff"
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE = re.compile(r"([ ]*)(- |-$)?")
_ALIAS = re.compile(r"(?<=[\s,\[{:])\*(?=\w)")
"""What an alias stands for may be among the lines that are left out, so it is read as text."""
_BEFORE_VALUE = re.compile(r"[&!][^\s,\[\]{}]*")
"""An anchor or a tag."""
_BLOCK_TEXT = re.compile(r"(?:^|[:\-] +)[|>][-+0-9]*\s*(?:#.*)?$", re.MULTILINE)
_MOST_CHARACTERS = 20_000
_DEEPEST = 300


@frozen(eq=True)
class Cursor:
    """A key or a value that is being written."""

    path: Path
    """Of the value; of a key, that of the map around it."""
    at_key: bool
    word: str
    """What stands before the cursor of the key or value, on its line."""
    start: int
    """The offset at which the word begins, behind a quotation mark."""
    quoted: bool


def cursors(content: str, offset: int) -> tuple[Cursor, ...]:
    """What the cursor can be at: `re` at the start of a line may become a key or a value. Empty in a comment."""
    lines = _lines_around(content[:offset])
    text = _ALIAS.sub("_", "\n".join(lines))
    closing = _closing(text) if len(text) <= _MOST_CHARACTERS else None
    if closing is None:
        return ()
    line = offset - len(lines[-1])
    found: dict[tuple[Path, bool], Cursor] = {}
    for tail in (f"{MARK}: ", MARK):
        for path, at_key, node in _marked(text + tail + closing):
            cursor = _cursor((path, at_key), node, lines, line)
            found.setdefault((path, at_key), cursor)
    return tuple(found.values())


def _cursor(at: tuple[Path, bool], node: yaml.ScalarNode, lines: list[str], line: int) -> Cursor:
    quoted = node.style in ('"', "'")
    mark = node.start_mark
    column = mark.column + quoted if mark.line == len(lines) - 1 else 0
    return Cursor(*at, lines[-1][column:], line + column, quoted)


def _lines_around(before: str) -> list[str]:
    """The lines that the last one lies in, by their indentation, and the last one."""
    lines = before.split("\n")
    lines, last = [line.removesuffix("\r") for line in lines[:-1]], lines[-1]
    indent, item = _measure(last)
    around = [last]
    for line in reversed(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        its, its_item = _measure(line)
        if its < indent or (item and its == indent and not its_item):
            around.append(line)
            indent, item = its, its_item
    return around[::-1]


def _measure(line: str) -> tuple[int, bool]:
    """The indentation of a line, and whether it is an item of a list."""
    found = _LINE.match(line)
    return (len(found[1]), bool(found[2])) if found else (0, False)


class _Scanner:
    """What is open at the end of a text: a quotation mark and brackets."""

    def __init__(self) -> None:
        self.brackets: list[str] = []
        self.quote = ""
        self.fresh = True
        """Whether a value may begin here."""
        self.comment = False

    def read(self, text: str) -> None:
        index = 0
        while index < len(text):
            index += self._step(text, index)

    def _step(self, text: str, index: int) -> int:
        """Read the next character; how many it took."""
        if self.comment:
            self.comment = text[index] != "\n"
            self.fresh = not self.comment
            return 1
        return self._in_quotes(text, index) if self.quote else self._plain(text, index)

    def _in_quotes(self, text: str, index: int) -> int:
        character, more = text[index], text[index + 1 : index + 2]
        escape = (self.quote == '"' and character == "\\") or (self.quote == "'" and character == more == "'")
        if not escape and character == self.quote:
            self.quote, self.fresh = "", False
        return 2 if escape else 1

    def _plain(self, text: str, index: int) -> int:
        character, before, after = text[index], text[index - 1 : index], text[index + 1 : index + 2]
        if character == "#" and before in ("", " ", "\n", "\t"):
            self.comment = True
        elif self.fresh and (before_value := _BEFORE_VALUE.match(text, index)):
            return len(before_value[0])
        elif self.fresh and character in "\"'":
            self.quote = character
        elif character in "[{" and (self.fresh or self.brackets):
            self.brackets.append("]" if character == "[" else "}")
            self.fresh = True
        elif character in "]}" and self.brackets:
            self.brackets.pop()
            self.fresh = False
        else:
            self.fresh = self._starts(character, after) or (self.fresh and character in " \t")
        return 1

    def _starts(self, character: str, after: str) -> bool:
        """Whether a value may begin behind the character."""
        if character == "\n" or (character == "," and self.brackets):
            return True
        return (character == ":" or (character == "-" and self.fresh)) and (after in " \n" or bool(self.brackets))


def _closing(text: str) -> str | None:
    """What closes the text; None where it ends in a comment, or nests deeper than the composer can go."""
    if any(found.end() < len(text) for found in _BLOCK_TEXT.finditer(text)):
        return ""
    scanner = _Scanner()
    scanner.read(text)
    deep = len(scanner.brackets) + text.count("- ") > _DEEPEST
    return None if scanner.comment or deep else scanner.quote + "".join(reversed(scanner.brackets))


def _marked(text: str) -> Iterator[tuple[Path, bool, yaml.ScalarNode]]:
    """Path, kind and node of the mark, if the text is YAML."""
    try:
        root: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, UnicodeError, RecursionError):
        return
    if root:
        yield from _search(root)


def _search(root: yaml.Node) -> Iterator[tuple[Path, bool, yaml.ScalarNode]]:
    """Each node once: by an alias one may be in many places, and in itself."""
    waiting: list[tuple[yaml.Node, Path]] = [(root, ())]
    seen: set[int] = set()
    while waiting:
        node, path = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode) and MARK in node.value:
            yield path, False, node
        for key, child, below in _children(node, path):
            if isinstance(key, yaml.ScalarNode) and MARK in key.value:
                yield path, True, key
            else:
                waiting.append((child, below))


def _children(node: yaml.Node, path: Path) -> Iterator[tuple[yaml.Node | None, yaml.Node, Path]]:
    """Key, value and path of what is in a node."""
    if isinstance(node, yaml.SequenceNode):
        yield from ((None, child, (*path, index)) for index, child in enumerate(node.value))
    elif isinstance(node, yaml.MappingNode):
        yield from ((key, child, (*path, str(getattr(key, "value", "")))) for key, child in node.value)
