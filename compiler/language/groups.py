"""Write the components of `groups:` as components with `each`, so that nothing after this knows of groups.

``groups: {tenant: {each: {tenant: [acme]}, queues: {"jobs-{tenant}": {}}}}`` is ``queues: {"jobs-{tenant}": {each:
{tenant: [acme]}}}``, and an environment's changes to a group are changes to those components. All keep their places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.language.group_places import GROUPS, OWN, layers, mapping, moved, replaced, value_at
from compiler.language.schema import Schema
from compiler.source.diagnostics import Diagnostic, did_you_mean, refuse
from compiler.source.document import Document, Path
from compiler.source.json_value import Json


def ungrouped(document: Document, schema: Schema) -> Document:
    """The spec without `groups`. Raises `SpecError` for what a group can't have, and for names that are taken."""
    made, faults = without_groups(document, schema)
    refuse(faults)
    return made


def without_groups(document: Document, schema: Schema) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The spec without `groups`, as far as they can be read, and what is wrong with them."""
    every = tuple(layers(document.data))
    if not any(GROUPS in mapping(value_at(document.data, layer)) for layer in every):
        return document, ()
    writer, data = _Writer(document, schema), dict(document.data)
    for layer in every:
        if isinstance(value_at(document.data, layer), dict):
            data = replaced(data, layer, writer.layer(layer))
    keys, values = moved(document.keys, writer.members), moved(document.values, writer.members)
    keys |= {path: document.key_place(source) for path, source in writer.removed.items()}
    return replace(document, data=data, keys=keys, values=values), tuple(writer.faults)


class _Writer:
    """Layer by layer, the file itself first."""

    def __init__(self, document: Document, schema: Schema) -> None:
        self._document = document
        self._schema = schema
        self._owners: dict[Path, str] = {}
        """Section and name of a component → its group."""
        self.members: dict[str, list[Path]] = {}
        self.removed: dict[Path, Path] = {}
        """Component that an environment takes away with its section, its group or all groups → what is null there."""
        self.faults: list[Diagnostic] = []

    def layer(self, layer: Path) -> dict[str, Json]:
        """What stands in a layer, without its groups."""
        data = dict(mapping(value_at(self._document.data, layer)))
        groups = self._mapping(data.pop(GROUPS, {}), (*layer, GROUPS))
        for own, component in (self._patches(layer, groups) if layer else self._declared(groups)).items():
            section, name = map(str, own)
            if layer and self._is_null((*layer, section)):
                continue
            data[section] = {**mapping(data.get(section)), name: component}
        return data

    # The file itself

    def _declared(self, groups: Mapping[str, Json] | None) -> dict[Path, Json]:
        found: dict[Path, Json] = {}
        for group, settings in (groups or {}).items():
            self.members[group] = []
            for own, component in self._components((), group, settings):
                if self._is_free(group, own):
                    found[own] = self._component(group, own, component)
                    self.members[group].append(own)
                    self._owners[own] = group
        return found

    def _components(self, layer: Path, group: str, settings: Json) -> Iterator[tuple[Path, Json]]:
        """Section and name of each component of a group, with its settings or changes."""
        path = (*layer, GROUPS, group)
        for section, components in mapping(settings).items():
            if section in OWN or not self._is_section(section, (*path, section)):
                continue
            for name, component in (self._mapping(components, (*path, section)) or {}).items():
                yield (section, name), component

    def _is_section(self, section: str, path: Path) -> bool:
        several = [name for name in self._schema.kinds if not self._schema.singleton(name)]
        if section in several:
            return True
        if section in self._schema.kinds:
            message = f"'{section}' is one component itself, which a group can't repeat"
            self._fault("not-in-a-group", message, path, f"write '{section}:' outside of the group")
        else:
            help_text = did_you_mean(section, (*OWN, *several))
            self._fault("unknown-section", f"there is no section '{section}'", path, help_text)
        return False

    def _is_free(self, group: str, own: Path) -> bool:
        """Whether nothing else is written with the name."""
        other = self._owners.get(own)
        first: Path = (GROUPS, other, *own) if other else own
        if value_at(self._document.data, own[:1]) is None and not other:
            return True
        if own[1] not in mapping(value_at(self._document.data, first[:-1])):
            return True
        message = f"the name '{own[1]}' is already used by {_address(first)}"
        help_text = "rename one of the two"
        if other and "{" in str(own[1]):
            help_text += ": where their words differ, a variable with another name in one of the groups is enough"
        self._fault("duplicate-name", message, (GROUPS, group, *own), help_text, first)
        return False

    def _component(self, group: str, own: Path, component: Json) -> Json:
        """A component with the words of its group before its own."""
        settings = self._mapping(component, (GROUPS, group, *own)) or {}
        about = mapping(value_at(self._document.data, (GROUPS, group)))
        each = mapping(about.get("each"))
        self._check_variables(group, own, each.keys() & mapping(settings.get("each")).keys())
        self._check_only(group, own, (about.get("only"), settings.get("only")))
        only = {"only": about["only"]} if "only" in about else {}
        return {**only, **settings, "each": _over(each, settings.get("each"))}

    def _check_variables(self, group: str, own: Path, twice: set[str]) -> None:
        for variable in sorted(twice):
            message, help_text = f"'{variable}' is a variable of the group already", "give this one another name"
            path, first = (GROUPS, group, *own, "each", variable), (GROUPS, group, "each", variable)
            self._fault("duplicate-name", message, path, help_text, first)

    def _check_only(self, group: str, own: Path, only: tuple[Json, Json]) -> None:
        outer, inner = only
        for index, name in enumerate(inner if isinstance(inner, list) and isinstance(outer, list) else ()):
            if name not in outer:
                message = f"{GROUPS}.{group} is not in '{name}', so its components aren't either"
                help_text = f"take it out, or add it to 'only' of {GROUPS}.{group}"
                self._fault("not-in-a-group", message, (GROUPS, group, *own, "only", index), help_text)

    # An environment, or an account or a region of a fleet

    def _patches(self, layer: Path, groups: Mapping[str, Json] | None) -> dict[Path, Json]:
        self._check_sections(layer)
        found: dict[Path, Json] = {}
        for group in self.members if groups is None else groups:
            if group not in self.members:
                self._unknown_group(layer, group)
                continue
            self._check_patch(layer, group)
            for own in self.members[group]:
                found[own] = self._change(layer, group, own)
        return {own: change for own, change in found.items() if change != {}}

    def _change(self, layer: Path, group: str, own: Path) -> Json:
        """What a layer changes of a component by changing its group; nothing if that is empty."""
        path = (*layer, GROUPS, group)
        null = self._null((*path, *own), len(layer))
        if null:
            self.removed[(*layer, *own)] = null
            return None
        change, each = (mapping(value_at(self._document.data, (*path, *more))) for more in (own, ("each",)))
        return {**change, "each": _over(each, change.get("each"))} if each else change

    def _null(self, path: Path, start: int) -> Path:
        """Where null stands on the way to a component, which takes it away; empty if nowhere."""
        ways = (path[:depth] for depth in range(start + 1, len(path) + 1))
        return next((way for way in ways if self._is_null(way)), ())

    def _is_null(self, path: Path) -> bool:
        around = mapping(value_at(self._document.data, path[:-1]))
        return str(path[-1]) in around and around[str(path[-1])] is None

    def _check_patch(self, layer: Path, group: str) -> None:
        path = (*layer, GROUPS, group)
        settings = self._mapping(value_at(self._document.data, path), path) or {}
        if "each" in settings and self._mapping(settings["each"], (*path, "each")) is None:
            self._fault("wrong-type", "'each' must be a mapping, not null", (*path, "each"))
        if "only" in settings:
            help_text = f"write it in {GROUPS}.{group} itself"
            self._fault("unknown-property", "'only' can't be changed here", (*path, "only"), help_text)
        self._check_nulls(path, [section for section in settings if settings[section] is None])
        for own, change in self._components(layer, group, settings):
            self._mapping(change, (*path, *own))
            if own not in self.members[group]:
                self._unknown_component(layer, group, own)

    def _check_nulls(self, path: Path, sections: Sequence[str]) -> None:
        known = {str(section) for section, _ in self.members[str(path[-1])]}
        for section in sections:
            if section not in (*known, *OWN):
                message = f"null removes nothing here: there is no '{section}' in {_address(path[-2:])}"
                self._fault("nothing-to-remove", message, (*path, section), did_you_mean(section, known))

    def _check_sections(self, layer: Path) -> None:
        """Components of groups are changed in their group."""
        for own, group in self._owners.items():
            if own[1] in mapping(value_at(self._document.data, (*layer, own[0]))):
                message = f"this environment overrides '{own[1]}', which is declared in {GROUPS}.{group}"
                help_text = f"write it under {_address((*layer, GROUPS, group, own[0]))}"
                self._fault("unknown-component", message, (*layer, *own), help_text)

    def _unknown_component(self, layer: Path, group: str, own: Path) -> None:
        known = [str(name) for section, name in self.members[group] if section == own[0]]
        hint = did_you_mean(str(own[1]), known) or f"declare it in {GROUPS}.{group} with only: [{layer[1]}]"
        message = f"this environment overrides '{own[1]}', which is not in {_address((GROUPS, group, own[0]))}"
        self._fault(
            "unknown-component", message, (*layer, GROUPS, group, *own), did_you_mean(str(own[1]), known) or hint
        )

    def _unknown_group(self, layer: Path, group: str) -> None:
        help_text = did_you_mean(group, self.members) or f"declare it under '{GROUPS}:' with only: [{layer[1]}]"
        message = f"this environment overrides '{group}', which is not in '{GROUPS}'"
        self._fault("unknown-component", message, (*layer, GROUPS, group), help_text)

    def _mapping(self, value: Json, path: Path) -> Mapping[str, Json] | None:
        """A value that has to be a mapping or null; what is in a fleet's changes nothing has looked at before."""
        if isinstance(value, dict | None):
            return value
        place = self._document.value_place(path)
        self.faults.append(Diagnostic("wrong-type", f"'{path[-1]}' must be a mapping", place, _owner(path)))
        return {}

    def _fault(self, code: str, message: str, path: Path, help_text: str = "", first: Path = ()) -> None:
        also = (self._document.key_place(first),) if first else ()
        self.faults.append(Diagnostic(code, message, self._document.key_place(path), _owner(path), help_text, also))


def _over(each: Json, more: Json) -> Json:
    """The words of a group with those of a component, which come after them, map by map."""
    if not isinstance(each, dict) or not isinstance(more, dict):
        return each if more is None else more
    return {**each, **{key: _over(each[key], value) if key in each else value for key, value in more.items()}}


def _address(path: Path) -> str:
    return ".".join(map(str, path))


def _owner(path: Path) -> str:
    """The component or the group that a path lies in."""
    if GROUPS not in path:
        return _address(path[-2:])
    inner = path[path.index(GROUPS) :]
    return _address(inner[2:4] if len(inner) > 3 and inner[2] not in OWN else inner[:2])
