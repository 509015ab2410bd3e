"""Merge each component over the `defaults:` of its section, for one environment."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.language.overlay import Merge
from compiler.language.schema import Schema
from compiler.language.validate import validate
from compiler.source.document import Document, Path
from compiler.source.json_value import Json


def with_defaults(document: Document, environment: str, schema: Schema) -> Document:
    """The spec with the defaults of `environment` under every component that the base declares.

    A default keeps its place, so that a fault in it points there. Raises `SpecError` for defaults that their section
    does not allow.
    """
    header: tuple[Path, ...] = (("defaults",), ("environments", environment, "defaults"))
    sources = tuple(source for source in header if _at(document, source))
    if not sources:
        return document
    for source in sources:
        _validate(document, source, schema)
    data, keys, values = dict(document.data), dict(document.keys), dict(document.values)
    for section, components in document.data.items():
        under = tuple((*source, section) for source in sources if _at(document, (*source, section)))
        if section not in schema.kinds or not under or not isinstance(components, dict):
            continue
        merged = {
            name: _merged(document, (section, name), under)
            for name, component in components.items()
            if _has_settings(component)
        }
        data[section] = components | {name: component.data for name, component in merged.items()}
        for name, component in merged.items():
            own = (section, name)
            keys |= {**component.keys, own: document.key_place(own)}
            values |= {**component.values, own: document.value_place(own)}
    return Document(document.file, data, keys, values)


def _has_settings(component: Json) -> bool:
    """Whether the component has settings of its own: null and existing components get no defaults."""
    return isinstance(component, dict) and component.get("existing") is None


def _at(document: Document, path: Path) -> Json:
    value: Json = document.data
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _merged(document: Document, path: Path, under: tuple[Path, ...]) -> Document:
    """The component at `path` merged over the defaults at `under`, with the places of both."""
    merged = Document(document.file, {}, {}, {})
    for source in (*under, path):
        merge = Merge(merged, document)
        data = merge.patched(merged.data, _at(document, source), path, source)
        merged = Document(document.file, data, merge.keys, merge.values)
    values = {where: place for where, place in merged.values.items() if where}
    return Document(document.file, merged.data, merged.keys, values)


def _validate(document: Document, source: Path, schema: Schema) -> None:
    """Validate the defaults at `source`; null in them only removes a setting."""
    data = _without_nulls(_at(document, source))
    whole = schema.defaults(only=data)
    for step in reversed(source):
        data, whole = {step: data}, {"properties": {str(step): whole}}
    validate(Document(document.file, data, document.keys, document.values), {**whole, "$defs": schema.base["$defs"]})


def _without_nulls(value: Json) -> Json:
    if not isinstance(value, Mapping):
        return value
    return {key: _without_nulls(child) for key, child in value.items() if child is not None}
