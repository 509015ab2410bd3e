"""Which components of a file are made by `each`, and how an environment gives each of them values of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.expand import combinations, made_name
from compiler.language.group_places import group_of
from compiler.language.groups import ungrouped
from compiler.language.overlay import overlay, stated
from compiler.language.schema import Schema
from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.source.load import load


@frozen(eq=True)
class Template:
    """One component of the file with `each`."""

    section: str
    name: str
    """As the file has it: ``jobs-{tenant}``."""
    group: str
    """Its group; empty outside of groups."""
    words: Mapping[Path, Mapping[str, str]]
    """Path of a component that it stands for → variable → word."""

    @property
    def variable(self) -> str:
        """The one variable; empty when there are several, as no map of a variable has a value for each combination."""
        found = {name for words in self.words.values() for name in words}
        return found.pop() if len(found) == 1 else ""


def templates(file: str, environment: str, schema: Schema) -> tuple[Template, ...]:
    """What of the file's components has `each` in the environment."""
    loaded = load(file)
    data = overlay(stated(ungrouped(loaded, schema), schema), environment, schema).data
    return tuple(
        Template(section, name, group_of(loaded.data, section, name), dict(_made(section, name, component["each"])))
        for section, components in data.items()
        if section in schema.kinds and isinstance(components, dict)
        for name, component in components.items()
        if isinstance(component, dict) and "each" in component
    )


def _made(section: str, name: str, each: Mapping[str, Json]) -> Iterator[tuple[Path, Mapping[str, str]]]:
    for words in combinations(each):
        yield (section, made_name(name, words)), {variable: str(word) for variable, (word, _) in words.items()}


def together(template: Template, changes: Mapping[Path, Mapping[str, Json]]) -> Mapping[str, Json] | None:
    """Settings of the template that stand for `changes` of its components; None where `each` can't say it.

    A setting that is not the same for all becomes a value in the map of each word.
    """
    every = [changes.get(path, {}) for path in template.words]
    names = sorted({name for changed in every for name in changed})
    apart = [name for name in names if any(one.get(name) != every[0].get(name) for one in every)]
    alike = {name: every[0].get(name) for name in names if name not in apart}
    if not apart:
        return alike
    if not template.variable or len({"existing" in one for one in every}) > 1:
        return None
    values = {
        words[template.variable]: {name: changes.get(path, {}).get(name) for name in apart}
        for path, words in template.words.items()
    }
    own = {name: f"{{{template.variable}.{name}}}" for name in apart}
    return {"each": {template.variable: values}, **alike, **own}


def merged(old: Json, new: Json) -> Json:
    """`new` over `old`, map by map."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    return {**old, **{name: merged(old.get(name), value) for name, value in new.items()}}
