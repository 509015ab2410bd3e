"""Check settings against the known values that their schemas name with `x-known`.

What AWS has ended is an error. What it has deprecated, what costs extra and what the data does not know are warnings.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from compiler.language.components import components
from compiler.language.facts import Fact, fact
from compiler.language.schema import Schema, owner_name
from compiler.source.diagnostics import Diagnostic, Place, did_you_mean
from compiler.source.document import Document, Path
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json

_ANY = "*"
"""Stands in a pattern for every name of a map and every entry of a list."""
_NAMES = "x-names"
"""Ends a pattern of what the names of a map are held against."""
_MOST_LISTED = 30
_STAGES = ("ended", "closed", "deprecated", "extra_cost")
"""Stages of a value's life; the first that is reached is reported."""
CODES = frozenset(("unknown-value", "ended-value", "deprecated-value", "extra-cost"))
Pattern = tuple[Path, str]
"""Where in a component a fact is asked, and its name."""


def known_values(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    """An error or warning for each value that is unknown, deprecated, ended or costs extra."""
    for section, _, path, data in components(document, schema):
        if not isinstance(data, Mapping) or data.get("existing") is not None:
            continue
        yield from _checked(document, path, data, _patterns(section))
    header = {key: value for key, value in document.data.items() if key not in schema.kinds}
    yield from _checked(document, (), header, _patterns(""))


def _checked(
    document: Document, path: Path, data: Mapping[str, Json], patterns: tuple[Pattern, ...]
) -> Iterator[Diagnostic]:
    """Check only what the author wrote: defaults are kept up to date here."""
    for pattern, name in patterns:
        of_name = pattern[-1] == _NAMES
        written, place = (document.keys, document.key_place) if of_name else (document.values, document.value_place)
        known_fact = fact(name)
        of = str(data[known_fact.by]) if known_fact.by else ""
        for below, value in _at(data, pattern):
            whole = (*path, *below)
            if whole in written and value is not None and OPEN not in str(value):
                yield from _judged(known_fact, of, str(value), (place(whole), owner_name(whole)))


def _at(data: Json, pattern: Path, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Each value that lies where `pattern` leads, with its path."""
    if not pattern:
        yield path, data
        return
    step, *rest = pattern
    if step == _NAMES:
        yield from (((*path, name), name) for name in (data or {}))
    elif step == _ANY:
        children = data.items() if isinstance(data, Mapping) else enumerate(data or ())
        for name, child in children:
            yield from _at(child, (*rest,), (*path, name))
    elif isinstance(data, Mapping) and step in data:
        yield from _at(data[step], (*rest,), (*path, step))


def _judged(known_fact: Fact, of: str, value: str, where: tuple[Place, str]) -> Iterator[Diagnostic]:
    known = known_fact.known(of)
    if value not in known:
        message = f"'{value}' is not {known_fact.noun.format(of=of)} known on {known_fact.date}; passed as written"
        yield _warned("unknown-value", message, where, _close(value, known_fact.offered(of)))
        return
    known_value = known[value]
    reached = next((stage for stage in _STAGES if known_fact.reached(known_value, stage)), None)
    if reached:
        yield _stage(known_fact, reached, (of, value), where)


def _stage(known_fact: Fact, stage: str, named: tuple[str, str], where: tuple[Place, str]) -> Diagnostic:
    of, value = named
    known_value = known_fact.known(of)[value]
    message = known_fact.says[stage].format(**{**known_value, "of": of, "value": value, "date": known_value[stage]})
    help_text = f"move to '{known_value['successor']}'" if known_value.get("successor") else ""
    if stage == "ended":
        return Diagnostic("ended-value", message, *where, help_text)
    if stage == "extra_cost":
        return _warned("extra-cost", message, where, help_text)
    return _warned("deprecated-value", message, where, help_text)


def _warned(code: str, message: str, where: tuple[Place, str], help_text: str) -> Diagnostic:
    return Diagnostic(code, message, *where, help_text, severity="warning")


def _close(value: str, offered: tuple[str, ...]) -> str:
    guess = did_you_mean(value, offered)
    if guess.startswith("did"):
        return guess
    return f"known: {', '.join(offered)}" if 0 < len(offered) <= _MOST_LISTED else ""


@functools.cache
def _patterns(section: str) -> tuple[Pattern, ...]:
    """Where the schema of a section refers to facts; of the header without a section."""
    from compiler.language.schema import load_schema

    schema = load_schema()
    about = schema.kinds[section] if section else {"properties": {**schema.base["properties"], "environments": {}}}
    return tuple(_marked(schema, about, ()))


def _marked(schema: Schema, written: Json, path: Path) -> Iterator[Pattern]:
    about = schema.deref(written)
    if "x-known" in about:
        yield path, about["x-known"]
    names = schema.deref(about.get("propertyNames", {}))
    if "x-known" in names:
        yield (*path, _NAMES), names["x-known"]
    for name, child in about.get("properties", {}).items():
        yield from _marked(schema, child, (*path, name))
    for key in ("items", "additionalProperties"):
        if isinstance(about.get(key), Mapping):
            yield from _marked(schema, about[key], (*path, _ANY))
