"""Merge an environment over the base, by JSON Merge Patch (RFC 7396), and keep the place of every value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.on_demand import PATTERN
from compiler.language.schema import OF_THE_FILE, Schema, beside_existing, divided, load_schema
from compiler.source.diagnostics import Diagnostic, Place, did_you_mean, refuse
from compiler.source.document import Document, Path
from compiler.source.json_value import Json


def stated(document: Document, schema: Schema) -> Document:
    """The spec with an empty mapping for each component without settings in the base: ``jobs:`` is ``jobs: {}``,
    and so is a value of `each`.

    Only in an environment does null remove something.
    """
    data = dict(document.data)
    for section, value in document.data.items():
        if section not in schema.kinds:
            continue
        if value is None:
            data[section] = {}
        elif isinstance(value, dict) and not schema.singleton(section):
            data[section] = {name: _stated(component) for name, component in value.items()}
    return Document(document.file, data, document.keys, document.values)


def _stated(component: Json) -> Json:
    """A component whose values of `each` are all mappings, if they are one."""
    each = component.get("each") if isinstance(component, dict) else None
    if not isinstance(each, dict):
        return {} if component is None else component
    return {**component, "each": {variable: _without_null(words) for variable, words in each.items()}}


def _without_null(words: Json) -> Json:
    return {word: {} if value is None else value for word, value in words.items()} if isinstance(words, dict) else words


def overlay(document: Document, environment: str, schema: Schema) -> Document:
    """The spec as one environment sees it, with `environment` and `posture` at the top instead of `environments`.

    Raises `SpecError` when the environment changes a component that the base does not have.
    """
    prefix: Path = ("environments", environment)
    changes = document.data["environments"][environment] or {}
    patch = {key: value for key, value in changes.items() if key != "defaults"}
    refuse(_strangers(document, patch, prefix, schema))
    merge = Merge(document, document)
    base = {key: value for key, value in document.data.items() if key not in OF_THE_FILE}
    base = _without_settings(base, patch, schema)
    data = merge.patched(base, patch, (), prefix)
    refuse(merge.idle)
    data = {**_without_other_environments(data, environment, schema), "environment": environment}
    return Document(document.file, data, merge.keys, merge.values)


def _without_settings(base: dict[str, Json], patch: Mapping[str, Json], schema: Schema) -> dict[str, Json]:
    """`base` without the settings of components for which the environment sets `existing`."""
    sections = dict(base)
    for section, kind in schema.kinds.items():
        if "x-existing" not in kind or not isinstance(patch.get(section), dict):
            continue
        kept = beside_existing(kind)
        if schema.singleton(section):
            sections[section] = _settled(base.get(section), patch[section], kept)
        elif isinstance(base.get(section), dict):
            patches = patch[section]
            sections[section] = {
                name: _settled(component, patches.get(name), kept) for name, component in base[section].items()
            }
    return {section: component for section, component in sections.items() if component is not None or section in base}


def _settled(component: Json, patch: Json, kept: tuple[str, ...]) -> Json:
    if not isinstance(component, dict) or not isinstance(patch, dict) or patch.get("existing") is None:
        return component
    return {key: value for key, value in component.items() if key in (*kept, "each")}


def _strangers(document: Document, patch: Json, prefix: Path, schema: Schema) -> Iterator[Diagnostic]:
    for section, components in patch.items():
        if section not in schema.kinds or schema.singleton(section) or not isinstance(components, dict):
            continue
        known = document.data.get(section) or {}
        for name in components:
            if name not in known:
                path = (*prefix, section, name)
                help_text = did_you_mean(name, known) or f"declare it under '{section}:' with only: [{prefix[1]}]"
                message = f"this environment overrides '{name}', which is not in '{section}'"
                yield Diagnostic("unknown-component", message, document.key_place(path), f"{section}.{name}", help_text)


def _without_other_environments(data: dict[str, Json], environment: str, schema: Schema) -> dict[str, Json]:
    """Drop components whose ``only:`` names neither this environment nor the pattern that made it."""
    own = (environment, data.get(PATTERN, environment))

    def stays(component: Json) -> bool:
        only = component.get("only") if isinstance(component, dict) else None
        return not isinstance(only, list) or any(name in only for name in own)

    kept: dict[str, Json] = {}
    for section, value in data.items():
        if section not in schema.kinds or not isinstance(value, dict):
            kept[section] = value
        elif not schema.singleton(section):
            kept[section] = {name: component for name, component in value.items() if stays(component)}
        elif stays(value):
            kept[section] = value
    return kept


def _raw(path: Path) -> bool:
    """Whether `path` lies in a patch of raw CloudFormation, where null removes a property, or in a setting passed
    to AWS as it is (``x-verbatim``), where null is a value.
    """
    component, inner = divided(path)
    if not component or len(inner) < 2:
        return path[0] == "overrides"
    about = load_schema().kinds[str(component[0])]["properties"].get(inner[0], {})
    return inner[0] == "properties" or bool(about.get("x-verbatim"))


class Merge:
    """One merge: `keys` and `values` grow into the side tables of the merged data."""

    def __init__(self, old: Document, new: Document) -> None:
        self._old, self._new = old, new
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {(): old.value_place(())}
        self.idle: list[Diagnostic] = []
        """Nulls of the patch that remove nothing."""

    def patched(self, base: Json, patch: Json, path: Path, source: Path) -> Json:
        """`base`, which is at `path` of the old document, with `patch` of the new one merged over it.

        The patch was written at `source`; what comes out is at `path`.
        """
        if not isinstance(patch, dict):
            return self._copied(self._new, patch, path, source)
        old = base if isinstance(base, dict) else {}
        self._take(*(self._old, path, path) if isinstance(base, dict) else (self._new, path, source))
        merged: dict[str, Json] = {}
        for key in (*old, *(key for key in patch if key not in old)):
            stays = _raw((*path, key))
            if key not in patch:
                if old[key] is not None or stays:
                    merged[key] = self._copied(self._old, old[key], (*path, key), (*path, key))
            elif patch[key] is not None or stays:
                merged[key] = self.patched(old.get(key), patch[key], (*path, key), (*source, key))
            elif key not in old:
                self.idle.append(self._nothing_to_remove(key, old, path, source))
        return merged

    def _nothing_to_remove(self, key: str, old: Mapping[str, Json], path: Path, source: Path) -> Diagnostic:
        component = ".".join(str(step) for step in path[:2])
        message = f"null removes nothing here: there is no '{key}' in the base"
        place = self._new.key_place((*source, key))
        return Diagnostic("nothing-to-remove", message, place, component, did_you_mean(key, old))

    def _copied(self, document: Document, value: Json, path: Path, source: Path) -> Json:
        """A copy without nulls, which mean "not set" except in raw CloudFormation."""
        self._take(document, path, source)
        if isinstance(value, dict):
            kept = {key: child for key, child in value.items() if child is not None or _raw((*path, key))}
            return {key: self._copied(document, child, (*path, key), (*source, key)) for key, child in kept.items()}
        if isinstance(value, list):
            return [
                self._copied(document, child, (*path, index), (*source, index)) for index, child in enumerate(value)
            ]
        return value

    def _take(self, document: Document, path: Path, source: Path) -> None:
        if source in document.keys:
            self.keys[path] = document.keys[source]
        if source in document.values:
            self.values[path] = document.values[source]
