"""CloudFormation's short forms, such as `!Ref`, as the long ones."""

from __future__ import annotations

import yaml

from compiler.source.document import Document
from compiler.source.load import parsed, read_text

_TEXT = "tag:yaml.org,2002:str"
_BARE = frozenset({"Ref", "Condition"})
"""Functions whose long form has no `Fn::`."""


def load_template(file: str) -> Document:
    """A template with its places. Raises `SpecError` if it can't be read."""
    return parsed(file, read_text(file), long_forms)


def long_forms(root: yaml.Node) -> yaml.Node:
    """The nodes of a template without tags of CloudFormation's."""
    return _Rewritten().node(root)


class _Rewritten:
    """Nodes are changed where they are; one that several aliases share is changed once."""

    def __init__(self) -> None:
        self._known: dict[int, yaml.Node] = {}

    def node(self, node: yaml.Node) -> yaml.Node:
        if id(node) in self._known:
            return self._known[id(node)]
        long = self._long(node) if node.tag.startswith("!") and node.tag != "!" else node
        self._known[id(node)] = self._known[id(long)] = long
        if isinstance(node, yaml.MappingNode):
            node.value = [(key, self.node(child)) for key, child in node.value]
        elif isinstance(node, yaml.SequenceNode):
            node.value = [self.node(child) for child in node.value]
        return long

    def _long(self, node: yaml.Node) -> yaml.Node:
        name = node.tag.removeprefix("!")
        key = yaml.ScalarNode(_TEXT, name if name in _BARE else f"Fn::{name}", node.start_mark, node.end_mark)
        inner = node
        if isinstance(node, yaml.ScalarNode):
            node.tag = _TEXT
            inner = _attribute(node) if name == "GetAtt" else node
        else:
            node.tag = f"tag:yaml.org,2002:{'map' if isinstance(node, yaml.MappingNode) else 'seq'}"
        return yaml.MappingNode("tag:yaml.org,2002:map", [(key, inner)], node.start_mark, node.end_mark)


def _attribute(node: yaml.ScalarNode) -> yaml.Node:
    """`Table.Arn` as a list of both."""
    parts = [yaml.ScalarNode(_TEXT, part, node.start_mark, node.end_mark) for part in node.value.split(".", 1)]
    return yaml.SequenceNode("tag:yaml.org,2002:seq", parts, node.start_mark, node.end_mark)
