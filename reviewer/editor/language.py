"""What the schemas say of a place in a spec that is being written: of a key, and of what may stand there."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.language.described import Setting
from compiler.language.schema import Schema
from compiler.source.document import Path
from compiler.source.json_value import Json

_OF_TEMPLATES = "component_template"
"""The definition of a component with `each`."""


@dataclass(frozen=True)
class Language:
    """The language as one tree of settings. Without slots: the tree is made once."""

    schema: Schema

    @functools.cached_property
    def root(self) -> Mapping[str, Json]:
        base, sections = self.schema.base, self._sections
        header: Mapping[str, Json] = base["properties"]
        environments = header["environments"]
        one = environments["additionalProperties"]
        defaults = {**header["defaults"], "properties": self._defaults}
        own, several = one["properties"], dict(self._several())
        changes = {"defaults": {**own["defaults"], **defaults}, "groups": self._groups(own, several)}
        inside = {**own, **sections, **changes}
        environment = {**one, "properties": inside}
        whole = {**environments, "additionalProperties": environment}
        more = {"defaults": defaults, "environments": whole, "groups": self._groups(header, several)}
        return {**base, "properties": {**header, **more, **sections}}

    def _groups(self, properties: Mapping[str, Json], sections: Mapping[str, Json]) -> Mapping[str, Json]:
        """`groups` of the header, or of an environment, whose values of `each` have what those of the header have."""
        groups = self.schema.groups(properties, sections)
        one = groups["additionalProperties"]
        return {**groups, "additionalProperties": {**one, "properties": {**one["properties"], **self._template}}}

    def _several(self) -> Iterator[tuple[str, Json]]:
        """Sections that hold several components, which a group may have."""
        return ((name, about) for name, about in self._sections.items() if not self.schema.singleton(name))

    @functools.cached_property
    def _sections(self) -> Mapping[str, Json]:
        made = {}
        for section, kind in self.schema.kinds.items():
            several = {**kind, "properties": {**kind["properties"], **self._template}}
            about = {"description": kind["description"], "additionalProperties": several, "type": "object"}
            made[section] = kind if self.schema.singleton(section) else about
        return made

    @functools.cached_property
    def _defaults(self) -> Mapping[str, Json]:
        properties: Mapping[str, Json] = self.schema.defaults()["properties"]
        return properties

    @property
    def _template(self) -> Mapping[str, Json]:
        properties: Mapping[str, Json] = self.schema.base["$defs"][_OF_TEMPLATES]["properties"]
        return properties

    def at(self, path: Path) -> Mapping[str, Json] | None:
        """The schema of the value at a path; None where the language has nothing there."""
        about: Mapping[str, Json] | None = self.root
        for step in path:
            about = self._below(about, step) if about is not None else None
        return about

    def _below(self, about: Mapping[str, Json], step: str | int) -> Mapping[str, Json] | None:
        if isinstance(step, int):
            found = about.get("items")
        else:
            found = about.get("properties", {}).get(step, about.get("additionalProperties"))
        return self.schema.deref(found) if isinstance(found, Mapping) else None

    def keys(self, path: Path) -> Mapping[str, Mapping[str, Json]]:
        """The settings that the map at a path may have."""
        about = self.at(path)
        known: Mapping[str, Json] = about.get("properties", {}) if about else {}
        return {key: self.schema.deref(setting) for key, setting in known.items()}

    def setting(self, path: Path) -> Setting | None:
        """The setting at a path, called as `explain` calls it."""
        about, around = self.at(path), self.at(path[:-1])
        if about is None or around is None or not path:
            return None
        return Setting(self.title(path), about, path[-1] in around.get("required", ()))

    def title(self, path: Path) -> str:
        """``queues.retention_days``: section and setting, without the names of components and environments."""
        return ".".join(str(step) for step in self._nameless(path) if isinstance(step, str))

    def _nameless(self, path: Path) -> Path:
        first, inner = path[:1], path[2:]
        if first == ("environments",) and inner:
            own = inner[0] in self.schema.kinds or inner[0] in ("defaults", "groups")
            return self._nameless(inner) if own else ("environments", *inner)
        if first == ("defaults",) and len(path) > 1:
            return path[1:]
        if first == ("groups",) and inner and inner[0] in self.schema.kinds:
            return self._nameless(inner)
        if first == ("groups",) and inner:
            return (*first, *inner)
        several = first and first[0] in self.schema.kinds and not self.schema.singleton(str(first[0]))
        return (*first, *inner) if several else path
