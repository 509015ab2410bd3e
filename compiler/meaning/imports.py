"""Components of platforms below: put into a resolved document as existing ones, whose values a deployment reads.

A kind with ``x-imports`` has the spec, the environment and the wanted exports of another platform; one with
``x-exports`` names in that setting the component that is exported. What of a component is passed on are the words of
`existing` that ``shares`` in its ``x-existing`` lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.names import pascal
from compiler.language.resolve import settings
from compiler.language.schema import Schema
from compiler.source.diagnostics import Diagnostic, SpecError, did_you_mean, refuse
from compiler.source.document import Document, ImportedValue, Path
from compiler.source.frozen import frozen
from compiler.source.interpolation import given_by, spelled
from compiler.source.json_value import Json

SAME = "same"


@frozen(eq=True)
class Wanted:
    """One import, as its spec has it."""

    path: Path
    document: Document
    platform: str
    """The other spec, relative to this one."""
    environment: str
    components: tuple[str, ...] | None

    @property
    def address(self) -> str:
        return address_of(self.path)

    def fault(self, code: str, message: str, setting: str, suggestion: str) -> Diagnostic:
        """A fault at one of its settings."""
        place = self.document.value_place((*self.path, setting))
        return Diagnostic(code, message, place, self.address, suggestion)


@frozen(eq=True)
class Deployed:
    """A value that is known when the platform below is deployed."""

    parameter: str
    """Name of the SSM parameter that has it."""
    words: tuple[str, ...]
    """Where it stands in `existing`: ``private``, ``1``."""


@frozen(eq=True)
class Shared:
    """A component as platforms above get it."""

    section: str
    name: str
    """Of its export, which is the component's name above."""
    existing: Json
    """With `Deployed` in place of what only a deployment knows."""
    beside: Mapping[str, Json]
    """Settings beside `existing`."""


@frozen(eq=True)
class Layer:
    """One environment of a platform below."""

    file: str
    platform: str
    environment: str
    region: str
    account: str | None
    fleet: bool
    shared: Mapping[str, Shared]
    """Export → component."""
    others: tuple[str, ...]
    """Addresses of components that are not exported."""
    kinds: tuple[str, ...]
    """Sections whose components can be exported."""


def wanted_imports(document: Document, schema: Schema) -> tuple[Wanted, ...]:
    """The imports of a resolved document."""
    here = str(document.data["environment"])
    return tuple(
        Wanted(
            path,
            document,
            data["platform"],
            here if data["environment"] == SAME else data["environment"],
            None if data["components"] is None else tuple(data["components"]),
        )
        for section, _, path, data in components(document, schema)
        if "x-imports" in schema.kinds[section]
    )


def with_imports(document: Document, schema: Schema, read: Callable[[Wanted], Layer]) -> Document:
    """A resolved document with the components that it imports; `read` finds the platform of an import.

    Raises `SpecError` for all imports that can't be.
    """
    taking = _Taking(document, schema)
    exports = next(section for section, kind in schema.kinds.items() if "x-exports" in kind)
    for wanted in wanted_imports(document, schema):
        try:
            layer = read(wanted)
        except SpecError as problem:
            taking.faults += problem.diagnostics
            continue
        taking.faults += _elsewhere(wanted, layer)
        taking.faults += _not_exported(wanted, layer, exports)
        for shared in layer.shared.values():
            if wanted.components is None or shared.name in wanted.components:
                taking.take(wanted, layer, shared)
    refuse(taking.faults)
    return taking.document()


class _Taking:
    """The document while components are put into it."""

    def __init__(self, document: Document, schema: Schema) -> None:
        self._document = document
        self._schema = schema
        self._data = dict(document.data)
        self._keys = dict(document.keys)
        self._values: dict[str, ImportedValue] = {}
        self.faults: list[Diagnostic] = []

    def document(self) -> Document:
        return replace(self._document, data=self._data, keys=self._keys, imported=self._values)

    def take(self, wanted: Wanted, layer: Layer, shared: Shared) -> None:
        section, alone = shared.section, self._schema.singleton(shared.section)
        path: Path = (section,) if alone else (section, shared.name)
        if path in self._keys:
            self.faults.append(self._taken(wanted, path, layer))
            return
        existing = self._written(wanted, layer, shared, address_of(path))
        data = settings(
            spelled({"existing": existing, **shared.beside}),
            self._schema.kinds[section],
            self._schema,
            self._document.data,
        )
        self._data[section] = data if alone else {**self._data.get(section, {}), shared.name: data}
        self._keys[path] = self._document.key_place(wanted.path)

    def _taken(self, wanted: Wanted, path: Path, layer: Layer) -> Diagnostic:
        """The fault of a component that this platform has, or that another import gave it."""
        own = path in self._document.keys
        message = f"imports {address_of(path)} of {layer.platform}, and "
        message += "this platform has one of that name" if own else "another import gives one of that name"
        others = sorted(name for name, shared in layer.shared.items() if name != path[-1])
        rename = "or rename the component here" if own else "or list the exports that you want in 'components'"
        help_text = f"give the export another name in {layer.file}, {rename}"
        if len(path) == 1 and others:
            help_text = f"list the exports that you want in 'components': {', '.join(others)}"
        place, also = wanted.document.key_place(wanted.path), self._keys[path]
        return Diagnostic("import-taken", message, place, wanted.address, help_text, (also,) if also != place else ())

    def _written(self, wanted: Wanted, layer: Layer, shared: Shared, component: str) -> Json:
        """`existing` with the symbols of root parameters for what the deployment reads."""

        def one(value: Deployed) -> str:
            words = "".join(map(pascal, value.words))
            name = f"{pascal(str(wanted.path[-1]))}Import{pascal(shared.name)}{words}"
            if name in self._values:
                message = f"gives the root parameter '{name}' a second time, for '{shared.name}'"
                self.faults.append(wanted.fault("duplicate-parameter", message, "components", "rename the export"))
            about = (component, shared.name, wanted.address, layer.platform, layer.environment, layer.file)
            self._values[name] = ImportedValue(value.parameter, *about)
            return given_by(name)

        return _with(shared.existing, one)


def _with(value: Json, written: Callable[[Deployed], str]) -> Json:
    if isinstance(value, Deployed):
        return written(value)
    if isinstance(value, Mapping):
        return {key: _with(child, written) for key, child in value.items()}
    return [_with(child, written) for child in value] if isinstance(value, list) else value


def _elsewhere(wanted: Wanted, layer: Layer) -> Iterator[Diagnostic]:
    """SSM parameters are read in the account and region of the stack."""
    here = wanted.document.data
    other = f"'{layer.platform}' {layer.environment}"
    for word, mine, theirs in (("region", here["region"], layer.region), ("account", here["account"], layer.account)):
        if mine and theirs and mine != theirs:
            message = f"{other} is in {word} {theirs}, and this environment in {mine}"
            help_text = f"import an environment of {mine}, or describe the resources with 'existing'"
            yield wanted.fault("import-elsewhere", message, "environment", help_text)
    if layer.fleet or here.get("fleet"):
        which = other if layer.fleet else "this environment"
        message = f"{which} is a fleet of many accounts and regions"
        yield wanted.fault("import-elsewhere", message, "environment", "describe the resources with 'existing'")


def _not_exported(wanted: Wanted, layer: Layer, section: str) -> Iterator[Diagnostic]:
    for index, name in enumerate(wanted.components or ()):
        if name not in layer.shared:
            place = wanted.document.value_place((*wanted.path, "components", index))
            yield replace(_why_not(name, layer, section), place=place, component=wanted.address)
    if wanted.components is None and not layer.shared:
        message = f"'{layer.platform}' exports nothing in {layer.environment}"
        yield wanted.fault("not-exported", message, "platform", f"name components in '{section}' of {layer.file}")


def _why_not(name: str, layer: Layer, section: str) -> Diagnostic:
    """The fault of a name that is no export, without its place."""
    meant = [address for address in layer.others if name == address.rpartition(".")[2]]
    able = [address for address in meant if address.partition(".")[0] in layer.kinds]
    message = f"'{layer.platform}' does not export '{name}'"
    if meant and not able:
        message = f"'{meant[0]}' of '{layer.platform}' can't be imported"
        return Diagnostic("wrong-kind", message, suggestion=f"export a component of: {', '.join(layer.kinds)}")
    help_text = did_you_mean(name, layer.shared)
    if able:
        help_text = f"it has such a component: add '{name}: {{}}' to '{section}' in {layer.file}"
    return Diagnostic("not-exported", message, suggestion=help_text)


def exported_components(document: Document, schema: Schema) -> Iterator[tuple[str, str | None, Path]]:
    """Name of each export of a resolved document, the reference if it has one, and its path."""
    for section in [one for one in document.data if "x-exports" in schema.kinds.get(one, {})]:
        setting = schema.kinds[section]["x-exports"]
        yield from ((name, data[setting], (section, name)) for name, data in document.data[section].items())
