"""Things that are there already: `existing:` in place of settings, and what its words tell of the resource.

A kind that can exist says so in its schema with ``x-existing``:

- ``arn``: its ARN with ``{partition}``, ``{region}``, ``{account}`` and ``{name}``, to read one or make one of a name;
- ``answers``: what follows the component's stem in a logical id (the whole id where the section is one component) →
  ``Ref`` or attribute → its text with the words of the ARN and of `existing` in braces. ``{a|b}`` is the first that is
  said, ``{a:name}`` what follows the first slash of an ARN; ``Subnet#`` stands for ``Subnet1``, ``Subnet2``… of a list,
  ``Pool@Client`` for ``PoolWebClient`` of a map with the key ``web``;
- ``fixed``: attribute → its text with the same words in braces (`compiler.meaning.fixed_attributes`);
- ``offers``: verbs and offers that change nothing of the thing itself;
- ``with``: settings that still say something of it, and ``needs`` those of them that must be said;
- ``lacks``: attributes that can't be read;
- ``finds`` and what goes with it: what AWS can be asked for (`compiler.meaning.lookup`);
- ``resources``: the AWS resources themselves (`compiler.program.outside`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.names import pascal
from compiler.language.schema import Schema, beside_existing
from compiler.meaning.existing_facts import HOLE, facts_of, filled_hole
from compiler.program.intrinsics import Target
from compiler.source.document import Document
from compiler.source.json_value import Json


def shown(data: Mapping[str, Json], schema: Schema) -> dict[str, Json]:
    """A resolved spec as people read it: what is there already has no settings but those that say something of it."""
    found = dict(data)
    for section, kind in schema.kinds.items():
        if "x-existing" in kind and section in data:
            one = data[section]
            if schema.singleton(section):
                found[section] = _told(kind, one)
            else:
                found[section] = {name: _told(kind, each) for name, each in one.items()}
    return found


def _told(kind: Mapping[str, Json], component: Mapping[str, Json]) -> Json:
    if component["existing"] is None:
        return component
    return {name: value for name, value in component.items() if name in beside_existing(kind)}


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known of the resources that existing components stand for."""

    texts: Mapping[Target, str]
    """In the form of Fn::Sub's text."""
    unsaid: Mapping[Target, str]
    """The word of `existing` that would tell it."""
    owners: Mapping[str, str]
    """Logical id → address of its component."""


def answers(document: Document, schema: Schema) -> Answers:
    """What the existing components of a resolved document tell."""
    texts: dict[Target, str] = {}
    unsaid: dict[Target, str] = {}
    owners: dict[str, str] = {}
    for section, name, path, data in components(document, schema):
        if data.get("existing") is None:
            continue
        about = schema.kinds[section]["x-existing"]
        stem = "" if schema.singleton(section) else pascal(name) + schema.kinds[section]["x-logical-id"]
        for asked in _asked(about["answers"], stem, facts_of(about, data["existing"])):
            owners[asked.target.logical_id] = address_of(path)
            text, missing = _text(asked)
            if missing:
                unsaid[asked.target] = missing
            else:
                texts[asked.target] = text
    return Answers(texts, unsaid, owners)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One thing that resources may want to know."""

    target: Target
    pattern: str
    facts: Mapping[str, Json]


def _asked(about: Mapping[str, Json], stem: str, facts: Mapping[str, Json]) -> Iterator[_Asked]:
    for suffix, readable in about.items():
        for attribute, pattern in readable.items():
            for logical_id, known in _each(suffix, pattern, facts):
                yield _Asked(Target(stem + logical_id, "" if attribute == "Ref" else attribute), pattern, known)


def _each(suffix: str, pattern: str, facts: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """The logical ids that a suffix stands for, each with its own value in place of a list or a map.

    A list of which nothing is said stands for its first, so that this can be told.
    """
    words = HOLE.findall(pattern)[0] if HOLE.search(pattern) else ""
    word = next((one for one in words.split("|") if facts.get(one)), words)
    several = facts.get(word)
    if "#" in suffix:
        for index, value in enumerate(several if isinstance(several, list) else [None], 1):
            yield suffix.replace("#", str(index)), {**facts, word: value}
    elif "@" in suffix:
        for key, value in several.items() if isinstance(several, dict) else ():
            yield suffix.replace("@", pascal(key)), {**facts, word: value}
    else:
        yield suffix, facts


def _text(asked: _Asked) -> tuple[str, str]:
    """The pattern filled in, and the word that is missing for that."""
    missing = next((hole for hole in HOLE.findall(asked.pattern) if filled_hole(hole, asked.facts) is None), "")
    if missing:
        return "", missing.split("|")[0].split(":")[0]
    return HOLE.sub(lambda hole: str(filled_hole(hole[1], asked.facts)), asked.pattern), ""
