"""Text of the attributes that a spec itself fixes, such as the name of a domain, a port, or a name under `naming:`.

``x-fixed-attributes`` of a kind maps such attributes to text with holes: settings (``{domain}``, ``{zone.id}``), and
``{platform}``, ``{env}``, ``{component}``, ``{physical}`` (the name by the `naming:` pattern). A list is of
alternatives: the first counts whose settings are all set. A map has one setting and the text for each value of it
(``{"engine": {"mysql": "3306"}}``). ``fixed`` in ``x-existing`` maps the attributes that `existing:` tells, to text
with the holes that ``answers`` have. What only AWS knows (an account that is not set) is not fixed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from compiler.language.naming import physical_name
from compiler.language.schema import Schema
from compiler.meaning.claimed_names import renamed_by_patch
from compiler.meaning.existing_facts import HOLE, facts_of, filled_hole
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.meaning.targets import readable
from compiler.source.document import Path
from compiler.source.interpolation import CLOSE, OPEN, parts
from compiler.source.json_value import Json

_OF_ID = ("id", "arn", "name", "partition", "region", "account")
"""Words that an id tells, unless it is only a part of what `stackwright lookup` finds."""
Read = tuple[str, str]
"""Address of a component, and one of its attributes."""


class FixedAttributes:
    """The fixed attributes of one environment.

    `spec` has written or resolved components; `settle` gives the settings of one with every default.
    """

    def __init__(
        self, spec: ResolvedSpec, schema: Schema, settle: Callable[[ResolvedComponent], Mapping[str, Json]]
    ) -> None:
        self._spec = spec
        self._schema = schema
        self._settle = settle
        self._known: dict[Read, str | None] = {}
        self._way: list[tuple[Read, Path]] = []
        """What is being read, each with the setting that reads it."""
        self.circles: list[tuple[tuple[Read, Path], ...]] = []

    def text(self, source: str, symbol: str, path: Path) -> str | None:
        """Text of the pointer ``${symbol}`` at `path`, in the component `source`; None where it is not fixed."""
        reference, attribute = self._spec.divided(symbol)
        others = [one for one in self._spec.candidates(reference) if one.address != source]
        fitting = [one for one in others if attribute in readable(one)]
        return self._read(fitting[0], attribute, path) if len(fitting) == 1 else None

    def plain(self, source: str, text: str, path: Path) -> str:
        """Resolved text at `path` of the component `source`, with every pointer that is fixed written out."""
        pieces = list(parts(text))
        for index, symbol in enumerate(pieces[1::2]):
            known = self.text(source, symbol, path) if "." in symbol else None
            pieces[2 * index + 1] = f"{OPEN}{symbol}{CLOSE}" if known is None else known
        return "".join(pieces)

    def _read(self, target: ResolvedComponent, attribute: str, path: Path) -> str | None:
        read = (target.address, attribute)
        if read not in self._known:
            started = next((index for index, (one, _) in enumerate(self._way) if one == read), None)
            if started is not None:
                self.circles.append((*self._way[started + 1 :], (read, path)))
                return None
            self._way.append((read, path))
            self._known[read] = _whole(self._found(target, attribute))
            self._way.pop()
        return self._known[read]

    def _found(self, target: ResolvedComponent, attribute: str) -> str | None:
        pattern = target.kind.get("x-fixed-attributes", {}).get(attribute)
        settings = self._settle(target)
        existing = settings.get("existing")
        if existing is None:
            return self._filled(pattern, target, settings) if pattern is not None else None
        about = target.kind.get("x-existing", {})  # validated later
        if attribute in about.get("fixed", {}):
            return _of_existing(about, about["fixed"][attribute], existing)
        kept = {name: settings.get(name) for name in about.get("with", ())}
        return self._filled(pattern, target, kept) if pattern is not None else None

    def _filled(self, pattern: Json, target: ResolvedComponent, settings: Mapping[str, Json]) -> str | None:
        if isinstance(pattern, list):
            every = (self._filled(one, target, settings) for one in pattern)
            return next((text for text in every if text is not None), None)
        if isinstance(pattern, dict):
            ((setting, texts),) = pattern.items()
            return self._filled(texts.get(str(settings.get(setting))), target, settings)
        if pattern is None:
            return None
        filled = {hole: self._hole(hole, target, settings) for hole in HOLE.findall(pattern)}
        return None if None in filled.values() else HOLE.sub(lambda hole: str(filled[hole[1]]), pattern)

    def _hole(self, hole: str, target: ResolvedComponent, settings: Mapping[str, Json]) -> str | None:
        if hole == "physical":
            return self._physical(target, settings)
        if hole in ("platform", "env"):
            return self._spec.platform if hole == "platform" else self._spec.environment
        if hole == "component":
            return str(settings.get("renamed_from") or target.name)
        steps = tuple(hole.split("."))
        value: Json = settings
        for step in steps:
            value = value.get(step) if isinstance(value, Mapping) else None
        path = (*target.path, *steps)
        return self.plain(target.address, str(value), path) if type(value) in (str, int) else None

    def _physical(self, target: ResolvedComponent, settings: Mapping[str, Json]) -> str | None:
        about, overrides = target.kind["x-physical-name"], self._spec.header.get("overrides")
        settings = {**settings, "renamed_from": settings.get("renamed_from") and str(settings["renamed_from"])}
        if renamed_by_patch(about, settings.get("properties"), overrides):
            return None
        return physical_name(self._spec.header.get("naming"), target.kind, target.name, settings)


def _of_existing(about: Mapping[str, Json], pattern: str, existing: Json) -> str | None:
    facts = facts_of(about, existing)
    if "whole" in about and not re.search(about["whole"], str(facts.get("id") or "")):
        facts |= dict.fromkeys(_OF_ID)
    filled = {hole: filled_hole(hole, facts) for hole in HOLE.findall(pattern)}
    if not all(filled.values()):
        return None
    text = HOLE.sub(lambda hole: str(filled[hole[1]]), pattern).replace("${!", f"{OPEN}{CLOSE}")
    return None if "${" in text else text.replace(f"{OPEN}{CLOSE}", "${")


def _whole(text: str | None) -> str | None:
    """Text, unless something of it only AWS knows."""
    return None if text is None or OPEN in text else text
