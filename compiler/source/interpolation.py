"""``${name.attribute}`` in strings: checked where it is written, kept as a symbol until resources are known.

`expand` replaces what is known at once (``${env}``) and turns the rest into symbols: text between two private-use
characters, which survive whatever a kind does with the string.
"""

from __future__ import annotations

import json
import marshal
import re
from collections.abc import Callable, Iterator, Mapping

from compiler.source.document import Path
from compiler.source.json_value import Json

OPEN, CLOSE = "\ue000", "\ue001"
_ESCAPED = r"\ue000"

IMPORTED = f"{OPEN}="
"""Start of the symbol of a value that another platform gives; the name of its root parameter follows."""

_TOKEN = re.compile(r"\$\$\{|\$\{([^${}]*)(\}?)")
_SYMBOL = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
_VARIABLE, _OPEN = b"${", OPEN.encode()


def _bytes(value: Json) -> bytes:
    """A value with its texts in UTF-8, which tells faster than a walk whether there is anything to do in it.

    A number may have the same bytes by chance; whoever is led there finds nothing.
    """
    try:
        return marshal.dumps(value)
    except ValueError:  # it has texts or numbers of classes of their own, such as those that remember their setting
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def strings(value: Json, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every string in `value` that has ``${``, with its path."""
    if isinstance(value, str):
        if "${" in value:
            yield path, value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from strings(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from strings(child, (*path, index))


def pointers(text: str) -> Iterator[tuple[str, bool]]:
    """What stands in each ``${…}`` of `text`, and whether it is closed."""
    for token in _TOKEN.finditer(text):
        if token[0] != "$${":
            yield token[1].strip(), bool(token[2])


def expand(text: str, known: Mapping[str, str]) -> str:
    """`text` with known variables written out, ``$${`` unescaped and the rest as symbols."""

    def one(token: re.Match[str]) -> str:
        if token[0] == "$${":
            return "${"
        name = token[1].strip()
        return known.get(name, f"{OPEN}{name}{CLOSE}")

    return _TOKEN.sub(one, text)


def rewritten(text: str, known: Callable[[str], str | None]) -> str:
    """Written `text` with each ``${name}`` that `known` has text for replaced, and all else as it is written."""

    def one(token: re.Match[str]) -> str:
        found = known(token[1].strip()) if token[0] != "$${" and token[2] else None
        return token[0] if found is None else found.replace("${", "$${")

    return _TOKEN.sub(one, text)


def expanded(value: Json, known: Mapping[str, str]) -> Json:
    """`value` with `expand` done in every string of it."""
    if isinstance(value, str):
        return expand(value, known) if "${" in value else value
    if isinstance(value, dict):
        return {key: expanded(child, known) for key, child in value.items()} if _VARIABLE in _bytes(value) else value
    if isinstance(value, list):
        return [expanded(child, known) for child in value]
    return value


def escaped(value: Json) -> Json:
    """`value` with the variables of CloudFormation's own Fn::Sub escaped, so that they are no pointers of ours.

    CloudFormation's are logical ids, which start with a capital, ``AWS::…``, ``!…`` and the variables beside the text.
    """
    if isinstance(value, list):
        return [escaped(child) for child in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Fn::Sub"}:
        text, own = _sub_parts(value["Fn::Sub"])
        if isinstance(text, str) and isinstance(own, dict):
            return {"Fn::Sub": [_escaped_text(text, own), escaped(own)] if own else _escaped_text(text, own)}
    return {key: escaped(child) for key, child in value.items()}


def _sub_parts(said: Json) -> tuple[Json, Json]:
    """Text and own variables of a Fn::Sub; whatever else it is comes back as the text."""
    if isinstance(said, list) and len(said) == 2:
        return said[0], said[1]
    return said, {}


def _escaped_text(text: str, own: Mapping[str, Json]) -> str:
    def one(token: re.Match[str]) -> str:
        name = token[1]
        theirs = name is not None and (name[:1].isupper() or name[:1] == "!" or name in own)
        return f"${token[0]}" if theirs else token[0]

    return _TOKEN.sub(one, text)


def parts(text: str) -> tuple[str, ...]:
    """Literal text and symbols' names in turn: even places are literal, odd ones are names."""
    return tuple(_SYMBOL.split(text))


def spelled(value: Json) -> Json:
    """`value` as an author would write it: symbols are ``${…}`` again."""
    if isinstance(value, str):
        return _SYMBOL.sub(r"${\1}", value.replace("${", "$${"))
    if isinstance(value, dict):
        data = _bytes(value)
        found = _VARIABLE in data or _OPEN in data
        return {key: spelled(child) for key, child in value.items()} if found else value
    return [spelled(child) for child in value] if isinstance(value, list) else value


def has_symbols(value: Json) -> bool:
    """Whether a string in `value` may have a symbol."""
    return _OPEN in _bytes(value)


def has_symbol(text: str) -> bool:
    """Whether JSON text, which has other characters than ASCII escaped, has a symbol in one of its strings."""
    return _ESCAPED in text


def given_by(parameter: str) -> str:
    """The symbol of a value that another platform gives through a root parameter. No author can write it."""
    return f"{IMPORTED}{parameter}{CLOSE}"


def imported(existing: Json) -> bool:
    """Whether what `existing` sets comes from another platform."""
    return r"\ue000=" in json.dumps(existing)


def with_parameters_named(existing: Json) -> Json:
    """What `existing` sets, for people: ``parameter NAME`` for a value of another platform."""
    text = re.sub(r"\\ue000=([A-Za-z0-9]+)\\ue001", r"parameter \1", json.dumps(existing))
    return json.loads(text)


def as_variables(text: str) -> str:
    """Text of a Fn::Sub in which each value of another platform is a variable."""
    return re.sub(f"{IMPORTED}([A-Za-z0-9]+){CLOSE}", r"${\1}", text) if OPEN in text else text


def replaced(value: Json, render: Callable[[str], Json]) -> Json:
    """`value` with every string that has a symbol put through `render`."""
    if isinstance(value, str):
        return render(value) if OPEN in value else value
    if isinstance(value, dict):
        return {key: replaced(child, render) for key, child in _with_own_variables(value).items()}
    return [replaced(child, render) for child in value] if isinstance(value, list) else value


def _with_own_variables(value: Mapping[str, Json]) -> Mapping[str, Json]:
    """A Fn::Sub whose text has symbols, with each as a variable beside the text; anything else as it is."""
    text, own = _sub_parts(value["Fn::Sub"]) if value.keys() == {"Fn::Sub"} else ("", {})
    if not isinstance(text, str) or OPEN not in text:
        return value
    pieces = parts(text)
    symbols = {f"Pointer{number}": f"{OPEN}{name}{CLOSE}" for number, name in enumerate(pieces[1::2], 1)}
    texts = [*(f"{literal}${{{name}}}" for literal, name in zip(pieces[::2], symbols, strict=False)), pieces[-1]]
    return {"Fn::Sub": ["".join(texts), {**own, **symbols}]}
