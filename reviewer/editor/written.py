"""A spec as it is written, as far as it can be read while it has errors: its components, without defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from compiler.language.expand import combinations, expand, made_name
from compiler.language.groups import without_groups
from compiler.language.schema import Schema
from compiler.meaning.resolved import ResolvedSpec, resolved_spec
from compiler.source.diagnostics import SpecError
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(eq=True)
class Written:
    """A document with what its components are called."""

    document: Document
    """With the components that `each` makes, at the places of what makes them."""
    spec: ResolvedSpec
    made: Mapping[Path, tuple[str, ...]]
    """Path of a component as it is written → names of the components that it stands for."""


def written_spec(loaded: Document, schema: Schema) -> Written:
    """What can be read of a document; sections and components of another form are left out."""
    plain, _ = without_groups(loaded, schema)
    tidy = replace(plain, data={**plain.data, **dict(_sections(plain, schema))})
    for section in (section for section in schema.kinds if not isinstance(tidy.data.get(section, {}), dict)):
        tidy = replace(tidy, data={key: value for key, value in tidy.data.items() if key != section})
    try:
        expanded = expand(tidy, schema)
    except SpecError:
        expanded = tidy
    made = dict(_made(tidy, schema)) if expanded is not tidy else {}
    return Written(expanded, resolved_spec(expanded, schema), made)


def _sections(document: Document, schema: Schema) -> Iterator[tuple[str, Json]]:
    for section, kind in schema.kinds.items():
        value = document.data.get(section)
        if section not in document.data or not isinstance(value, dict | None):
            continue
        if schema.singleton(section):
            yield section, _settings(value, kind)
        else:
            yield section, {name: _settings(one, kind) for name, one in (value or {}).items()}


def _settings(value: Json, kind: Mapping[str, Json]) -> Mapping[str, Json]:
    """The settings of a component with what the search for targets relies on, which a valid one has."""
    settings = dict(value) if isinstance(value, dict) else {}
    if "x-existing" not in kind:
        settings.pop("existing", None)
    if "x-verbs-of" in kind and not isinstance(settings.get(kind["x-verbs-of"]), dict):
        settings[kind["x-verbs-of"]] = {}
    return settings


def _made(document: Document, schema: Schema) -> Iterator[tuple[Path, tuple[str, ...]]]:
    for section, components in document.data.items():
        if section in schema.kinds and not schema.singleton(section):
            for name, component in components.items():
                if "each" in component:
                    names = [made_name(name, words) for words in combinations(component["each"])]
                    yield (section, name), tuple(dict.fromkeys(names))
