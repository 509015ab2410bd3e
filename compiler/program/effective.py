"""The effective spec of an environment, as the command `resolve` prints it."""

from __future__ import annotations

from dataclasses import replace

import yaml

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.schema import Schema
from compiler.program.existing import shown
from compiler.source.document import Document
from compiler.source.interpolation import spelled
from compiler.source.json_value import Json


def effective(document: Document, schema: Schema) -> Json:
    """Overlays merged, every default written out, pointers spelled as an author writes them."""
    return spelled(shown(document.data, schema))


def settings_of(document: Document, schema: Schema) -> dict[str, Json]:
    """Component path → its effective settings; at the empty path those of the whole environment."""
    shown = replace(document, data=effective(document, schema))
    whole = {name: value for name, value in shown.data.items() if name not in schema.kinds}
    return {"": whole} | {address_of(path): data for _, _, path, data in components(shown, schema)}


def yaml_text(data: Json) -> str:
    """`data` as YAML in its own order."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(data, Dumper=dumper, sort_keys=False, width=100, allow_unicode=True)
    return text
