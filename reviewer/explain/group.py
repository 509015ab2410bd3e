"""What a group of a spec became in one environment: its words, and the components that each of its members is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.language.components import components
from compiler.language.group_places import GROUPS, OWN, mapping, value_at
from compiler.language.on_demand import pattern_of
from compiler.language.schema import Schema
from compiler.program.patch import merge_patch
from compiler.source.diagnostics import Diagnostic, SpecError, did_you_mean
from compiler.source.document import Document
from compiler.source.json_value import Json
from compiler.source.load import load
from reviewer.explain.topics import Topic
from reviewer.values import setting_text

EACH = "each"


def explained_group(document: Document, schema: Schema, steps: Sequence[str]) -> Topic:
    """The group whose name comes first in `steps`; a section and a member of it may follow.

    Raises `SpecError` with the nearest name where there is no such group, or nothing such in it.
    """
    written = load(document.file)
    groups = mapping(written.data.get(GROUPS))
    name = _known(document, steps[0] if steps else "", groups)
    found = {key: one for key, one in _members(written, document, schema, name).items() if _is_in(key, steps[1:])}
    if steps[1:] and not found:
        every = [f"{GROUPS}.{name}.{section}.{own}" for section, own in _named(mapping(groups[name]))]
        message = f"there is no '{'.'.join(steps[1:])}' in {GROUPS}.{name}"
        asked = f"{GROUPS}.{'.'.join(steps)}"
        raise SpecError([Diagnostic("unknown-subject", message, suggestion=did_you_mean(asked, every))])
    return _topic(written, document, name, found)


def _known(document: Document, name: str, groups: Mapping[str, Json]) -> str:
    if name in groups:
        return name
    message = f"there is no group '{name}'" if name else "name a group"
    place = document.value_place(())
    suggestion = did_you_mean(f"{GROUPS}.{name}", [f"{GROUPS}.{one}" for one in groups])
    raise SpecError([Diagnostic("unknown-subject", message, place, suggestion=suggestion)])


def _named(group: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Section and name, as they are written, of each component of a group."""
    for section, own in group.items():
        if section not in OWN:
            yield from ((section, name) for name in mapping(own))


def _members(
    written: Document, document: Document, schema: Schema, group: str
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Section and name as written → the components that it is: those keep the place of what they are made of."""
    named = list(_named(mapping(written.data[GROUPS][group])))
    places = {written.key_place((GROUPS, group, *one)): one for one in named}
    found: dict[tuple[str, str], list[str]] = {one: [] for one in named}
    for section, name, path, _ in components(document, schema):
        meant = places.get(document.key_place(path))
        if meant and meant[0] == section:
            found[meant].append(f"{section}.{name}")
    return {one: tuple(names) for one, names in found.items()}


def _is_in(key: tuple[str, str], steps: Sequence[str]) -> bool:
    return key[: min(len(steps), 1)] == tuple(steps[:1]) and (len(steps) < 2 or key[1] == ".".join(steps[1:]))


def _words(written: Document, environment: str, name: str) -> Json:
    """The words of a group in one environment, which may add and remove some."""
    known = mapping(written.data["environments"])
    changes = known.get(pattern_of(environment, known) or environment)
    base, patch = mapping(written.data[GROUPS][name]), mapping(value_at(changes, (GROUPS, name)))
    return merge_patch(base.get(EACH), mapping(patch.get(EACH)))


def _topic(written: Document, document: Document, name: str, found: Mapping[tuple[str, str], tuple[str, ...]]) -> Topic:
    about, place = mapping(written.data[GROUPS][name]), written.key_place((GROUPS, name))
    environment = str(document.data["environment"])
    own_words = {word: about[word] for word in OWN if word in about} | {EACH: _words(written, environment, name)}
    rows: dict[str, Json] = {"group": name, **place.to_json(), **own_words}
    rows["components"] = [
        {"written": f"{section}.{own}", "components": list(names)} for (section, own), names in found.items()
    ]
    lines = [f"{GROUPS}.{name}, a group", f"{place} in {environment}"]
    lines += [f"each {variable}: {', '.join(map(str, words))}" for variable, words in mapping(own_words[EACH]).items()]
    lines += [f"only: {setting_text(about['only'])}"] if "only" in about else []
    for (section, own), names in found.items():
        told = [f"  {one}" for one in names] or [f"  nothing in {environment}"]
        lines += ["", f"{section}.{own}", *told]
    return Topic(rows, tuple(lines))
