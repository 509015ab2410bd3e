"""Load the JSON Schemas of the spec language and combine them into one."""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from compiler.source.document import Path
from compiler.source.json_value import Json

_SUFFIX = ".schema.json"
OF_THE_FILE = ("environments", "defaults", "lint", "groups")
"""Settings of the whole file, which no environment has: they are merged into its components, make them, or judge
its findings.
"""
_OF_ONE = ("only", "renamed_from", "existing")
"""Settings of a single component, which `defaults:` can't have."""
_TOGETHER = ("required", "dependentRequired", "minProperties", "if", "then", "else", "allOf", "anyOf", "not")
"""Keywords that require several settings together."""


def _set(component: Mapping[str, Json], word: str) -> bool:
    """Whether a resolved component has a setting, which may stand inside others: ``domain.certificate``."""
    value: Json = component
    for step in word.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return bool(value)


def schema_folder() -> FilePath:
    """`compiler/_schema` in an installed package, `../schema` in a checkout."""
    installed = FilePath(__file__).parent.with_name("_schema")
    return installed if installed.is_dir() else FilePath(__file__).parents[2] / "schema"


_ANY_COMPONENTS: Mapping[str, Json] = {
    "type": ["object", "null"],
    "propertyNames": {"$ref": "#/$defs/component_template_name"},
    "additionalProperties": {"type": ["object", "null"]},
}
"""A section of a group: its components are checked only after their expansion."""
KIND_FOLDERS = [schema_folder() / "kinds"]
"""Folders that hold the schemas of kinds; one beside the project's own goes here and into `compiler.kinds.__path__`."""


@dataclass(frozen=True, slots=True)
class Schema:
    """`base` holds the header and the shared definitions; `kinds` maps a section to its component's schema."""

    base: Mapping[str, Json]
    kinds: Mapping[str, Mapping[str, Json]]
    _reaching: dict[tuple[int, tuple[str, ...]], bool] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """Identity of a part of these schemas and keywords → whether `reaches` found one."""

    def singleton(self, section: str) -> bool:
        """Whether the section is one component itself rather than a map of components."""
        return bool(self.kinds[section].get("x-singleton"))

    def layer(self, section: str, component: Mapping[str, Json]) -> str:
        """The nested stack that holds a resolved component."""
        kind = self.kinds[section]
        return str(component[kind["x-layer-of"]] if "x-layer-of" in kind else kind["x-layer"])

    def implied(self, data: Mapping[str, Json]) -> Iterator[str]:
        """Singleton sections that the resolved components in `data` need, and that the spec does not write."""
        needed = {need for section in self.kinds if section in data for need in self._needed(section, data[section])}
        yield from (
            section
            for section, kind in self.kinds.items()
            if section not in data and (section in needed or kind.get("x-implied"))
        )

    def _needed(self, section: str, value: Mapping[str, Json]) -> Iterator[str]:
        """Sections that the components of `section` need: by their kind, or by a setting that one of them has."""
        components = [value] if self.singleton(section) else list(value.values())
        for need, setting in self.needs(section).items() if components else ():
            if setting is None or any(_set(component, setting) for component in components):
                yield need

    def needs(self, section: str) -> Mapping[str, str | None]:
        """Section that the kind needs → the setting that makes it necessary; None where it always is."""
        needs: Mapping[str, Json] = self.kinds[section].get("x-needs", {})
        return {need: None if when is True else when for need, when in needs.items()}

    @property
    def implied_sections(self) -> frozenset[str]:
        """Sections that a spec may leave out: they are added when a component needs them."""
        always = (section for section, kind in self.kinds.items() if kind.get("x-implied"))
        return frozenset((*always, *(need for section in self.kinds for need in self.needs(section))))

    def deref(self, schema: Mapping[str, Json]) -> Mapping[str, Json]:
        """Follow ``$ref`` into the shared definitions; what stands beside the ``$ref`` wins."""
        while "$ref" in schema:
            name = schema["$ref"].removeprefix("#/$defs/")
            schema = {**self.base["$defs"][name], **{key: value for key, value in schema.items() if key != "$ref"}}
        return schema

    def reaches(self, schema: Mapping[str, Json], keywords: tuple[str, ...]) -> bool:
        """Whether a keyword stands in a part of these schemas or below it: a value is searched only where one does."""
        known = id(schema), keywords
        if known not in self._reaching:
            self._reaching[known] = self._found(schema, keywords)
        return self._reaching[known]

    def _found(self, schema: Json, keywords: tuple[str, ...]) -> bool:
        seen: set[str] = set()
        left = [schema]
        while left:
            part = left.pop()
            if isinstance(part, list):
                left += part
            elif isinstance(part, dict):
                if not part.keys().isdisjoint(keywords):
                    return True
                left += part.values()
                name = str(part.get("$ref", "")).removeprefix("#/$defs/")
                if name in self.base["$defs"] and name not in seen:
                    seen.add(name)
                    left.append(self.base["$defs"][name])
        return False

    def written(self) -> dict[str, Json]:
        """The schema of a spec as its author writes it: what editors use."""
        whole = self._whole({"$ref": "#/$defs/defaults"})
        sections = {section: self._written_section(section) for section in self.kinds}
        sections["groups"] = self.groups(self.base["properties"], dict.fromkeys(self._several(), _ANY_COMPONENTS))
        definitions = {**self._definitions(), "defaults": self.defaults()}
        return {**whole, "properties": {**whole["properties"], **sections}, "$defs": definitions}

    def header(self) -> dict[str, Json]:
        """`written()` with sections of any content: what can be checked before an environment is merged."""
        anything = {section: {"type": ["object", "null"]} for section in self.kinds}
        whole = self._whole(self._patches())
        return {**whole, "properties": {**whole["properties"], **anything}, "$defs": self._definitions()}

    def defaults(self, only: Collection[str] | None = None) -> dict[str, Json]:
        """The schema of `defaults:`: the settings of each section's components, of which none has to be there.

        Sections that are not among `only` may have any content, which is much quicker to make.
        """
        about = {
            section: self._default(section) if only is None or section in only else {} for section in self._several()
        }
        return {"type": ["object", "null"], "additionalProperties": False, "properties": about}

    def _default(self, section: str) -> dict[str, Json]:
        kind = self._optional(self.kinds[section])
        settings = {key: setting for key, setting in kind["properties"].items() if key not in _OF_ONE}
        return {**kind, "properties": settings, "type": ["object", "null"]}

    def groups(self, properties: Mapping[str, Json], sections: Mapping[str, Json]) -> dict[str, Json]:
        """The schema of `groups` among `properties`, the header's or an environment's, with sections in each group."""
        groups = properties["groups"]
        one = groups["additionalProperties"]
        inside = {"properties": {**one["properties"], **sections}, "additionalProperties": False}
        return {**groups, "additionalProperties": {**one, **inside}}

    def _several(self) -> Iterator[str]:
        """Sections that hold several components."""
        yield from (section for section in self.kinds if not self.singleton(section))

    def _optional(self, schema: Mapping[str, Json]) -> dict[str, Json]:
        """`schema` without keywords that require several settings: after a merge, they may come from several places."""
        optional = {key: value for key, value in self.deref(schema).items() if key not in _TOGETHER}
        if "properties" in optional:
            optional["properties"] = {key: self._optional(child) for key, child in optional["properties"].items()}
        if isinstance(optional.get("additionalProperties"), dict):
            optional["additionalProperties"] = self._optional(optional["additionalProperties"])
        return optional

    def _whole(self, defaults: Mapping[str, Json]) -> dict[str, Json]:
        """The header of a written spec; its environments change sections and `defaults`."""
        header, environments = self.base["properties"], self.base["properties"]["environments"]
        environment_schema = environments["additionalProperties"]
        patches = {
            section: {"type": ["object", "null"], "description": f"Changes to `{section}` here."}
            for section in self.kinds
        }
        defaults_schema = {**environment_schema["properties"]["defaults"], **self._patches()}
        environment = {
            **environment_schema,
            "properties": {**environment_schema["properties"], **patches, "defaults": defaults_schema},
        }
        properties = {
            **header,
            "defaults": {**header["defaults"], **defaults},
            "environments": {**environments, "additionalProperties": environment},
        }
        return {**self.base, "properties": properties}

    def _patches(self) -> dict[str, Json]:
        """`defaults:` with sections of any content."""
        several = {section: {"type": ["object", "null"]} for section in self._several()}
        return {"additionalProperties": False, "properties": several}

    def effective(self) -> dict[str, Json]:
        """The schema of the spec as one environment sees it."""
        environment = self.base["properties"]["environments"]["additionalProperties"]["properties"]
        properties = {key: value for key, value in self.base["properties"].items() if key not in OF_THE_FILE}
        own = {key: environment[key] for key in ("posture", "account", "saved_plans_only")}
        own["fleet"] = with_home(environment["fleet"])
        properties |= own | {name: {"type": "string"} for name in ("environment", "pattern", "range")}
        properties |= {section: self._section(section) for section in self.kinds}
        required = ["platform", "environment", "posture"]
        return {**self.base, "properties": properties, "required": required, "$defs": self._definitions()}

    def _written_section(self, section: str) -> dict[str, Json]:
        """A section whose components may have ``each``; those are checked only after their expansion."""
        schema, template = self._section(section), {"$ref": "#/$defs/component_template"}
        if self.singleton(section):
            return schema
        entry = {"if": {"required": ["each"]}, "then": template, "else": schema["additionalProperties"]}
        return {**schema, "propertyNames": {"$ref": "#/$defs/component_template_name"}, "additionalProperties": entry}

    def _section(self, section: str) -> dict[str, Json]:
        kind = {"$ref": f"#/$defs/{section}"}
        about = {"description": self.kinds[section]["description"]}
        if self.singleton(section):
            return {**kind, **about}
        return {
            "type": "object",
            **about,
            "propertyNames": {"$ref": "#/$defs/component_name"},
            "additionalProperties": kind,
        }

    def _definitions(self) -> dict[str, Json]:
        return {**self.base["$defs"], **{section: _or_existing(kind) for section, kind in self.kinds.items()}}


def with_home(fleet: Mapping[str, Json]) -> dict[str, Json]:
    """The schema of `fleet` with the account and region of its stack set, which an author writes in the environment."""
    return {**fleet, "properties": {**fleet["properties"], "home": {"type": "object"}}}


def _or_existing(kind: Mapping[str, Json]) -> Mapping[str, Json]:
    """A kind whose components have either settings, or `existing` and few settings beside it."""
    if "x-existing" not in kind:
        return kind
    required, beside = kind.get("required", []), beside_existing(kind)
    known = {name: {"description": kind["properties"][name]["description"]} for name in required}
    rule = {
        "if": {"required": ["existing"], "properties": {"existing": {"type": ["string", "object"]}}},
        "then": {
            "propertyNames": {
                "enum": list(beside),
                "x-expects": f"{', '.join(beside)} beside 'existing', since an existing resource keeps its settings",
            },
            "required": kind["x-existing"].get("needs", []),
            "properties": known,
        },
        "else": {"required": required, "properties": known},
    }
    rest = {key: value for key, value in kind.items() if key != "required"}
    return {**rest, "allOf": [*kind.get("allOf", ()), rule]}


def beside_existing(kind: Mapping[str, Json]) -> tuple[str, ...]:
    """Settings that a component with `existing` may have."""
    return ("existing", "only", "renamed_from", *kind["x-existing"].get("with", ()))


@functools.cache
def load_schema() -> Schema:
    """Read all schema files; each file is a section."""
    base = json.loads((schema_folder() / f"base{_SUFFIX}").read_bytes())
    shared = base["$defs"]["component"]["properties"]
    kinds = {}
    files = (file for folder in KIND_FOLDERS for file in folder.glob(f"*{_SUFFIX}"))
    for file in sorted(files, key=lambda file: file.name):
        kind = json.loads(file.read_bytes())
        more = {
            name: setting for name, setting in shared.items() if name != "renamed_from" or not kind.get("x-singleton")
        }
        kinds[file.name.removesuffix(_SUFFIX)] = {**kind, "properties": {**kind["properties"], **more}}
    return Schema(base, kinds)


def divided(path: Path) -> tuple[Path, Path]:
    """The component that `path` lies in (``("queues", "jobs")``, ``("network",)``), and the path below it.

    In the header there is no component, and the second value is the whole path. A component of a group is one of its
    section.
    """
    inner = path[2:] if path[:1] == ("environments",) else path
    inner = inner[2:] if inner[:1] == ("groups",) else inner
    schema = load_schema()
    if not inner or inner[0] not in schema.kinds:
        return (), path
    depth = 1 if schema.singleton(str(inner[0])) else 2
    return inner[:depth], inner[depth:]


def owner_name(path: Path) -> str:
    """The name of the component that `path` is in: ``queues.jobs``, ``network`` or empty."""
    return ".".join(map(str, divided(path)[0]))
