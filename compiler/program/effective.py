"""The effective spec of an environment, as the command `resolve` prints it."""

from __future__ import annotations

import yaml

from compiler.language.schema import Schema
from compiler.program.existing import shown
from compiler.source.document import Document
from compiler.source.interpolation import spelled
from compiler.source.json_value import Json


def effective(document: Document, schema: Schema) -> Json:
    """Overlays merged, every default written out, pointers spelled as an author writes them."""
    return spelled(shown(document.data, schema))


def yaml_text(data: Json) -> str:
    """`data` as YAML in its own order."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(data, Dumper=dumper, sort_keys=False, width=100, allow_unicode=True)
    return text
