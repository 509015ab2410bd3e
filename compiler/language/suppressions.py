"""Findings that the spec accepts, with a reason: ``lint: {ignore: [{rule, component, reason, until}]}``.

Whether one has expired is asked by the linter, which may look at the clock; here only the form of its date counts.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from compiler.language.expand import combinations, made_name
from compiler.language.schema import Schema
from compiler.source.diagnostics import Diagnostic, Place, did_you_mean
from compiler.source.document import Document, Path
from compiler.source.json_value import Json
from compiler.source.suppression import Ignored, Suppression

_WHERE: Path = ("lint", "ignore")
_RAW = "overrides"


def suppressions(written: Document, environment: Document, schema: Schema) -> tuple[Suppression, ...]:
    """The list of the file `written`, as it is in one environment of it."""
    return tuple(_suppression(written, environment, index, schema) for index in range(len(_entries(written))))


def sorted_out(
    diagnostics: Iterable[Diagnostic], by: Iterable[Suppression]
) -> tuple[tuple[Diagnostic, ...], tuple[Ignored, ...]]:
    """The diagnostics that no suppression covers, each of one component, and those that one does.

    An error of the spec never comes here: it ends the command before.
    """
    known = sorted(by, key=_last_day, reverse=True)  # of several the one that lasts longest
    if not known:
        return tuple(diagnostics), ()
    kept, ignored = [], []
    for found in _of_one_component(diagnostics):
        covering = next((one for one in known if one.covers(found)), None)
        if covering:
            ignored.append(Ignored(found, covering))
        else:
            kept.append(found)
    return tuple(kept), tuple(ignored)


def _last_day(one: Suppression) -> str:
    return one.until or "without end"  # after every date


def bad_suppressions(written: Document, schema: Schema) -> Iterator[Diagnostic]:
    """Faults of the list that its schema does not see: components that are not there, dates that are none."""
    for index, entry in enumerate(_entries(written)):
        path, component = (*_WHERE, index, "component"), entry["component"]
        if not _is_there(written, component, schema):
            message, help_text = f"there is no component '{component}'", _meant(written, component, schema)
            yield Diagnostic("unknown-component", message, written.value_place(path), suggestion=help_text)
        if entry.get("until") and not _is_date(entry["until"]):
            message = f"there is no day {entry['until']}"
            yield Diagnostic("bad-value", message, written.value_place((*path[:-1], "until")))


def _entries(written: Document) -> tuple[Json, ...]:
    return tuple((written.data.get("lint") or {}).get("ignore") or ())


def _suppression(written: Document, environment: Document, index: int, schema: Schema) -> Suppression:
    entry = _entries(written)[index]
    section, _, name = entry["component"].partition(".")
    path: Path = (section, name) if name else (section,)
    here = written.keys.get(path)
    several = environment.data.get(section) if name and section in schema.kinds else None
    made = {f"{section}.{one}" for one in several or () if environment.keys.get((section, one)) == here}
    return Suppression(
        rule=entry["rule"],
        component=entry["component"],
        reason=entry["reason"],
        until=entry.get("until") or "",
        place=written.value_place((*_WHERE, index)),
        covered=frozenset({entry["component"], *made}),
        block=written.values.get(path, written.value_place(path)) if here else Place("", 0, 0),
    )


def _of_one_component(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Diagnostics of several components, one by one, since a suppression is about one."""
    for found in diagnostics:
        yield from (replace(found, component=name, others=()) for name in (found.component, *found.others))


def _is_there(written: Document, component: str, schema: Schema) -> bool:
    """A component of the file, a section that is one and may be there by itself, or an entry of `overrides`."""
    section, _, name = component.partition(".")
    if section == _RAW:
        return (section, name) in written.keys
    if section not in schema.kinds or bool(name) == schema.singleton(section):
        return False
    return not name or (section, name) in written.keys or name in _made_by_each(written, section)


def _made_by_each(written: Document, section: str) -> Iterator[str]:
    """The names of the components that `each` makes in some environment."""
    components = written.data.get(section)
    for name, component in components.items() if isinstance(components, Mapping) else ():
        each = component.get("each") if isinstance(component, Mapping) else None
        for words in _words(written, (section, name), each) if isinstance(each, Mapping) else ():
            yield from (made_name(name, one) for one in combinations(words))


def _words(written: Document, path: Path, each: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """The words of an `each` in the base, and in each environment that changes them."""
    yield _usable(each)
    section, name = path
    for environment in (written.data.get("environments") or {}).values():
        changes = _in(_in(_in(environment, section), name), "each")
        if isinstance(changes, Mapping):
            yield _usable({one: _merged(each.get(one), changes.get(one)) for one in {**each, **changes}})


def _in(value: Json, key: str | int) -> Json:
    return value.get(key) if isinstance(value, Mapping) else None


def _merged(words: Json, changed: Json) -> Json:
    if isinstance(words, Mapping) and isinstance(changed, Mapping):
        return {word: data for word, data in {**words, **changed}.items() if data is not None}
    return words if changed is None else changed


def _usable(each: Mapping[str, Json]) -> dict[str, Json]:
    """The variables that have words; faults in others are told when the `each` is expanded."""
    return {name: words for name, words in each.items() if isinstance(words, list | dict)}


def _meant(written: Document, component: str, schema: Schema) -> str:
    known = [".".join(map(str, path)) for path in written.keys if len(path) == 2 and path[0] in {*schema.kinds, _RAW}]
    known += [f"{section}.{name}" for section in schema.kinds for name in _made_by_each(written, section)]
    singletons = [section for section in schema.kinds if schema.singleton(section)]
    return did_you_mean(component, [*(one for one in known if one.partition(".")[0] not in singletons), *singletons])


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
