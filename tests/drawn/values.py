"""Draws settings from the schemas of the spec language: any value that one allows, most often a likely one."""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from compiler.language.accept import Acceptor
from compiler.language.facts import current_values, known_to
from compiler.language.schema import Schema
from compiler.source.json_value import Json

PLAIN = string.ascii_letters + string.digits + " -_./:,*@"
VARIABLES = ("${env}", "${platform}", "${region}", "x-${env}", "$${x}", "/${platform}/${env}")
KNOWN_TO_AWS = ("instance", "node")
"""Settings whose known values are not in every region, which cfn-lint knows."""
USES = "#/$defs/uses"
SCHEDULES = ("rate(1 minute)", "rate(12 hours)", "at(2028-02-29T23:59:59)")
CRONS = ("cron(0 6 ? * MON-FRI *)", "cron(15 0/4 L * ? *)", "cron(0 0 29 FEB ? 2028)", "cron(5 8,20 ? 1-6 FRI#3 *)")
"""What AWS takes as schedule; the first where a setting takes more than cron."""
NOTHING = object()
"""Instead of a value: there is none, as no component fits."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The components of a platform that is being drawn: name → section. It grows by what others need."""

    schema: Schema
    sections: dict[str, str]
    environments: Sequence[str]
    enlist: Callable[[Sequence[str]], str | None]
    """Adds a component of one of these sections and gives its name; None when the platform is large enough."""
    wild: bool = True
    """Whether strings are any that a pattern takes, or likely ones only."""

    def offering(self, offer: str, besides: str) -> list[str]:
        """Names of components that can stand where `offer` is asked for."""
        able = self.able(offer)
        return [name for name, section in self.sections.items() if section in able and name != besides]

    def able(self, offer: str) -> list[str]:
        return [name for name, kind in self.schema.kinds.items() if offer in kind.get("x-offers", {})]

    def readable(self, besides: str) -> list[str]:
        """All ``${component.attribute}`` but those of one component."""
        return [
            f"${{{name}.{attribute}}}"
            for name, section in self.sections.items()
            for attribute in self.schema.kinds[section].get("x-attributes", ())
            if name != besides
        ]


class Values:
    """Draws the settings of one component, whose name is `owner`."""

    def __init__(self, draw: st.DrawFn, cast: Cast, owner: str) -> None:
        self._draw = draw
        self._cast = cast
        self._owner = owner
        self._acceptor = Acceptor({"$defs": {**cast.schema.base["$defs"], **cast.schema.kinds}})

    def settings(self, about: Mapping[str, Json], most: int, whole: bool = True) -> dict[str, Json]:
        """An object with what it must have (when it is to be `whole`) and up to `most` of the rest."""
        known = about.get("properties", {})
        must = [name for name in about.get("required", ()) if name in known and whole]
        may = [name for name in known if name not in must and name != "properties"]
        chosen = [*must, *self._some(may, most, about.get("minProperties", 0) if may else 0)]
        for name in [*chosen] if whole else ():
            chosen += [more for more in about.get("dependentRequired", {}).get(name, ()) if more not in chosen]
        drawn = {name: self.value({**known[name], "x-name": name}) for name in dict.fromkeys(chosen)}
        drawn |= self._map(about)
        drawn |= self._of_engine(known, drawn)
        return {name: value for name, value in drawn.items() if value is not NOTHING}

    def _of_engine(self, known: Mapping[str, Json], drawn: Mapping[str, Json]) -> dict[str, Json]:
        """Versions and the like that the drawn engine has."""
        found = {}
        for name in sorted(drawn.keys() & known.keys() - {*KNOWN_TO_AWS}):
            asked = known_to(known[name])
            if asked and asked.by in drawn and drawn[name] is not NOTHING:
                found[name] = self._draw(st.sampled_from(asked.current(drawn[asked.by])))
        return found

    def value(self, written: Mapping[str, Json]) -> Json:
        """A value of a schema, or NOTHING."""
        if written.get("$ref") == USES:
            return self._uses(written.get("minProperties", 0))
        about = self._cast.schema.deref(written)
        if about.get("x-name") == "only":
            return self._draw(st.lists(st.sampled_from(self._cast.environments), min_size=1, unique=True))
        if about.get("x-name") == "renamed_from":
            return f"old-{self._owner}" if self._owner.isalnum() else NOTHING
        if about.get("x-keys-name-components"):
            return self._of_components(about)
        examples = about.get("examples")
        if examples and self._draw(st.integers(0, 2)) == 0:
            return self._likely(about, self._draw(st.sampled_from(examples)))
        return self._any(about)

    def _any(self, about: Mapping[str, Json]) -> Json:
        if "x-known" in about and about.get("x-name") not in KNOWN_TO_AWS:
            return self._draw(st.sampled_from(current_values(about)))
        if "enum" in about:
            return self._draw(st.sampled_from([one for one in about["enum"] if one is not None]))
        kind = self._draw(st.sampled_from([one for one in _types(about) if one != "null"]))
        makers: dict[str, Callable[[Mapping[str, Json]], Json]] = {
            "object": lambda one: self.settings(one, 3),
            "array": self._list,
            "string": self._text,
            "boolean": lambda _: self._draw(st.booleans()),
            "integer": self._number,
            "number": self._number,
        }
        drawn = makers[kind](about)
        if drawn is NOTHING or self._acceptor.accepts({"not": about["not"]} if "not" in about else True, drawn):
            return drawn
        return NOTHING

    def _some(self, names: Sequence[str], most: int, least: int = 0) -> list[str]:
        if not names or not most:
            return []
        least = min(least, len(names))
        return self._draw(st.lists(st.sampled_from(names), min_size=least, max_size=max(least, most), unique=True))

    def _map(self, about: Mapping[str, Json]) -> dict[str, Json]:
        """Entries under names of the author's own, where a schema has them."""
        rest = about.get("additionalProperties")
        if not isinstance(rest, Mapping):
            return {}
        names = self._cast.schema.deref(about.get("propertyNames", {"pattern": "^[a-z]{1,8}$"}))
        least, most = about.get("minProperties", 0), min(about.get("maxProperties", 3), 3)
        size = self._draw(st.integers(least, max(least, most)))
        examples = {name: 1 for example in about.get("examples", ()) for name in example}
        found = {}
        for _ in range(size):
            name = self._any({**names, "type": "string", "examples": [*examples]})
            if name is not NOTHING:
                found[name] = self.value(rest)
        return found

    def _list(self, about: Mapping[str, Json]) -> Json:
        least, most = about.get("minItems", 0), min(about.get("maxItems", 3), 3)
        items = [
            self.value(about.get("items", {"type": "string"})) for _ in range(self._draw(st.integers(least, most)))
        ]
        kept = [one for index, one in enumerate(items) if one is not NOTHING and one not in items[:index]]
        return kept if len(kept) >= least else NOTHING

    def _number(self, about: Mapping[str, Json]) -> Json:
        step = about.get("multipleOf", 1)
        least = -(-about.get("minimum", -10) // step)
        most = about.get("maximum", 100_000) // step
        edges = [least * step, most * step, *(one for one in about.get("examples", ()) if isinstance(one, int))]
        near = st.integers(least, min(most, least + 20)).map(lambda one: one * step)
        number = self._draw(st.sampled_from(edges) | near | st.integers(least, most).map(lambda one: one * step))
        unit = about.get("x-time", {}).get("unit")
        return f"{number}{unit[0]}" if unit and self._draw(st.booleans()) else number

    def _text(self, about: Mapping[str, Json]) -> Json:
        if "x-reference" in about and not (about.get("x-or-arn") and self._draw(st.booleans())):
            return self._reference(about["x-reference"])
        if "x-schedule" in about:
            others = SCHEDULES if "rate" in about["x-schedule"]["takes"] else ()
            return self._draw(st.sampled_from((*CRONS, *others)))
        kind = self._draw(st.integers(0, 9))
        likely = [one for one in about.get("examples", ()) if isinstance(one, str) and not _points(one)]
        if likely and (kind < 6 or not self._cast.wild or about.get("x-name") in KNOWN_TO_AWS):
            return self._draw(st.sampled_from(likely))
        pointing = [one for one in (*VARIABLES, *self._cast.readable(self._owner)) if self._fits(about, one)]
        if kind == 9 and pointing:
            return self._draw(st.sampled_from(pointing))
        text = self._draw(_texts(about.get("pattern", ""), about.get("minLength", 0), about.get("maxLength", 40)))
        fits = "${" not in text and self._fits(about, text)
        return text if fits else likely[0] if likely else NOTHING

    def _fits(self, about: Mapping[str, Json], text: str) -> bool:
        rules = {key: about[key] for key in ("pattern", "minLength", "maxLength") if key in about}
        return self._acceptor.accepts(rules, text)

    def _reference(self, offer: str) -> Json:
        fitting, often = self._cast.offering(offer, self._owner), self._draw(st.integers(0, 3))
        if fitting and often:
            return self._draw(st.sampled_from(fitting))
        return self._cast.enlist(self._cast.able(offer)) or (fitting[0] if fitting else NOTHING)

    def _likely(self, about: Mapping[str, Json], example: Json) -> Json:
        """An example with names of components that are there."""
        about = self._cast.schema.deref(about)
        if isinstance(example, str):
            if "x-reference" in about and not (about.get("x-or-arn") and example.startswith("arn:")):
                return self._reference(about["x-reference"])
            return NOTHING if _points(example) else example
        if isinstance(example, list):
            items = [self._likely(about.get("items", {}), one) for one in example]
            return NOTHING if any(one is NOTHING for one in items) else items
        if isinstance(example, Mapping):
            known, rest = about.get("properties", {}), about.get("additionalProperties")
            below = {key: known.get(key, rest if isinstance(rest, Mapping) else {}) for key in example}
            members = {key: self._likely(below[key], one) for key, one in example.items()}
            return {key: one for key, one in members.items() if one is not NOTHING}
        return example

    def _uses(self, least: int) -> Json:
        """Verbs of components that are there."""
        if least:
            self._cast.enlist([one for one, kind in self._cast.schema.kinds.items() if kind.get("x-verbs")])
        able = {
            name: [*self._cast.schema.kinds[section].get("x-verbs", ())]
            for name, section in self._cast.sections.items()
            if name != self._owner
        }
        able = {name: verbs for name, verbs in able.items() if verbs}
        wide = self._draw(st.integers(0, 5)) == 0
        said = {name: self._use(able[name]) for name in self._some([*able], 4, least)}
        for section in dict.fromkeys(map(self._cast.sections.__getitem__, said) if wide else ()):
            verbs = [*self._cast.schema.kinds[section].get("x-verbs", ())]
            said[f"{section}.*"] = self._draw(st.sampled_from(verbs))
        return said

    def _use(self, verbs: Sequence[str]) -> Json:
        some = self._draw(st.lists(st.sampled_from(verbs), min_size=1, unique=True))
        said: Json = some if len(some) > 1 else some[0]
        stem = self._draw(st.sampled_from(["", "", "", "DB", "A_1"]))
        silent = self._draw(st.integers(0, 7)) == 0
        more = ({"as": stem} if stem else {}) | ({"variables": False} if silent else {})
        return {"verbs": said, **more} if more else said

    def _of_components(self, about: Mapping[str, Json]) -> Json:
        """Entries for components that have an offer, or for alarms that they have: ``main.CpuHigh``."""
        offer, kinds = about["x-keys-name-components"], self._cast.schema.kinds
        sections = self._cast.sections.items()
        able = [name for name, section in sections if offer in kinds[section].get("x-offers", {})]
        if offer == "alarm":
            able = [f"{name}.{alarm}" for name, section in sections for alarm in kinds[section].get("x-alarms", ())]
        texts = {key: self.value(about["additionalProperties"]) for key in self._some(able, 2)}
        return {key: text for key, text in texts.items() if text is not NOTHING}


def _types(about: Mapping[str, Json]) -> list[str]:
    said = about.get("type", "object" if "properties" in about else "string")
    return [said] if isinstance(said, str) else list(said)


def _points(text: str) -> bool:
    """Whether `text` reads an attribute of a component."""
    return re.search(r"\$\{[^}]*\.", text) is not None


@functools.cache
def _texts(pattern: str, least: int, most: int) -> st.SearchStrategy[str]:
    if not pattern:
        return st.text(PLAIN, min_size=least, max_size=max(least, min(most, 20)))
    return st.from_regex(re.compile(pattern, re.ASCII), alphabet=st.characters(min_codepoint=32, max_codepoint=126))
