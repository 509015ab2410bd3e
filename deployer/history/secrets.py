"""Take secrets out of a record: values that CloudFormation does not show, and what is one by its name or its form.

The templates themselves stay as they are in the bucket; a record is read by more people, and for longer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from compiler.meaning.variable_rules import KNOWN_SECRET
from compiler.source.json_value import Json

HIDDEN = "****"
"""As CloudFormation writes it."""
_NAME = re.compile(r"(password|passwd|passphrase|pwd|secret|secretstring|token|privatekey|apikey|credentials?)$", re.I)
_REFERENCE = re.compile(r"\{\{resolve:|arn:|\$\{")
_FORM = re.compile(rf"(?<![A-Za-z0-9_-])(?:{KNOWN_SECRET.pattern})[^\s\"']*")
_SIDES = ("before", "after")
_SHORTEST = 4
"""Characters of a secret from which on it is looked for in other texts too."""


def without_secrets(value: Json, hidden: Collection[str] = ()) -> Json:
    """`value` with ``****`` for each secret; `hidden` are values that are one wherever they stand."""
    texts = {text for text in (*hidden, *(text for _, text in _named(value, ""))) if len(text) >= _SHORTEST}
    return _cleaned(value, "", sorted(texts, key=lambda text: (-len(text), text)))


def _named(value: Json, name: str) -> Iterator[tuple[str, str]]:
    """Name and value of each text that is a secret by its name."""
    match value:
        case Mapping():
            for key, item in value.items():
                yield from _named(item, _name_of(value, str(key)))
        case [*items]:
            for item in items:
                yield from _named(item, name)
        case str() if _is_secret(name, value):
            yield name, value


def _name_of(mapping: Mapping[str, Json], key: str) -> str:
    """The name of a value: of a difference the last one of its path, ``DB_PASSWORD`` of ``Variables.DB_PASSWORD``."""
    path = mapping.get("path")
    if key not in _SIDES or not isinstance(path, str):
        return key
    return re.sub(r"\[\d+\]$", "", path).rpartition(".")[2]


def _is_secret(name: str, value: str) -> bool:
    return bool(value and _NAME.search(re.sub(r"[^A-Za-z]", "", name)) and not _REFERENCE.match(value))


def _cleaned(value: Json, name: str, hidden: Collection[str]) -> Json:
    match value:
        case Mapping():
            return {key: _cleaned(item, _name_of(value, str(key)), hidden) for key, item in value.items()}
        case [*items]:
            return [_cleaned(item, name, hidden) for item in items]
        case str():
            return _text(value, name, hidden)
        case _:
            return value


def _text(value: str, name: str, hidden: Collection[str]) -> str:
    if _is_secret(name, value):
        return HIDDEN
    for text in hidden:
        value = value.replace(text, HIDDEN)
    return _FORM.sub(HIDDEN, value)
