"""What `existing:` sets of a resource: the parts of its ARN and its words, and the holes of patterns that take them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compiler.source.json_value import Json

HOLE = re.compile(r"\{([a-z_.|:]+)\}")
_HERE = {"partition": "${AWS::Partition}", "region": "${AWS::Region}", "account": "${AWS::AccountId}"}
"""What an ARN has where only a name is said."""


def facts_of(about: Mapping[str, Json], said: Json) -> dict[str, Json]:
    """The words of `existing`, with the parts of its ARN, or those that make one of a name."""
    facts = dict(_flat(_literal(said))) if isinstance(said, dict) else {"id": _literal(said)}
    own, form = str(facts.get("id") or ""), str(about.get("arn", ""))
    parts = arn_parts(form, own) if own.startswith("arn:") else {**_HERE, "name": own}
    facts = {**parts, "suffix": "${AWS::URLSuffix}", **facts}
    return {**facts, "arn": own if own.startswith("arn:") else HOLE.sub(lambda hole: str(facts.get(hole[1])), form)}


def _literal(said: Json) -> Json:
    """`said` as Fn::Sub takes text in which nothing is a variable."""
    if isinstance(said, dict):
        return {key: _literal(value) for key, value in said.items()}
    if isinstance(said, list):
        return [_literal(value) for value in said]
    return said.replace("${", "${!") if isinstance(said, str) else said


def _flat(said: Mapping[str, Json], before: str = "") -> Iterator[tuple[str, Json]]:
    """Words with their values, and each map also word by word: ``public.listener``."""
    for key, value in said.items():
        if value is not None:
            yield f"{before}{key}", value
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")


def arn_parts(form: str, arn: str) -> dict[str, Json]:
    """What stands in the holes of `form`; of an ARN of another form, it is the name as a whole."""
    pattern = HOLE.sub(lambda hole: f"(?P<{hole[1]}>.+)" if hole[1] == "name" else f"(?P<{hole[1]}>[^:]*)", form)
    found = re.fullmatch(pattern, arn)
    return dict(found.groupdict()) if found else {**_HERE, "name": arn}


def filled_hole(hole: str, facts: Mapping[str, Json]) -> Json:
    """The first of the words in a hole that has a value."""
    words, _, part = hole.partition(":")
    found = next((facts[word] for word in words.split("|") if facts.get(word)), None)
    return str(found).split("/", 1)[-1] if part and found else found
