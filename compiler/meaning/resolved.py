"""A resolved environment as checks read it: its components, looked up by reference, and its header.

Checks look components up by reference, so that they need not know the two spellings of references.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.schema import Schema
from compiler.source.document import Document, Path
from compiler.source.interpolation import OPEN, has_symbols, parts
from compiler.source.json_value import Json


@dataclass(frozen=True, slots=True, eq=False)
class ResolvedComponent:
    """A component with all defaults; it equals only itself."""

    section: str
    name: str
    path: Path
    settings: Mapping[str, Json]
    kind: Mapping[str, Json]
    """The schema of its section."""

    @property
    def address(self) -> str:
        """`section.name`; the section alone when it is one component."""
        return address_of(self.path)

    @property
    def qualified(self) -> str:
        """`section.name`, which names this component even if others have its name."""
        return f"{self.section}.{self.name}"

    def offers(self, offer: str) -> bool:
        return offer in self.kind.get("x-offers", {}) or offer in self.kind.get("x-verbs", {})


@dataclass(frozen=True, eq=False)
class ResolvedSpec:
    """One environment of a spec. A reference is `section.name`, or a bare name that one component alone has.

    Without slots: who uses and reads what is collected once, when the first check asks.
    """

    header: Mapping[str, Json]
    """What is beside the components, such as `platform`, `region`, `naming` and `overrides`."""
    sections: Mapping[str, Mapping[str, ResolvedComponent]]
    """Section → name → component, in the order of the spec."""
    named: Mapping[str, tuple[ResolvedComponent, ...]]
    """Bare name → the components that have it."""

    @property
    def platform(self) -> str:
        return str(self.header["platform"])

    @property
    def environment(self) -> str:
        return str(self.header["environment"])

    @property
    def region(self) -> str:
        return str(self.header["region"])

    @property
    def account(self) -> str | None:
        account: str | None = self.header.get("account")
        return account

    @property
    def posture(self) -> str:
        return str(self.header["posture"])

    def at(self, address: str) -> ResolvedComponent:
        """The component at `section.name`, which must be there; a section that is one component is its own address."""
        section, _, name = address.partition(".")
        return self.sections[section][name or section]

    def components(self, *sections: str) -> tuple[ResolvedComponent, ...]:
        """All components, or those of `sections`."""
        wanted = sections or tuple(self.sections)
        return tuple(component for section in wanted for component in self.sections.get(section, {}).values())

    def component(self, reference: Json, *sections: str) -> ResolvedComponent | None:
        """The component that `reference` names, if it is in one of `sections`, or in any when none are given.

        A bare name stands for the one component of these sections that has it; None when there are several.
        """
        found = self._meant(reference) if isinstance(reference, str) else ()
        meant = [one for one in found if not sections or one.section in sections]
        return meant[0] if len(meant) == 1 else None

    def able(self, offer: str) -> tuple[ResolvedComponent, ...]:
        """All components with which others may do `offer`: a verb of `uses`, or what a setting wants of its target."""
        return tuple(one for one in self.components() if one.offers(offer))

    def offering(self, reference: Json, offer: str) -> ResolvedComponent | None:
        """The component that `reference` names among those; None when there are several."""
        meant = [one for one in self._meant(reference) if one.offers(offer)] if isinstance(reference, str) else []
        return meant[0] if len(meant) == 1 else None

    def _meant(self, reference: str) -> tuple[ResolvedComponent, ...]:
        """An address means one component, though another one may have a section for its bare name."""
        alone = self.sections.get(reference, {}).get(reference)
        return (alone,) if alone and alone.address == reference else self.candidates(reference)

    def candidates(self, reference: str) -> tuple[ResolvedComponent, ...]:
        """The components that `reference` can mean: the one at an address, or all that have the bare name."""
        section, dot, name = reference.partition(".")
        if not dot:
            return self.named.get(reference, ())
        found = self.sections.get(section, {}).get(name)
        return (found,) if found else ()

    def divided(self, symbol: str) -> tuple[str, str]:
        """Reference and attribute of a pointer: ``queues.jobs.arn`` or ``jobs.arn``; attributes may have dots too."""
        first, _, rest = symbol.partition(".")
        second, _, attribute = rest.partition(".")
        if attribute and second in self.sections.get(first, {}):
            return f"{first}.{second}", attribute
        return first, rest

    def verbs(self, user: ResolvedComponent, target: ResolvedComponent) -> tuple[str, ...]:
        """What `user` does with `target` by its `uses`."""
        return next((verbs for one, verbs in self._uses.get(target.address, ()) if one is user), ())

    def in_network(self, user: ResolvedComponent, target: ResolvedComponent) -> bool:
        """Whether what `user` does with `target` goes through the platform's network; ``call.client`` is ``call``."""
        verbs = (verb.partition(".")[0] for verb in self.verbs(user, target))
        return not {*target.kind.get("x-network-verbs", ())}.isdisjoint(verbs)

    def users(self, target: ResolvedComponent, verb: str) -> Iterator[ResolvedComponent]:
        """Components that do `verb` with `target` by their `uses`."""
        return (user for user, verbs in self._uses.get(target.address, ()) if verb in verbs)

    def pointers(self, value: Json) -> Iterator[tuple[ResolvedComponent, str]]:
        """Component and attribute of each `${component.attribute}` in `value`, at any depth."""
        if isinstance(value, str):
            for symbol in parts(value)[1::2] if OPEN in value else ():
                yield from self._pointer(symbol)
        elif isinstance(value, Mapping | list):
            for child in value.values() if isinstance(value, Mapping) else value:
                yield from self.pointers(child)

    def reads(self, target: ResolvedComponent) -> Iterator[tuple[str, str]]:
        """Address and attribute of each value that reads an attribute of `target`; `overrides` are an address too."""
        return iter(self._reads.get(target.address, ()))

    @functools.cached_property
    def _uses(self) -> Mapping[str, list[tuple[ResolvedComponent, tuple[str, ...]]]]:
        """Address of a target → its users, each with what it does."""
        uses: dict[str, list[tuple[ResolvedComponent, tuple[str, ...]]]] = {}
        for user in self.components():
            for reference, use in (user.settings.get("uses") or {}).items():
                target = self.component(reference)
                verbs = (use["verbs"] if isinstance(use, Mapping) else use) or ()
                if target:
                    uses.setdefault(target.address, []).append(
                        (user, (verbs,) if isinstance(verbs, str) else (*verbs,))
                    )
        return uses

    @functools.cached_property
    def _reads(self) -> Mapping[str, list[tuple[str, str]]]:
        reads: dict[str, list[tuple[str, str]]] = {}
        places = [(component.address, component.settings) for component in self.components()]
        for address, value in (*places, ("overrides", self.header.get("overrides"))):
            for component, attribute in self.pointers(value) if has_symbols(value) else ():
                reads.setdefault(component.address, []).append((address, attribute))
        return reads

    def _pointer(self, symbol: str) -> Iterator[tuple[ResolvedComponent, str]]:
        reference, attribute = self.divided(symbol)
        target = self.component(reference)
        if target:
            yield target, attribute


def resolved_spec(document: Document, schema: Schema) -> ResolvedSpec:
    """The view of a resolved document."""
    sections: dict[str, dict[str, ResolvedComponent]] = {}
    named: dict[str, tuple[ResolvedComponent, ...]] = {}
    for section, name, path, settings in components(document, schema):
        component = ResolvedComponent(section, name, path, settings, schema.kinds[section])
        sections.setdefault(section, {})[name] = component
        named[name] = (*named.get(name, ()), component)
    header = {key: value for key, value in document.data.items() if key not in schema.kinds}
    return ResolvedSpec(header, sections, named)
