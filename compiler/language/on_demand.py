"""Environments on demand: ``environments: {"pr-*": …}`` is every environment whose name fits, once a command names it.

From then on it is an environment like any other, whose settings stand in the file where the pattern does.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from ipaddress import IPv4Network
from itertools import combinations

from compiler.language.accept import matches
from compiler.language.components import components
from compiler.language.schema import Schema, owner_name
from compiler.source.diagnostics import Diagnostic, Place, did_you_mean, refuse
from compiler.source.document import Document, Path
from compiler.source.json_value import Json

PATTERN, RANGE = "pattern", "range"
"""Settings of an environment on demand: the pattern that made it, and its range of addresses as text."""
_STAR = "*"
_ROOT = "environments"
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")


def is_pattern(name: str) -> bool:
    return _STAR in name


def written_names(document: Document) -> tuple[str, ...]:
    """The environments that a spec has by name, and those that were made on demand."""
    return tuple(name for name in document.data.get(_ROOT) or () if not is_pattern(name))


def patterns(document: Document) -> tuple[str, ...]:
    return tuple(name for name in document.data.get(_ROOT) or () if is_pattern(name))


def part_of(pattern: str, name: str) -> str:
    """What stands in `name` for the star of `pattern`; empty if it does not fit."""
    before, _, after = pattern.partition(_STAR)
    fits = name.startswith(before) and name.endswith(after) and len(name) > len(before) + len(after)
    return name[len(before) : len(name) - len(after)] if fits else ""


def pattern_of(name: str, known: Iterable[str]) -> str:
    """The pattern that makes the environment `name`; empty where it is written itself, and where none fits."""
    every = tuple(known)
    if name in every:
        return ""
    return next((one for one in every if is_pattern(one) and part_of(one, name)), "")


def sample(pattern: str, other_than: str = "") -> str:
    """A name that fits, to show in messages or to check what every environment of the pattern has."""
    first, second = (pattern.replace(_STAR, number) for number in ("1", "2"))
    return second if first == other_than else first


def environments_in(data: Json) -> tuple[str, ...]:
    """The environments and patterns of a spec that may have any content."""
    names = data.get(_ROOT) if isinstance(data, Mapping) else None
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, Mapping) else ()


def everything(data: Json) -> tuple[str, ...]:
    """Every environment of such a spec, and one for each pattern."""
    return tuple(map(sample, environments_in(data)))


def with_demanded(document: Document, wanted: Iterable[str], schema: Schema) -> Document:
    """The spec with each wanted environment that a pattern makes, before its pattern.

    Raises `SpecError` for names that no environment can have.
    """
    known = document.data[_ROOT]
    made = {name: pattern for name in wanted if (pattern := pattern_of(name, known))}
    refuse(_bad_names(document, made, schema))
    if not made:
        return document
    environments: dict[str, Json] = {}
    for written, settings in known.items():
        environments |= {name: _settings(name, one, settings) for name, one in made.items() if one == written}
        environments[written] = settings
    keys, values = ({**places, **_moved(places, made)} for places in (document.keys, document.values))
    return replace(document, data={**document.data, _ROOT: environments}, keys=keys, values=values)


def _settings(name: str, pattern: str, settings: Mapping[str, Json]) -> dict[str, Json]:
    made = {**settings, PATTERN: pattern}
    if RANGE in settings:
        made[RANGE] = range_of(part_of(pattern, name), settings[RANGE]["pool"], settings[RANGE]["prefix"])
    return made


def _moved(places: Mapping[Path, Place], made: Mapping[str, str]) -> dict[Path, Place]:
    """The places of what stands in a pattern, in each environment that it makes."""
    return {
        (_ROOT, name, *path[2:]): place
        for path, place in places.items()
        if path[:1] == (_ROOT,) and len(path) > 1
        for name, pattern in made.items()
        if path[1] == pattern
    }


def range_of(part: str, pool: str, prefix: int) -> str:
    """One of the ranges of a pool: by number if the part of the name is one, else by its hash.

    The ranges are counted from 0, and begin again behind the last one.
    """
    whole = IPv4Network(pool)
    count = 2 ** (prefix - whole.prefixlen)
    number = int(part) if part.isdecimal() else int.from_bytes(hashlib.sha256(part.encode()).digest())
    first = int(whole.network_address) + number % count * 2 ** (32 - prefix)
    return str(IPv4Network((first, prefix)))


def bad_patterns(document: Document) -> Iterator[Diagnostic]:
    """Patterns of a written spec that overlap, and settings that they or other environments can't have."""
    every = document.data[_ROOT]
    for one, other in combinations(patterns(document), 2):
        if _overlap(one, other):
            message = f"some names fit both '{one}' and '{other}'"
            place, first = document.key_place((_ROOT, other)), document.key_place((_ROOT, one))
            help_text = "begin or end one of them differently; an exact name is taken before any pattern"
            yield Diagnostic("overlapping-patterns", message, place, suggestion=help_text, also=(first,))
    for name, settings in every.items():
        yield from _bad_range(document, name, settings or {})
        if is_pattern(name) and (settings or {}).get("fleet"):
            message = f"'{name}' makes environments on demand, which are one stack each: 'fleet' can't be there"
            place = document.key_place((_ROOT, name, "fleet"))
            yield Diagnostic("fleet-on-demand", message, place, suggestion="write the fleet under a name of its own")


def _overlap(one: str, other: str) -> bool:
    """Whether there is a name for both: each end of one goes on with that of the other."""
    (start, _, end), (begin, _, finish) = one.partition(_STAR), other.partition(_STAR)
    starts = start.startswith(begin) or begin.startswith(start)
    return starts and (end.endswith(finish) or finish.endswith(end))


def _bad_range(document: Document, name: str, settings: Mapping[str, Json]) -> Iterator[Diagnostic]:
    if not settings.get(RANGE):
        return
    fault, step, help_text = _fault_of(name, settings[RANGE])
    if fault:
        path = (_ROOT, name, RANGE, *step)
        yield Diagnostic("bad-range", fault, document.value_place(path), suggestion=help_text)


def _fault_of(name: str, about: Mapping[str, Json]) -> tuple[str, Path, str]:
    """What is wrong with a `range`, below which setting, and what would be right; empty if nothing is."""
    if not is_pattern(name):
        help_text = "write the range itself where it is needed, as in network: {cidr: 10.1.0.0/16}"
        return f"'{name}' is one environment, and 'range' is for patterns", (), help_text
    try:
        pool = IPv4Network(about["pool"])
    except ValueError:
        loose = _loose(about["pool"])
        return f"'{about['pool']}' is not an IPv4 range", ("pool",), f"did you mean {loose}?" if loose else ""
    if not pool.prefixlen < about["prefix"]:
        message = f"{pool} has no two ranges of /{about['prefix']}"
        return message, ("prefix",), "take a larger pool, or a larger prefix, which makes smaller ranges"
    return "", (), ""


def _loose(text: str) -> str:
    """The range that an address with a prefix lies in; empty if it is none."""
    try:
        return str(IPv4Network(text, strict=False))
    except ValueError:
        return ""


def _bad_names(document: Document, made: Mapping[str, str], schema: Schema) -> Iterator[Diagnostic]:
    """Names that fit a pattern and that no environment can have."""
    about = schema.base["properties"][_ROOT]["propertyNames"]
    for name, pattern in made.items():
        if not is_pattern(name) and matches(about["pattern"], name) and len(name) <= about["maxLength"]:
            continue
        message = f"invalid name '{name}' of an environment: expected {about['x-expects']}"
        nearest = _NOT_A_LETTER.sub("-", name.lower())[: about["maxLength"]].strip("-")
        shown = nearest if part_of(pattern, nearest) and matches(about["pattern"], nearest) else sample(pattern)
        place = document.key_place((_ROOT, pattern))
        yield Diagnostic("bad-name", message, place, suggestion=f"take a name such as {shown}")


def wanted_names(document: Document, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The environments to work on, in the spec's order: the wanted ones, or all that have a name.

    Raises `SpecError` for names that no environment has, and where a spec has patterns alone and none was named.
    """
    known, made = written_names(document), patterns(document)
    place = document.key_place((_ROOT,))
    refuse(_unknown(name, (known, made), place) for name in wanted if name not in known)
    if not known and made:
        message = "all environments of the spec are made on demand"
        help_text = f"name one with --env, such as {sample(made[0])}"
        refuse([Diagnostic("environment-needed", message, document.key_place((_ROOT, made[0])), suggestion=help_text)])
    return tuple(name for name in known if not wanted or name in wanted)


def _unknown(name: str, names: tuple[tuple[str, ...], tuple[str, ...]], place: Place) -> Diagnostic:
    known, made = names
    if name in made:
        message = f"'{name}' is a pattern of environments"
        return Diagnostic("unknown-environment", message, place, suggestion=f"name one of them, such as {sample(name)}")
    hint = did_you_mean(name, (*known, *map(sample, made)))
    return Diagnostic("unknown-environment", f"there is no environment '{name}'", place, suggestion=hint)


def siblings(wanted: Iterable[Mapping[str, Json]]) -> tuple[str, ...]:
    """For each environment that a pattern made another one of it, which has what all of them have."""
    return tuple(sorted({sample(data[PATTERN], data["environment"]) for data in wanted if PATTERN in data}))


def unknown_only(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    """`only:` that names an environment which the spec does not have."""
    known = tuple(name for name, settings in document.data[_ROOT].items() if PATTERN not in (settings or {}))
    for _, _, path, data in components(document, schema):
        only = data.get("only") if isinstance(data, dict) else None
        for index, environment in enumerate(only if isinstance(only, list) else ()):
            if environment not in known:
                place = document.value_place((*path, "only", index))
                message, help_text = f"there is no environment '{environment}'", did_you_mean(str(environment), known)
                yield Diagnostic("unknown-environment", message, place, owner_name(path), help_text)


def skipped(document: Document) -> Iterator[Diagnostic]:
    """A note on each pattern, where a command works on all environments that have a name."""
    for name in patterns(document):
        message = f"'{name}' is skipped: its environments are made on demand"
        help_text = f"name one with --env, such as {sample(name)}"
        place = document.key_place((_ROOT, name))
        yield Diagnostic("skipped-pattern", message, place, suggestion=help_text, severity="note")
