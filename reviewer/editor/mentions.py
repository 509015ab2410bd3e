"""Where a spec names its components: in `uses`, in settings, in `${…}`, under an environment, in a pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.schema import Schema
from compiler.meaning.connect import ALARM, ANY
from compiler.meaning.patterns import is_pattern, matches_pattern, offered
from compiler.meaning.resolved import ResolvedComponent
from compiler.meaning.targets import Targets
from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.interpolation import pointers
from compiler.source.json_value import Json
from reviewer.editor.text import Span, Text
from reviewer.editor.written import Written

_TOKEN = re.compile(r"\$\$\{|\$\{([^${}]*)\}")
ACCEPTED = ("lint", "ignore")
"""Where findings are accepted."""
_REFERENCES = "component"
"""The setting of an accepted finding that names a component by its address."""


@frozen(eq=True)
class Mention:
    """One place that names a component."""

    span: Span
    """The name alone, without its section; the whole word where the name does not stand there as it is."""
    address: str
    source: str
    """Address of the component in which it stands; empty outside of components."""
    path: Path
    exact: bool = True
    """Whether the name stands there: a pattern and text with variables of `each` only mean it."""
    qualified: bool = False
    """Whether its section stands before it."""
    declares: bool = False
    changes: bool = False
    """Whether an environment changes the component here."""


def mentions(text: Text, written: Written, schema: Schema) -> tuple[Mention, ...]:
    """All of them, in the order of the text."""
    found = {(one.span, one.address, one.source): one for one in _Finder(text, written, schema).all()}
    return tuple(sorted(found.values(), key=lambda one: (one.span.start, one.span.end, one.address)))


class _Finder:
    def __init__(self, text: Text, written: Written, schema: Schema) -> None:
        self._text = text
        self._document = written.document
        self._written = written
        self._spec = written.spec
        self._schema = schema
        self._targets = Targets(written.spec, schema, lambda *_: None)

    def all(self) -> Iterator[Mention]:
        data = self._document.data
        for section, _, path, settings in components(self._document, self._schema):
            yield from self._key(path, address_of(path), declares=True)
            yield from self._component(address_of(path), section, path, settings)
        for path, names in self._written.made.items():
            for name in names:
                yield from self._key(path, address_of((path[0], name)), declares=True)
        yield from self._defaults((), data.get("defaults"))
        for key in ("overrides", "tags"):
            yield from self._pointers("", (key,), data.get(key))
        for name, environment in _entries(data.get("environments")):
            yield from self._environment(("environments", name), environment)
        yield from self._accepted(ACCEPTED, _mapping(data.get("lint")).get("ignore"))

    def _environment(self, path: Path, environment: Json) -> Iterator[Mention]:
        yield from self._defaults(path, _mapping(environment).get("defaults"))
        for section, changes in _entries(environment):
            if section not in self._schema.kinds:
                continue
            if self._schema.singleton(section):
                yield from self._change((section,), (*path, section), changes)
            else:
                for name, settings in _entries(changes):
                    yield from self._change((section, name), (*path, section, name), settings)

    def _change(self, own: Path, path: Path, settings: Json) -> Iterator[Mention]:
        """What an environment changes of the component at `own`."""
        for name in self._written.made.get(own, (own[-1],)):
            address = address_of((*own[:-1], name))
            if self._known(address):
                yield from self._key(path, address, changes=True)
        yield from self._component(address_of(own), str(own[0]), path, settings)

    def _known(self, address: str) -> bool:
        section, _, name = address.partition(".")
        return (name or section) in self._spec.sections.get(section, {})

    def _defaults(self, path: Path, defaults: Json) -> Iterator[Mention]:
        for section, settings in _entries(defaults):
            if section in self._schema.kinds:
                yield from self._component("", section, (*path, "defaults", section), settings)

    def _accepted(self, path: Path, entries: Json) -> Iterator[Mention]:
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            address, where = _mapping(entry).get(_REFERENCES), (*path, index, _REFERENCES)
            if isinstance(address, str):
                section, _, name = address.partition(".")
                for one in self._written.made.get((section, name), (name,)):
                    found = address_of((section, one)) if name else section
                    if self._known(found):
                        yield from self._reference("", where, address, found)

    def _key(self, path: Path, address: str, declares: bool = False, changes: bool = False) -> Iterator[Mention]:
        place = self._document.keys.get(path)
        if place:
            span = self._bare(self._text.span(place))
            exact = self._text.cut(span) == str(path[-1]) == address.rpartition(".")[2]
            yield Mention(span, address, "", path, exact, declares=declares, changes=changes)

    def _component(self, source: str, section: str, path: Path, settings: Json) -> Iterator[Mention]:
        known = _mapping(settings)
        yield from self._uses(source, (*path, "uses"), known.get("uses"))
        kind = self._schema.kinds[section]
        yield from self._references(source, path, kind, {key: known[key] for key in known if key != "uses"})
        yield from self._pointers(source, path, known)
        exported = kind.get("x-exports", "")
        if isinstance(known.get(exported), str):
            yield from self._at_value(source, (*path, exported), known[exported], self._exported(known[exported]))

    def _exported(self, reference: str) -> ResolvedComponent | None:
        """The component that an export names; no export is meant, though it may have the same name."""
        found = exportable(self._spec.candidates(reference))
        return found[0] if len(found) == 1 else None

    def _uses(self, source: str, path: Path, uses: Json) -> Iterator[Mention]:
        named: set[str] = set()
        for reference, use in _entries(uses):
            if not is_pattern(reference):
                target = self._targets.used(source, reference, verbs_in(use), (*path, reference))
                found = target or self._only(source, reference)
                named |= {found.address} if found else set()
                yield from self._at_key(source, (*path, reference), found)
        for pattern, use in _entries(uses):
            if is_pattern(pattern):
                for one in self._matching(source, pattern, verbs_in(use), named):
                    span = self._bare(self._span((*path, pattern), True))
                    yield Mention(span, one.address, source, (*path, pattern), exact=False)

    def _matching(
        self, source: str, pattern: str, verbs: Iterable[str], named: set[str]
    ) -> Iterator[ResolvedComponent]:
        section, dot, _ = pattern.rpartition(".")
        for one in self._spec.components(section) if dot else self._spec.components():
            fits = matches_pattern(pattern, one) and all(verb in offered(one) for verb in verbs)
            if fits and one.address != source and one.address not in named:
                yield one

    def _references(self, source: str, path: Path, schema: Json, value: Json) -> Iterator[Mention]:
        schema = self._schema.deref(schema)
        if isinstance(value, str) and "x-reference" in schema:
            target = self._targets.referred(source, value, schema["x-reference"], path)
            yield from self._at_value(source, path, value, target or self._only(source, value))
        elif isinstance(value, dict):
            yield from self._keys(source, path, schema, value)
            known, rest = schema.get("properties", {}), schema.get("additionalProperties")
            for key, child in value.items():
                below = known.get(key, rest)
                if isinstance(below, Mapping):
                    yield from self._references(source, (*path, key), below, child)
        elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
            for index, child in enumerate(value):
                yield from self._references(source, (*path, index), schema["items"], child)

    def _keys(
        self, source: str, path: Path, schema: Mapping[str, Json], value: Mapping[str, Json]
    ) -> Iterator[Mention]:
        """The keys of a map whose keys name components, or their alarms."""
        offer = schema.get("x-keys-name-components")
        for key in value if offer else ():
            if offer == ALARM and ANY in key:
                continue
            reference, alarm = key.rpartition(".")[::2] if offer == ALARM else (key, "")
            target = self._targets.named(reference, (*path, key), _fits(str(offer), alarm))
            if target:
                yield from self._at_key(source, (*path, key), target, reference)

    def _pointers(self, source: str, path: Path, value: Json) -> Iterator[Mention]:
        if isinstance(value, dict):
            for key, child in value.items():
                yield from self._pointers(source, (*path, key), child)
        elif isinstance(value, list):
            for index, child in enumerate(value):
                yield from self._pointers(source, (*path, index), child)
        elif isinstance(value, str) and "${" in value:
            yield from self._in_text(source, path, value)

    def _in_text(self, source: str, path: Path, value: str) -> Iterator[Mention]:
        """The pointers in one text; where it is not written as it is read, all of it is the place of each."""
        whole = self._span(path, False)
        places = [
            (token[1].strip(), whole.start + token.start(1) + len(token[1]) - len(token[1].lstrip()))
            for token in _TOKEN.finditer(self._text.cut(whole))
            if token[0] != "$${"
        ]
        symbols = [symbol for symbol, closed in pointers(value) if closed]
        as_written = [symbol for symbol, _ in places] == symbols
        for index, symbol in enumerate(symbols):
            target = self._read(source, symbol, path) if "." in symbol else None
            if target and as_written:
                yield self._named(source, path, (symbol, places[index][1]), target)
            elif target:
                yield Mention(self._bare(whole), target.address, source, path, exact=False)

    def _read(self, source: str, symbol: str, path: Path) -> ResolvedComponent | None:
        found = self._targets.read(source, symbol, path)
        return found[0] if found else self._only(source, self._spec.divided(symbol)[0])

    def _named(self, source: str, path: Path, symbol: tuple[str, int], target: ResolvedComponent) -> Mention:
        """The name at the start of a symbol or reference that stands at an offset."""
        word, start = symbol
        section, _, name = target.address.partition(".")
        long = bool(name) and f"{word}.".startswith(f"{target.address}.")
        start += len(section) + 1 if long else 0
        length = len(name) if long else len(word.partition(".")[0])
        return Mention(Span(start, start + length), target.address, source, path, qualified=long)

    def _at_key(
        self, source: str, path: Path, target: ResolvedComponent | None, reference: str = ""
    ) -> Iterator[Mention]:
        if target:
            yield from self._word(source, (path, self._span(path, True)), reference or str(path[-1]), target)

    def _at_value(self, source: str, path: Path, value: str, target: ResolvedComponent | None) -> Iterator[Mention]:
        if target:
            yield from self._word(source, (path, self._span(path, False)), value, target)

    def _word(self, source: str, place: tuple[Path, Span], word: str, target: ResolvedComponent) -> Iterator[Mention]:
        path, span = place[0], self._bare(place[1])
        if self._text.cut(span).startswith(word):
            yield self._named(source, path, (word, span.start), target)
        else:
            yield Mention(span, target.address, source, path, exact=False)

    def _reference(self, source: str, path: Path, written: str, address: str) -> Iterator[Mention]:
        section, _, name = address.partition(".")
        target = self._spec.sections[section][name or section]
        same = written == address
        span = self._bare(self._span(path, False))
        yield from (
            self._word(source, (path, span), written, target)
            if same
            else (Mention(span, address, source, path, exact=False),)
        )

    def _span(self, path: Path, key: bool) -> Span:
        document = self._document
        return self._text.span(document.key_place(path) if key else document.value_place(path))

    def _bare(self, span: Span) -> Span:
        """The stretch without quotation marks."""
        written = self._text.cut(span)
        quoted = len(written) > 1 and written[0] == written[-1] and written[0] in "\"'"
        return Span(span.start + 1, span.end - 1) if quoted else span

    def _only(self, source: str, reference: str) -> ResolvedComponent | None:
        """The component that a reference can only mean, though it does not have what is wanted of it."""
        others = [one for one in self._spec.candidates(reference) if one.address != source]
        return others[0] if len(others) == 1 else None


def exportable(components: Iterable[ResolvedComponent]) -> tuple[ResolvedComponent, ...]:
    """Those whose kinds can be shared with platforms above."""
    return tuple(one for one in components if one.kind.get("x-existing", {}).get("shares") is not None)


def verbs_in(use: Json) -> tuple[str, ...]:
    """The verbs of a use as far as it is written."""
    verbs = use.get("verbs") if isinstance(use, dict) else use
    return tuple(verb for verb in (verbs if isinstance(verbs, list) else [verbs]) if isinstance(verb, str))


def _fits(offer: str, alarm: str) -> Callable[[ResolvedComponent], bool]:
    if offer != ALARM:
        return lambda one: one.offers(offer)
    return lambda one: bool({alarm, alarm.rstrip("0123456789")} & one.kind.get("x-alarms", {}).keys())


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _entries(value: Json) -> Iterable[tuple[str, Json]]:
    return _mapping(value).items()
