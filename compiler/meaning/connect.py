"""Resolve references between components, and check that the target supports each use.

The schemas declare what is allowed: ``x-verbs`` (verbs of ``uses``), ``x-offers`` (what settings of other kinds
require), ``x-attributes`` (attributes for ``${…}``), ``x-reference`` (a property that names a component;
with ``x-or-arn`` the ARN of another resource is allowed too, with ``x-or-url`` an https address),
``x-keys-name-components`` (a map whose keys name components: the verb that they must offer, or ``alarm`` where the name
of one of their alarms follows a dot). ``x-existing`` lists the offers of an existing resource, which is never changed.
``x-verbs-of`` names the property in which a component defines verbs of its own, ``x-verbs-of-each`` those whose entries
a verb may name (``call.client``), ``x-attributes-of`` the one with the
CloudFormation type whose attributes it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.names import shout
from compiler.language.schema import Schema, owner_name
from compiler.meaning.edges import Connections, Edge
from compiler.meaning.patterns import Patterns, form_of, is_pattern, written_out
from compiler.meaning.resolved import ResolvedComponent, resolved_spec
from compiler.meaning.spelling import respelled
from compiler.meaning.targets import Targets
from compiler.source.diagnostics import Diagnostic
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.interpolation import has_symbols, imported, parts
from compiler.source.json_value import Json

ALARM = "alarm"
"""The ``x-keys-name-components`` of a map whose keys are ``component.Alarm``, or patterns of them."""
ANY = "*"
_NAMING = ("x-reference", "x-keys-name-components")
"""Keywords of values that name components."""


@frozen(eq=True)
class Connected:
    """The document with addresses for references, its valid connections, and a fault for each invalid one."""

    document: Document
    connections: Connections
    faults: tuple[Diagnostic, ...]


def connect(document: Document, schema: Schema) -> Connected:
    """The connections between the components of a resolved document."""
    connector = _Connector(document, schema)
    edges: list[Edge] = []
    pointers: list[Edge] = []
    pointing = has_symbols(document.data)
    for section, _, path, data in components(document, schema):
        kind, source = schema.kinds[section], address_of(path)
        edges += connector.uses(source, path, data.get("uses") or {})
        rest = {key: value for key, value in data.items() if key != "uses"}
        edges += connector.references(source, path, kind, rest)
        if pointing and has_symbols(data):
            rest = {key: value for key, value in data.items() if key != "existing"}
            pointers += connector.pointers(source, path, rest)
        existing = data.get("existing")
        if existing is not None and not imported(existing):
            connector.known_before((*path, "existing"), existing, "'existing'")
    connector.header()
    return connector.connected(edges, pointers)


def _outside(schema: Mapping[str, Json], value: str) -> bool:
    """Whether `value` is an ARN or an address in place of a component, where the schema allows it."""
    starts = (("x-or-arn", "arn:"), ("x-or-url", "https://"))
    return any(schema.get(key) and value.startswith(start) for key, start in starts)


class _Connector:
    def __init__(self, document: Document, schema: Schema) -> None:
        self._document = document
        self._schema = schema
        self._spec = resolved_spec(document, schema)
        self._targets = Targets(self._spec, schema, self._add)
        self._patterns = Patterns(self._spec, schema, self._add)
        self._meant: dict[Path, tuple[Path, Json]] = {}
        """Where a use stands that a pattern means → where the pattern stands, and the use."""
        self._addressed: dict[Path, dict[str, str]] = {}
        """Where a reference stands → the reference as it is written → address."""
        self._faults: list[Diagnostic] = []

    def connected(self, edges: list[Edge], pointers: list[Edge]) -> Connected:
        addressed = self._addressed
        document = respelled(self._document, addressed, lambda path, written: addressed[path].get(written, written))
        document = written_out(document, self._meant)
        return Connected(document, Connections(tuple(edges), tuple(pointers), tuple(addressed)), tuple(self._faults))

    def uses(self, source: str, path: Path, uses: Mapping[str, Json]) -> Iterator[Edge]:
        named: list[ResolvedComponent] = []
        for reference, use in uses.items():
            if is_pattern(reference):
                continue
            where, form = (*path, "uses", reference), form_of(use)
            target = self._targets.used(source, reference, form.verbs, where)
            named += [target] if target else []
            if target is None or not self._once((*path, "uses"), reference, target):
                continue
            prefix = (form.stem or shout(target.name)) if form.variables else ""
            for verb in form.verbs:
                if self._targets.offers_verb(target, reference, verb, where):
                    yield Edge(source, target.address, verb, where, prefix)
        if len(named) < len(uses):
            yield from self._by_patterns(source, (*path, "uses"), uses, named)

    def _by_patterns(
        self, source: str, path: Path, uses: Mapping[str, Json], named: Sequence[ResolvedComponent]
    ) -> Iterator[Edge]:
        """The uses that patterns stand for; each is then in the document as if it were written."""
        patterns = {key: use for key, use in uses.items() if is_pattern(key)}
        others = {*named, self._spec.at(source)}
        for one in self._patterns.meant(path, patterns, others):
            first, address = next(iter(one.verbs.values())), one.target.address
            self._meant[*path, address] = (
                (*path, first),
                {"verbs": [*one.verbs], "as": None, "variables": one.variables},
            )
            self._address(path, address, address)
            prefix = shout(one.target.name) if one.variables else ""
            for verb, pattern in one.verbs.items():
                yield Edge(source, address, verb, (*path, pattern), prefix)

    def references(self, source: str, path: Path, schema: Json, value: Json) -> Iterator[Edge]:
        schema = self._schema.deref(schema)
        if isinstance(value, str):
            offer = None if _outside(schema, value) else schema.get("x-reference")
            target = self._targets.referred(source, value, offer, path) if offer else None
            if target:
                self._address(path, value, target.address)
                yield Edge(source, target.address, str(offer), path)
        elif isinstance(value, dict):
            self._keys(path, schema, value)
            known, rest = schema.get("properties", {}), schema.get("additionalProperties")
            for key, child in value.items():
                below = known.get(key, rest)
                if isinstance(below, dict) and self._schema.reaches(below, _NAMING):
                    yield from self.references(source, (*path, key), below, child)
        elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
            for index, child in enumerate(value):
                yield from self.references(source, (*path, index), schema["items"], child)
            self._each_once(path, value if schema.get("uniqueItems") else [])

    def pointers(self, source: str, path: Path, value: Json) -> Iterator[Edge]:
        if isinstance(value, dict):
            for key, child in value.items():
                yield from self.pointers(source, (*path, key), child)
        elif isinstance(value, list):
            for index, child in enumerate(value):
                yield from self.pointers(source, (*path, index), child)
        elif isinstance(value, str):
            for symbol in parts(value)[1::2]:
                reading = self._targets.read(source, symbol, path) if "." in symbol else None
                if reading:
                    target, attribute = reading
                    self._address(path, symbol, f"{target.address}.{attribute}")
                    yield Edge(source, target.address, "", path, attribute=attribute)

    def header(self) -> None:
        """Check references outside of components: `overrides` may have any, tags only those known at compile time."""
        for _ in self.pointers("", ("overrides",), self._document.data["overrides"]):
            pass
        self.known_before(("tags",), self._document.data["tags"], "a tag")

    def known_before(self, path: Path, value: Json, what: str) -> None:
        """Refuse references to deployed attributes in a value that must be known at compile time."""
        if isinstance(value, dict):
            for key, child in value.items():
                self.known_before((*path, key), child, what)
        elif isinstance(value, list):
            for index, child in enumerate(value):
                self.known_before((*path, index), child, what)
        for symbol in parts(value)[1::2] if isinstance(value, str) else ():
            message = f"{what} can't use '${{{symbol}}}', which is known only after deployment"
            help_text = (
                "allowed: ${platform}, ${env}, ${region}, ${account} where `account` is set, and fixed attributes"
            )
            self._add("unknown-variable", message, path, help_text)

    def _keys(self, path: Path, schema: Mapping[str, Json], value: Mapping[str, Json]) -> None:
        """The keys of a map with ``x-keys-name-components``."""
        offer = schema.get("x-keys-name-components")
        for key in value if offer else ():
            if offer == ALARM and ANY in key:
                continue  # a pattern, which names no component
            reference, alarm = key.rpartition(".")[::2] if offer == ALARM else (key, "")
            target = self._targets.named(reference, (*path, key), _has_alarm(alarm) if alarm else _offering(str(offer)))
            if target:
                self._once(path, key, target, f".{alarm}" if alarm else "")

    def _once(self, path: Path, key: str, target: ResolvedComponent, more: str = "") -> bool:
        """Record `key` of the map at `path` as the target's; a fault if another key means the same component."""
        address = target.address + more
        first = next((written for written, other in self._addressed.get(path, {}).items() if other == address), None)
        if first is not None:
            message = f"'{key}' and '{first}' name the same component, {target.address}"
            self._add("duplicate-key", message, (*path, key), "remove one of the two")
            return False
        self._address(path, key, address)
        return True

    def _each_once(self, path: Path, entries: list[Json]) -> None:
        """Refuse a component that is twice in a list, in two spellings; in one spelling the schema refuses it."""
        spelled: dict[str, str] = {}
        for index, written in enumerate(entries):
            address = self._addressed.get((*path, index), {}).get(written) if isinstance(written, str) else None
            if address and spelled.setdefault(address, written) != written:
                message = f"'{written}' and '{spelled[address]}' are one component, {address}"
                self._add("duplicate-value", message, (*path, index), "take one of the two out")

    def _address(self, path: Path, written: str, address: str) -> None:
        self._addressed.setdefault(path, {})[written] = address

    def _add(self, code: str, message: str, path: Path, suggestion: str) -> None:
        document = self._document
        place = document.key_place(path) if path[-2:-1] == ("uses",) else document.value_place(path)
        self._faults.append(Diagnostic(code, message, place, owner_name(path), suggestion))


def _offering(verb: str) -> Callable[[ResolvedComponent], bool]:
    return lambda component: component.offers(verb)


def _has_alarm(alarm: str) -> Callable[[ResolvedComponent], bool]:
    names = {alarm, alarm.rstrip("0123456789")}
    return lambda component: bool(names & component.kind.get("x-alarms", {}).keys())
