"""Find the component that a reference names, and check that it supports the use.

A reference is an address (``queues.jobs``), or a bare name. A name that several sections have means the one component
that supports the use; where several do, the reference must be an address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from compiler.language.resource_types import attributes
from compiler.language.schema import Schema
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.interpolation import imported
from compiler.source.json_value import Json

Report = Callable[[str, str, Path, str], None]
"""Called with code, message, path and help of a fault."""


@frozen(eq=True)
class _Wish:
    """What is asked of a component by a bare name that several may have."""

    fits: Callable[[ResolvedComponent], bool]
    code: str = ""
    """Of the fault where none of several fits; without one the first of them is taken."""
    lacking: str = ""
    """What none of them does or has."""
    suggest: Callable[[Sequence[ResolvedComponent]], str] = lambda _: ""


class Targets:
    """Finds targets for one resolved spec, and reports each that cannot be meant."""

    def __init__(self, spec: ResolvedSpec, schema: Schema, report: Report) -> None:
        self._spec = spec
        self._schema = schema
        self._report = report

    def used(self, source: str, reference: str, verbs: Iterable[str], path: Path) -> ResolvedComponent | None:
        """The target of `uses`, of which each verb is then asked by `offers_verb`."""
        wanted = tuple(verbs)
        others = self._others(source, reference)
        enough = all if any(all(verb in verbs_of(one) for verb in wanted) for one in others) else any
        first = next(iter(wanted), "")
        wish = _Wish(
            lambda one: enough(verb in verbs_of(one) for verb in wanted),
            "unknown-verb",
            f"offers '{first}'",
            lambda others: _nearest(first, others, verbs_of),
        )
        return self._meant(source, reference, path, wish)

    def referred(self, source: str, reference: str, offer: str, path: Path) -> ResolvedComponent | None:
        """The target of a setting with ``x-reference: offer``, if it has that offer."""
        wish = _Wish(
            lambda one: offer in one.kind.get("x-offers", {}),
            "wrong-kind",
            "is allowed here",
            lambda _: self._kinds_with(offer),
        )
        target = self._meant(source, reference, path, wish)
        return target if target and self._offers(target, reference, offer, path) else None

    def read(self, source: str, symbol: str, path: Path) -> tuple[ResolvedComponent, str] | None:
        """Component and attribute of the pointer ``${symbol}``, if the component has the attribute."""
        reference, attribute = self._divided(symbol)
        wish = _Wish(
            lambda one: attribute in readable(one),
            "unknown-attribute",
            f"has the attribute '{attribute}'",
            lambda others: _nearest(attribute, others, readable),
        )
        if self._reads_itself(source, reference, wish):
            message = "a component can't read an attribute of its own"
            self._report("unknown-component", message, path, "write the value itself")
            return None
        target = self._meant(source, reference, path, wish)
        return (target, attribute) if target and self._has(target, reference, attribute, path) else None

    def _reads_itself(self, source: str, reference: str, wish: _Wish) -> bool:
        """Whether the component itself has what is read, and no other one that the reference can mean."""
        fitting = {one.address for one in self._spec.candidates(reference) if wish.fits(one)}
        return fitting == {source}

    def _divided(self, symbol: str) -> tuple[str, str]:
        """Reference and attribute; a section that no component is called is the start of an address."""
        reference, attribute = self._spec.divided(symbol)
        if reference not in self._schema.kinds or self._spec.candidates(reference):
            return reference, attribute
        name, _, attribute = attribute.partition(".")
        return f"{reference}.{name}", attribute

    def named(self, reference: str, path: Path, fits: Callable[[ResolvedComponent], bool]) -> ResolvedComponent | None:
        """The component that a key of a map names. What is unknown is reported by the kind's own check."""
        if not self._spec.candidates(reference):
            return None
        return self._meant("", reference, path, _Wish(fits))

    def offers_verb(self, target: ResolvedComponent, reference: str, verb: str, path: Path) -> bool:
        """Whether `uses` may name the verb."""
        verbs = verbs_of(target)
        if verb in verbs:
            return self._unchanged(target, reference, verb, path)
        message = f"a {target.kind['x-noun']} ('{reference}') does not offer '{verb}'"
        help_text = did_you_mean(verb, verbs) if verbs else "nothing uses it; remove it"
        self._report("unknown-verb", message, path, help_text)
        return False

    def _others(self, source: str, reference: str) -> list[ResolvedComponent]:
        """What a component can mean by a reference: never itself."""
        return [one for one in self._spec.candidates(reference) if one.address != source]

    def _meant(self, source: str, reference: str, path: Path, wish: _Wish) -> ResolvedComponent | None:
        others = self._others(source, reference)
        fitting = [one for one in others if wish.fits(one)]
        if not fitting and len(others) > 1 and wish.code:
            message = f"neither {_nor(others)} {wish.lacking}"
            self._report(wish.code, message, path, wish.suggest(others))
            return None
        return self._alone(source, reference, path, fitting or others[:1])

    def _alone(
        self, source: str, reference: str, path: Path, fitting: Sequence[ResolvedComponent]
    ) -> ResolvedComponent | None:
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            spellings = [one.qualified for one in fitting]
            message = f"'{reference}' can mean {', '.join(spellings[:-1])} or {spellings[-1]}"
            self._report("ambiguous-component", message, path, f"write '{spellings[0]}' or '{spellings[-1]}'")
        elif own := self._spec.candidates(reference):
            help_text = own[0].kind.get("x-instead-of-itself", "remove it")
            self._report("unknown-component", "a component can't use itself", path, help_text)
        else:
            message = f"there is no component '{reference}'"
            self._report("unknown-component", message, path, self._guess(source, reference))
        return None

    def _guess(self, source: str, reference: str) -> str:
        whole = self._spec.candidates(reference.rpartition(".")[0])
        if whole:
            verbs = ", ".join(verbs_of(whole[0]))
            return f"name '{whole[0].name}' itself" + (f", with one of its verbs: {verbs}" if verbs else "")
        others = [one for one in self._spec.components() if one.address != source]
        return did_you_mean(reference, [one.address if "." in reference else one.name for one in others])

    def _offers(self, target: ResolvedComponent, reference: str, offer: str, path: Path) -> bool:
        if offer in target.kind.get("x-offers", {}):
            return self._unchanged(target, reference, offer, path)
        message = f"'{reference}' is in {target.section}, which is not allowed here"
        self._report("wrong-kind", message, path, self._kinds_with(offer))
        return False

    def _kinds_with(self, offer: str) -> str:
        able = sorted(section for section, kind in self._schema.kinds.items() if offer in kind.get("x-offers", {}))
        return f"use a component of: {', '.join(able)}"

    def _unchanged(self, target: ResolvedComponent, reference: str, verb: str, path: Path) -> bool:
        if target.settings.get("existing") is None or verb in target.kind["x-existing"]["offers"]:
            return True
        unknown = target.kind["x-existing"].get("unknown", {}).get(verb)
        if unknown:
            message = f"'{reference}' is an existing resource, of which the spec does not know what '{verb}' needs"
            self._report("existing-unknown", message, path, unknown)
            return False
        what, where = "an existing resource, which is never changed", "where it is managed"
        if imported(target.settings["existing"]):
            what, where = "imported, so that its own platform alone changes it", "there"
        message = f"'{reference}' is {what}, and '{verb}' would have to change it"
        help_text = f"make the change {where}, or create a resource in this platform"
        self._report("existing-unchanged", message, path, help_text)
        return False

    def _has(self, target: ResolvedComponent, reference: str, attribute: str, path: Path) -> bool:
        known = readable(target)
        if attribute in known:
            return True
        message = f"a {target.kind['x-noun']} ('{reference}') has no attribute '{attribute}'"
        if not attribute:
            message = f"'{reference}' is a component: say which attribute of it is meant"
        self._report("unknown-attribute", message, path, did_you_mean(attribute, known))
        return False


def _nor(components: Sequence[ResolvedComponent]) -> str:
    *first, last = (one.qualified for one in components)
    return f"{', '.join(first)} nor {last}"


def _nearest(
    asked: str, components: Sequence[ResolvedComponent], has: Callable[[ResolvedComponent], Iterable[str]]
) -> str:
    return did_you_mean(asked, list(dict.fromkeys(word for one in components for word in has(one))))


def verbs_of(target: ResolvedComponent) -> Iterable[str]:
    """What `uses` may name of a component: by its kind, or by settings of its own.

    ``x-verbs-of`` names the setting that defines all of them, ``x-verbs-of-each`` one whose entries a verb may name.
    """
    verbs: Iterable[str] = target.kind.get("x-verbs", ())
    if "x-verbs-of" in target.kind:
        verbs = target.settings[target.kind["x-verbs-of"]]
    return (*verbs, *_of_each(target)) if "x-verbs-of-each" in target.kind else verbs


def _of_each(target: ResolvedComponent) -> Iterator[str]:
    """Verbs that name one entry of a setting: ``call.client``."""
    for verb, setting in target.kind["x-verbs-of-each"].items():
        yield from (f"{verb}.{name}" for name in target.settings.get(setting) or ())


def readable(target: ResolvedComponent) -> tuple[str, ...]:
    """What ``${…}`` may read of a component."""
    kind: Mapping[str, Json] = target.kind
    known = tuple(kind.get("x-attributes", ()))
    if "x-attributes-of" in kind:
        known += attributes(str(target.settings.get(kind["x-attributes-of"])))
    if target.settings.get("existing") is not None:
        known = tuple(one for one in known if one not in kind.get("x-existing", {}).get("lacks", ()))
    return tuple(one for one in known if not _lacking(target, one))


def _lacking(target: ResolvedComponent, attribute: str) -> bool:
    """Whether a setting of the component has a value with which it does not have the attribute."""
    unless: Mapping[str, Json] = target.kind.get("x-attributes-unless", {}).get(attribute, {})
    return any(target.settings.get(setting) in values for setting, values in unless.items())
