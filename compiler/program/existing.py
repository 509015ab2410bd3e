"""Existing resources: `existing:` in place of settings, and the attributes that follow from what it sets.

A kind whose resources can exist already declares ``x-existing`` in its schema:

- ``arn``: its ARN with ``{partition}``, ``{region}``, ``{account}`` and ``{name}``, to read one or make one of a name;
- ``answers``: what follows the component's stem in a logical id (the whole id where the section is one component) →
  ``Ref`` or attribute → its text with parts of the ARN and attributes of `existing` in braces. ``{a|b}`` is the first
  that is set, ``{a:name}`` what follows the first slash of an ARN; ``Subnet#`` stands for ``Subnet1``, ``Subnet2``… of
  a list, ``Pool@Client`` for ``PoolWebClient`` of a map with the key ``web``. ``{address}`` is what AWS's calls take
  in the platform's account and region: the ARN of what is in another one, otherwise its name;
- ``fixed``: attribute → its text with the same words in braces (`compiler.meaning.fixed_attributes`);
- ``offers``: verbs and offers that do not change the resource;
- ``with``: settings that are still used, and ``needs`` those of them that must be set;
- ``lacks``: attributes that can't be read;
- ``finds`` and what goes with it: what can be looked up (`compiler.meaning.lookup`);
- ``resources``: the AWS resources themselves (`compiler.program.outside`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.names import pascal
from compiler.language.schema import Schema, beside_existing
from compiler.meaning.existing_facts import HOLE, facts_of, filled_hole
from compiler.program.intrinsics import Target
from compiler.source.document import Document
from compiler.source.frozen import frozen
from compiler.source.interpolation import as_variables
from compiler.source.json_value import Json


def shown(data: Mapping[str, Json], schema: Schema) -> dict[str, Json]:
    """A resolved spec as people read it: existing components only with the settings that are used."""
    result = dict(data)
    for section, kind in schema.kinds.items():
        if "x-existing" in kind and section in data:
            value = data[section]
            if schema.singleton(section):
                result[section] = _shown(kind, value)
            else:
                result[section] = {name: _shown(kind, component) for name, component in value.items()}
    return result


def _shown(kind: Mapping[str, Json], component: Mapping[str, Json]) -> Json:
    if component["existing"] is None:
        return component
    return {name: value for name, value in component.items() if name in beside_existing(kind)}


@frozen(eq=True)
class KnownAttributes:
    """Attributes of existing resources."""

    texts: Mapping[Target, str]
    """In the form of Fn::Sub's text."""
    unset: Mapping[Target, str]
    """Unknown attribute → the setting of `existing` that would give it."""
    owners: Mapping[str, str]
    """Logical id → address of its component."""


def known_attributes(document: Document, schema: Schema) -> KnownAttributes:
    """Attributes that follow from `existing` in a resolved document."""
    texts: dict[Target, str] = {}
    unset: dict[Target, str] = {}
    owners: dict[str, str] = {}
    for section, name, path, data in components(document, schema):
        if data.get("existing") is None:
            continue
        about = schema.kinds[section]["x-existing"]
        stem = "" if schema.singleton(section) else pascal(name) + schema.kinds[section]["x-logical-id"]
        facts = facts_of(about, data["existing"])
        facts["address"] = _address(facts, document.data)
        for attribute in _attributes(about["answers"], stem, facts):
            owners[attribute.target.logical_id] = address_of(path)
            text, missing = _text(attribute)
            if missing:
                unset[attribute.target] = missing
            else:
                texts[attribute.target] = text
    return KnownAttributes(texts, unset, owners)


def _address(facts: Mapping[str, Json], here: Mapping[str, Json]) -> Json:
    """Calls with a name look into the caller's account and region (DynamoDB's TableName, Lambda's FunctionName).

    Where the spec says no account, or the environment is a fleet, nobody knows whether it is that of the ARN.
    """
    named = {part: str(facts.get(part, "$")) for part in ("region", "account")}
    elsewhere = any(value and not value.startswith("$") and value != here[part] for part, value in named.items())
    return facts.get("arn" if elsewhere else "name")


@frozen(eq=True)
class _Attribute:
    """An attribute that other resources may refer to, and how its value follows from `existing`."""

    target: Target
    pattern: str
    facts: Mapping[str, Json]


def _attributes(about: Mapping[str, Json], stem: str, facts: Mapping[str, Json]) -> Iterator[_Attribute]:
    for suffix, readable in about.items():
        for attribute, pattern in readable.items():
            for logical_id, known in _each(suffix, pattern, facts):
                yield _Attribute(Target(stem + logical_id, "" if attribute == "Ref" else attribute), pattern, known)


def _each(suffix: str, pattern: str, facts: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """The logical ids that a suffix stands for, each with its own value in place of a list or a map.

    A list that is not set stands for its first, so that it can be reported as missing.
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


def _text(attribute: _Attribute) -> tuple[str, str]:
    """The value of an attribute, and the name of the setting that is missing for it."""
    holes = HOLE.findall(attribute.pattern)
    missing = next((hole for hole in holes if filled_hole(hole, attribute.facts) is None), "")
    if missing:
        return "", missing.split("|")[0].split(":")[0]
    text = HOLE.sub(lambda hole: str(filled_hole(hole[1], attribute.facts)), attribute.pattern)
    return as_variables(text), ""
