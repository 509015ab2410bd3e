"""Read a YAML file into a `Document`, with the place of each key and value."""

from __future__ import annotations

import os
import re
import select
import stat
from collections.abc import Iterator
from typing import cast

import yaml

from compiler.source.diagnostics import Diagnostic, Place, SpecError
from compiler.source.document import Document, Path
from compiler.source.json_value import Json
from compiler.source.syntax import other_encoding, syntax_fault

MAX_BYTES = 1024 * 1024
MAX_NODES = 100_000
MAX_DEPTH = 40
_DEEP = 500
_NO_WAITING = getattr(os, "O_NONBLOCK", 0)
_PATIENCE = 1.0
"""Seconds in which somebody has to open a named pipe for writing."""

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Json] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_CORE_TAGS = tuple(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "map", "seq")
)

_ODD_SPACE = re.compile(r"\A[\s\u200b\ufeff]|[\s\u200b\ufeff]\Z")
"""A no-break space and the like, which editors show as spaces."""

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(file: str) -> Document:
    """Read one spec. Scalars follow the YAML 1.2 core schema: ``on`` and ``12:30`` stay text.

    Raises `SpecError` if the file can't be read, is not YAML or not a mapping.
    """
    return parsed(file, read_text(file))


def parsed(file: str, text: str) -> Document:
    """`text` as the content of `file`, which an editor may not have saved yet. Raises `SpecError` as `load` does."""
    if len(text) > MAX_BYTES:
        raise _too_large(file)
    builder = _Builder(file)
    root = _compose(file, text)
    if root is None:
        raise _fault(
            "empty-file", "the file has no content", Place(file, 1, 1), "a spec starts with 'platform: my-name'"
        )
    if not isinstance(root, yaml.MappingNode):
        kind = "a list" if isinstance(root, yaml.SequenceNode) else "a single value"
        help_text = "write 'platform:', 'environments:' and sections at the left margin"
        raise _fault("not-a-mapping", f"a spec is a mapping, this is {kind}", builder.place(root), help_text)
    data = builder.value(root, ())
    if builder.faults:
        raise SpecError(builder.faults)
    return Document(file, data, builder.keys, builder.values)


def _fault(code: str, message: str, place: Place, suggestion: str = "") -> SpecError:
    return SpecError([Diagnostic(code, message, place, suggestion=suggestion)])


def read_text(file: str) -> str:
    """The text of a spec, as UTF-8 and without a mark before it. Raises `SpecError` if it can't be read."""
    start = Place(file, 1, 1)
    try:
        raw = _bytes_of(file)
    except FileNotFoundError:
        raise _fault(
            "missing-file", "there is no such file", start, "give the path of a spec: stackwright validate spec/x.yaml"
        ) from None
    except OSError as problem:
        raise _fault("unreadable-file", f"the file can't be read: {problem.strerror}", start) from None
    if len(raw) > MAX_BYTES:
        raise _too_large(file)
    if other_encoding(raw):
        raise _fault("not-utf8", f"the file is {other_encoding(raw)}, not UTF-8", start, "save the file as UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        before = raw[: problem.start]
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        place = Place(file, before.count(b"\n") + 1, column)
        raise _fault(
            "not-utf8", f"byte 0x{raw[problem.start]:02x} is not UTF-8", place, "save the file as UTF-8"
        ) from None


def _bytes_of(file: str) -> bytes:
    """What a file begins with, a little more than a spec may have. A named pipe must have somebody who writes."""
    descriptor = os.open(file, os.O_RDONLY | _NO_WAITING | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as stream:
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            select.select([descriptor], [], [], _PATIENCE)
        if _NO_WAITING:
            os.set_blocking(descriptor, True)
        return stream.read(MAX_BYTES + 1)


def _too_large(file: str) -> SpecError:
    help_text = "check that this is a spec, or split the platform"
    return _fault("file-too-large", "a spec has at most 1 MiB", Place(file, 1, 1), help_text)


def _compose(file: str, text: str) -> yaml.Node | None:
    try:
        if _may_be_deep(text):
            _refuse_depth(file, text)
        node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as problem:
        raise syntax_fault(file, text, problem) from None
    return node


def _may_be_deep(text: str) -> bool:
    """Whether the text could nest so deep that the composer, which calls itself for each level, runs out of stack."""
    return text.count("[") + text.count("{") > _DEEP or any(len(line) > _DEEP for line in text.splitlines())


def _refuse_depth(file: str, text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEP:
            mark = cast(yaml.Mark, event.start_mark)
            place = Place(file, mark.line + 1, mark.column + 1)
            raise _fault("too-many-values", f"values nest more than {_DEEP} levels deep", place, "use fewer levels")


def _end(node: yaml.Node) -> yaml.Mark:
    """Where a node ends; the composer lets a block end before the next token, after its comments and empty lines."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return cast(yaml.Mark, node.end_mark)


class _Builder:
    """Turns a node graph into data; aliases are expanded within `MAX_NODES`."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self.faults: list[Diagnostic] = []
        self._count = 0

    def place(self, node: yaml.Node) -> Place:
        start, end = node.start_mark, _end(node)
        return Place(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def value(self, node: yaml.Node, path: Path) -> Json:
        self._count += 1
        if self._count > MAX_NODES:
            message = f"the file expands to more than {MAX_NODES:,} values"
            raise _fault("too-many-values", message, self.place(node), "use fewer or smaller anchors")
        if len(path) > MAX_DEPTH:
            help_text = "use fewer levels; an anchor can't contain an alias of itself"
            raise _fault(
                "too-many-values", f"values nest more than {MAX_DEPTH} levels deep", self.place(node), help_text
            )
        self.values[path] = self.place(node)
        self._check_tag(node)
        if isinstance(node, yaml.MappingNode):
            return {key: self.value(child, (*path, key)) for key, child in self._entries(node, path)}
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]
        return self._scalar(cast(yaml.ScalarNode, node))

    def _entries(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[str, yaml.Node]]:
        """The entries of a mapping, with those merged by ``<<`` for keys that it does not have itself."""
        own: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        merged: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key_node, child in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged = self._merged(child) | merged
            elif not isinstance(key_node, yaml.ScalarNode):
                self._add("key-not-text", "a key must be a scalar, not a list or a mapping", key_node)
            elif not key_node.style and _ODD_SPACE.search(key_node.value):
                help_text = "type the spaces before and after it anew"
                self._add(
                    "yaml-syntax", "this key begins or ends with a space that is none of YAML", key_node, help_text
                )
            elif key_node.value in own:
                first = own[key_node.value][0]
                self._add("duplicate-key", f"duplicate key '{key_node.value}'", key_node, also=(self.place(first),))
            else:
                own[key_node.value] = (key_node, child)
        for key, (key_node, child) in (merged | own).items():
            self.keys[(*path, key)] = self.place(key_node)
            yield key, child

    def _merged(self, node: yaml.Node) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        entries: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for source in reversed(sources):
            if not isinstance(source, yaml.MappingNode):
                self._add("merge-not-mapping", "'<<' takes a mapping or a list of mappings", source)
                continue
            for key_node, child in source.value:
                if key_node.tag == "tag:yaml.org,2002:merge":
                    self._add("merge-in-merge", "a merged mapping can't merge another one itself", key_node)
                elif isinstance(key_node, yaml.ScalarNode):
                    entries[key_node.value] = (key_node, child)
        return entries

    def _check_tag(self, node: yaml.Node) -> None:
        if node.tag not in _CORE_TAGS:
            ours = "refer to attributes with ${name.attribute}" if node.tag.startswith("!") else "remove the tag"
            self._add("unknown-tag", f"unknown YAML tag '{node.tag}'", node, ours)

    def _scalar(self, node: yaml.ScalarNode) -> Json:
        if node.style or node.tag == "tag:yaml.org,2002:str":
            return node.value
        text = str(node.value)
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.match(text) and len(text) < 20:
            return int(text)
        return float(text) if _FLOAT.match(text) else text

    def _add(
        self, code: str, message: str, node: yaml.Node, suggestion: str = "", also: tuple[Place, ...] = ()
    ) -> None:
        self.faults.append(Diagnostic(code, message, self.place(node), suggestion=suggestion, also=also))
