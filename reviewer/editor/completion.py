"""What may stand where a cursor is: settings, their values, components, verbs, attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from compiler.language.described import Setting
from compiler.language.group_places import GROUPS
from compiler.language.schema import divided
from compiler.meaning.connect import ALARM
from compiler.meaning.patterns import offered
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.meaning.spelling import value_at
from compiler.meaning.targets import readable
from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from reviewer.editor.cursor import Cursor, cursors
from reviewer.editor.described import attribute_text, setting_text, verb_text
from reviewer.editor.language import Language
from reviewer.editor.mentions import ACCEPTED, exportable
from reviewer.editor.reading import Reading
from reviewer.editor.text import Span
from reviewer.editor.values import as_yaml, known_values, plain

Sort = Literal["setting", "value", "component", "verb", "attribute", "variable"]
VARIABLES = {
    "env": "Name of the environment.",
    "platform": "Name of the platform.",
    "region": "Region of the environment.",
    "account": "Account of the environment.",
}
_IN_USE: tuple[list[str], ...] = ([], ["verbs"])
"""The steps below a name in `uses` at which verbs stand."""
_REST = re.compile(r"[\w./{}-]*")
_OPEN_POINTER = re.compile(r"(?<!\$)\$\{([^${}]*)$")


@frozen(eq=True)
class Offer:
    """One thing that may be written."""

    label: str
    text: str
    span: Span
    """What it replaces."""
    sort: Sort
    detail: str = ""
    about: str = ""
    """Its description, as Markdown."""
    rank: int = 1
    """Those with a lower one come first."""


def completions(reading: Reading, names: Reading, language: Language, offset: int) -> tuple[Offer, ...]:
    """What may be written at the offset. `names` is the newest version that is YAML: it has the components."""
    completer = _Completer(reading, names, language, offset)
    found: dict[tuple[str, str], Offer] = {}
    for cursor in cursors(reading.text.content, offset):
        for offer in completer.at(cursor):
            found.setdefault((offer.label, offer.sort), offer)
    return tuple(found.values())


class _Completer:
    def __init__(self, reading: Reading, names: Reading, language: Language, offset: int) -> None:
        self._content = reading.text.content
        self._offset = offset
        self._names = names
        self._language = language
        self._schema = language.schema
        written = names.written
        self._spec = written.spec if written else ResolvedSpec({}, {}, {})

    def at(self, cursor: Cursor) -> Iterator[Offer]:
        pointer = None if cursor.at_key else _OPEN_POINTER.search(cursor.word)
        if pointer:
            yield from self._in_pointer(cursor, pointer[1])
        elif cursor.at_key:
            yield from self._keys(cursor)
        else:
            yield from self._values(cursor)

    # What stands in `${…}`

    def _in_pointer(self, cursor: Cursor, symbol: str) -> Iterator[Offer]:
        """What may follow ``${``: a variable, a component, or one of its attributes behind the dot."""
        source, (section, dot, _) = _owner(cursor.path), symbol.partition(".")
        others = [one for one in self._spec.components() if one.address != source and readable(one)]
        reference, dotted, attribute = self._divided(symbol)
        if dotted:
            yield from self._attributes(
                [one for one in others if one in self._spec.candidates(reference)], self._span(len(attribute))
            )
            return
        span = self._span(len(symbol))
        if not dot:
            yield from (Offer(name, name, span, "variable", "variable", about) for name, about in VARIABLES.items())
        for one in (one for one in others if not dot or one.section == section):
            name = one.address if dot else self._shortest(one)
            yield Offer(name, f"{name}.", span, "component", one.kind["x-noun"], rank=0)

    def _divided(self, symbol: str) -> tuple[str, str, str]:
        """Reference, dot and attribute; without a dot as long as the component is being written."""
        section, _, rest = symbol.partition(".")
        name, dot, attribute = rest.partition(".")
        if name in self._spec.sections.get(section, {}):
            return f"{section}.{name}", dot, attribute
        first, dot, attribute = symbol.partition(".")
        return (first, dot, attribute) if self._spec.candidates(first) else (symbol, "", "")

    def _attributes(self, targets: Iterable[ResolvedComponent], span: Span) -> Iterator[Offer]:
        for one in targets:
            for name in readable(one):
                yield Offer(name, name, span, "attribute", one.address, attribute_text(one, name))

    # Keys

    def _keys(self, cursor: Cursor) -> Iterator[Offer]:
        path, span = cursor.path, self._span(len(cursor.word))
        about = self._language.at(path)
        if about is None:
            return
        present = self._present(path) - {self._written(span)}
        if self._is_uses(path):
            yield from self._usable(path, span, present)
        elif "x-keys-name-components" in about:
            yield from self._named_by_keys(about["x-keys-name-components"], span)
        elif self._changes(path):
            yield from self._changed(path, span, present)
        for key in self._language.keys(path):
            setting = self._language.setting((*path, key))
            if setting and key not in present:
                yield self._setting_offer(key, setting, span)

    def _setting_offer(self, key: str, setting: Setting, span: Span) -> Offer:
        detail, rank = ("required", 0) if setting.required else ("", 1)
        return Offer(key, self._as_key(key, span), span, "setting", detail, setting_text(setting), rank)

    def _usable(self, path: Path, span: Span, present: set[str]) -> Iterator[Offer]:
        """Components that others can use, with their verbs."""
        source = _owner(path)
        for one in self._spec.components():
            verbs, name = offered(one), self._shortest(one)
            if verbs and one.address != source and not present & {name, one.name, one.address}:
                detail = f"{one.kind['x-noun']}: {', '.join(verbs)}"
                yield Offer(name, self._as_key(name, span), span, "component", detail, rank=0)

    def _named_by_keys(self, offer: str, span: Span) -> Iterator[Offer]:
        for one in self._spec.components():
            if offer == ALARM:
                for alarm, about in one.kind.get("x-alarms", {}).items():
                    name = f"{self._shortest(one)}.{alarm}"
                    yield Offer(name, self._as_key(name, span), span, "component", "alarm", str(about), 0)
            elif one.offers(offer):
                name = self._shortest(one)
                yield Offer(name, self._as_key(name, span), span, "component", one.kind["x-noun"], rank=0)

    def _changes(self, path: Path) -> bool:
        """Whether the map at a path holds an environment's changes of components, or of groups, by their names."""
        inner = path[2:] if path[:1] == ("environments",) else ()
        section = inner[2:] if inner[:1] == (GROUPS,) else inner
        several = len(section) == 1 and section[0] in self._schema.kinds
        return inner == (GROUPS,) or (several and not self._schema.singleton(str(section[0])))

    def _changed(self, path: Path, span: Span, present: set[str]) -> Iterator[Offer]:
        for name in self._map(path[2:]):
            if name not in present:
                yield Offer(name, self._as_key(name, span), span, "component", str(path[-1]))

    # Values

    def _values(self, cursor: Cursor) -> Iterator[Offer]:
        path, span = cursor.path, self._span(len(cursor.word))
        found = [*self._verbs(path, span), *self._components(path, span), *self._environments(path, span)]
        yield from found
        about = self._language.at(path)
        if about is not None and not found:
            for value, detail in known_values(about, self._beside(path)):
                text = as_yaml(value, cursor.quoted)
                yield Offer(plain(value), text, span, "value", detail, rank=not detail)

    def _verbs(self, path: Path, span: Span) -> Iterator[Offer]:
        inner = divided(path)[1]
        if len(inner) < 2 or inner[0] != "uses" or [one for one in inner[2:] if isinstance(one, str)] not in _IN_USE:
            return
        reference, source = str(inner[1]), _owner(path)
        for one in self._spec.candidates(reference):
            if one.address != source:
                for verb in offered(one):
                    yield Offer(verb, verb, span, "verb", one.address, verb_text(one, verb), 0)

    def _components(self, path: Path, span: Span) -> Iterator[Offer]:
        about = self._language.at(path) or {}
        offer = about.get("x-reference")
        for one in self._spec.components() if offer else ():
            if one.address != _owner(path) and offer in one.kind.get("x-offers", {}):
                name = self._shortest(one)
                yield Offer(name, name, span, "component", one.kind["x-noun"], rank=0)
        if path[:2] == ACCEPTED and path[-1:] == ("component",):
            for one in self._spec.components():
                yield Offer(one.address, one.address, span, "component", one.kind["x-noun"], rank=0)
        if self._is_exported(path):
            for one in exportable(self._spec.components()):
                name = self._shortest(one)
                yield Offer(name, name, span, "component", one.kind["x-noun"], rank=0)

    def _is_exported(self, path: Path) -> bool:
        """Whether a setting names the component that is exported."""
        owner, inner = divided(path)
        return bool(owner) and inner == (self._schema.kinds[str(owner[0])].get("x-exports"),)

    def _environments(self, path: Path, span: Span) -> Iterator[Offer]:
        inner = divided(path)[1]
        inner = inner[2:] if inner[:1] == (GROUPS,) else inner
        document = self._names.document
        if len(inner) == 2 and inner[0] == "only" and document:
            for name in _mapping(document.data.get("environments")):
                yield Offer(name, name, span, "value", "environment", rank=0)

    # The text

    def _is_uses(self, path: Path) -> bool:
        own, inner = divided(path)
        return bool(own) and inner == ("uses",)

    def _present(self, path: Path) -> set[str]:
        """The keys that the map has already."""
        return {*self._map(path)}

    def _map(self, path: Path) -> Mapping[str, Json]:
        """The map at a path, as far as it is there."""
        document = self._names.document
        try:
            return _mapping(value_at(document.data, path)) if document else {}
        except (KeyError, IndexError, TypeError):
            return {}

    def _beside(self, path: Path) -> Mapping[str, Json]:
        """The other settings of the map in which the value stands; of an environment's change those of the base."""
        changes = bool(divided(path)[0]) and path[:1] == ("environments",)
        found: dict[str, Json] = {}
        for place in (path[2:-1], path[:-1]) if changes else (path[:-1],):
            found |= self._map(place)
        return found

    def _shortest(self, one: ResolvedComponent) -> str:
        """The bare name where it means this one alone."""
        return one.name if len(self._spec.candidates(one.name)) == 1 else one.address

    def _span(self, typed: int) -> Span:
        """What is typed of the word, and the rest of it behind the cursor."""
        rest = _REST.match(self._content, self._offset)
        word = rest[0].split("}")[0] if rest else ""
        return Span(self._offset - typed, self._offset + len(word))

    def _written(self, span: Span) -> str:
        return self._content[span.start : span.end]

    def _as_key(self, key: str, span: Span) -> str:
        """The key with its colon, unless one is there."""
        after = self._content[span.end : span.end + 40].lstrip("\"' ")
        return key if after.startswith(":") else f"{key}: "


def _owner(path: Path) -> str:
    return ".".join(map(str, divided(path)[0]))


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
