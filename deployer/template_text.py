"""Parse a deployed template: JSON, or YAML with short intrinsic functions such as ``!Ref``."""

from __future__ import annotations

import json
from collections.abc import Mapping

import yaml

from compiler.source.json_value import Json


class _Loader(yaml.SafeLoader):
    """Safe YAML, with ``!Ref`` and its like, and without timestamps: a template's version is text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse_template(body: Json) -> Mapping[str, Json]:
    """`body` as boto3 returns it: already parsed if it was JSON, else text."""
    if not isinstance(body, str):
        return dict(body)
    # JSON is read as JSON: YAML takes a hundred times as long and refuses tabs.
    read = json.loads(body) if body.lstrip().startswith("{") else yaml.load(body, Loader=_Loader)
    return dict(read or {})


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> Json:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    return {name: _constructed(loader, node)}


def _constructed(loader: _Loader, node: yaml.Node) -> Json:
    match node:
        case yaml.ScalarNode():
            return loader.construct_scalar(node)
        case yaml.SequenceNode():
            return loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            return loader.construct_mapping(node, deep=True)
        case _:
            raise yaml.constructor.ConstructorError(None, None, "not a value", node.start_mark)


_Loader.add_multi_constructor("!", _short_form)
