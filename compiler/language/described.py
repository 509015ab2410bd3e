"""What the schemas say of each setting: the values it takes, its default, what it is, an example."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from compiler.language.facts import fact
from compiler.language.schema import Schema
from compiler.language.times import TIME, bounds, spelled
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

POSTURES = ("development", "staging", "production")
_MOST_KNOWN = 60


@frozen(eq=True)
class Setting:
    """A setting of a section, or of the header."""

    path: str
    """From the component on: ``routes.*.to`` inside of a map, ``ignore[].rule`` inside of a list."""
    about: Mapping[str, Json]
    """Its schema."""
    required: bool

    @property
    def description(self) -> str:
        return str(self.about.get("description", ""))

    @property
    def example(self) -> str:
        """The first example as JSON; empty where there is none."""
        return code(self.about["examples"][0]) if self.about.get("examples") else ""

    @property
    def defaults(self) -> Mapping[str, Json]:
        """Posture → default; the same under an empty name where no posture decides."""
        by_posture, default = self.about.get("x-posture", {}), self.about.get("default")
        return {posture: by_posture.get(posture, default) for posture in POSTURES} if by_posture else {"": default}

    @property
    def values(self) -> str:
        """The values that it takes."""
        return _values(self.about)


def settings(
    schema: Schema, properties: Mapping[str, Json], required: Json = (), prefix: str = ""
) -> Iterator[Setting]:
    """Each setting with those inside of it."""
    for name, written in properties.items():
        about = schema.deref(written)
        yield Setting(f"{prefix}{name}", about, name in required)
        for child, step in ((about, "."), (about.get("items"), "[]."), (about.get("additionalProperties"), ".*.")):
            below = schema.deref(child) if isinstance(child, Mapping) else {}
            if below.get("properties") and name != "environments":
                yield from settings(schema, below["properties"], below.get("required", ()), f"{prefix}{name}{step}")


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*([ _./-][A-Za-z0-9]+)*")
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null"))


def insertable(example: Json) -> bool:
    """Whether an editor can write the example as it is: one value, or a list of numbers and plain words.

    The YAML language server has no words for a map that it offers, and quotes no text in a list that it writes.
    """
    return all(map(_plain, example)) if isinstance(example, list) else not isinstance(example, Mapping)


def _plain(value: Json) -> bool:
    """Whether the value can stand in YAML without quotes."""
    if not isinstance(value, str):
        return isinstance(value, (bool, int, float))
    return _PLAIN.fullmatch(value) is not None and value.lower() not in _WORDS


def code(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _values(about: Mapping[str, Json]) -> str:
    return _numbers(about) + (_time(about) if TIME in about else "")


def _time(about: Mapping[str, Json]) -> str:
    """That a time may be text, with its limits where they are not those of the number."""
    grain = about[TIME].get("grain")
    if not grain:
        return ", or a time"
    low, high = bounds(about)
    return f", or a time in whole {grain}, {spelled(low)} to {spelled(high or 0)}"


def _numbers(about: Mapping[str, Json]) -> str:
    if "enum" in about:
        return ", ".join(f"`{code(name)}`" for name in about["enum"])
    types = about.get("type", "")
    names = [name for name in ([types] if isinstance(types, str) else types) if name != "null"]
    words = " or ".join(names)
    low, high = about.get("minimum"), about.get("maximum")
    if low is not None and high is not None:
        return f"{words}, {low} to {high}"
    if "x-known" in about:
        return f"{words}: {_known(about)}"
    expects = about.get("x-expects")
    return f"{words}: {expects}" if expects else words


def _known(about: Mapping[str, Json]) -> str:
    """The values that AWS offered on the date of the data; others are passed on with a warning."""
    known = fact(about["x-known"])
    listed = {of: known.current(of) for of in known.lists}
    if sum(map(len, listed.values())) > _MOST_KNOWN:
        return f"{about['x-expects']} ([known on {known.date}](known-values.md#{known.name}))"
    shown = (f"{of}: {', '.join(f'`{one}`' for one in values)}".removeprefix(": ") for of, values in listed.items())
    return f"{'; '.join(shown)} ([known on {known.date}](known-values.md#{known.name}))"
