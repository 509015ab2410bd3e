"""The components of a document, one by one."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.language.schema import Schema
from compiler.source.document import Document, Path
from compiler.source.json_value import Json


def components(document: Document, schema: Schema) -> Iterator[tuple[str, str, Path, Json]]:
    """Each component as (section, name, path, data), in the order of the spec."""
    for section, value in document.data.items():
        if section not in schema.kinds:
            continue
        if schema.singleton(section):
            yield section, section, (section,), value
        else:
            for name, component in value.items():
                yield section, name, (section, name), component
