"""Find and rewrite CloudFormation's Ref, Fn::GetAtt and Fn::Sub in plain JSON, and join them with text."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from compiler.source.json_value import Json

_SUB = re.compile(r"\$\{([^!}][^}]*)\}")


class Target(NamedTuple):
    """The logical id and attribute that an intrinsic function refers to; without an attribute it is a Ref.

    A tuple, since a large platform has millions of them in sets.
    """

    logical_id: str
    attribute: str = ""

    def to_json(self) -> Json:
        if self.attribute:
            return {"Fn::GetAtt": [self.logical_id, self.attribute]}
        return {"Ref": self.logical_id}


_FUNCTIONS = frozenset(("Ref", "Fn::GetAtt", "Fn::Sub"))
_INNER = (dict, list)
# Templates are plain dicts and lists here: `isinstance` is ten times faster with them than with the abstract Mapping.


def _target(value: Mapping[str, Json]) -> Target | None:
    if len(value) != 1:
        return None
    if "Ref" in value:
        return Target(value["Ref"]) if isinstance(value["Ref"], str) else None
    pair = value.get("Fn::GetAtt")
    if pair is None:
        return None
    if isinstance(pair, str):
        pair = pair.split(".", 1)
    if isinstance(pair, list) and len(pair) > 1 and all(isinstance(part, str) for part in pair):
        return Target(pair[0], ".".join(pair[1:]))
    return None


def _sub_names(value: Mapping[str, Json]) -> tuple[str, Mapping[str, Json]] | None:
    """Text and own variables of a Fn::Sub."""
    match value.get("Fn::Sub") if len(value) == 1 else None:
        case str(text):
            return text, {}
        case [str(text), dict(variables)]:
            return text, variables
        case _:
            return None  # of another form: cfn-lint reports it


def _sub_target(name: str) -> Target:
    logical_id, _, attribute = name.partition(".")
    return Target(logical_id, attribute)


def targets(value: Json) -> Iterator[Target]:
    """All references in `value`, without pseudo parameters (``AWS::…``)."""
    if isinstance(value, dict):
        direct, sub = (_target(value), _sub_names(value)) if len(value) == 1 else (None, None)
        if direct:
            yield from () if direct.logical_id.startswith("AWS::") else (direct,)
        elif sub:
            names = (name for name in _SUB.findall(sub[0]) if name not in sub[1] and not name.startswith("AWS::"))
            yield from map(_sub_target, names)
            yield from targets(sub[1])
        else:
            yield from _inside(value.values())
    elif isinstance(value, list):
        yield from _inside(value)


def _inside(values: Iterable[Json]) -> Iterator[Target]:
    for child in values:
        if isinstance(child, _INNER):
            yield from targets(child)


_REF = re.compile(r'\{"Ref":"([^"\\]*)"\}')
_GET_ATT = re.compile(r'\{"Fn::GetAtt":\["([^"\\]*)","([^"\\]*)"\]\}')
_SUB_TEXT = re.compile(r'\{"Fn::Sub":"((?:[^"\\]|\\.)*)"\}')
_RARE = ('"Fn::Sub":[', '"Fn::GetAtt":"', "\\u")
"""What has other forms than a Ref, a Fn::GetAtt of two texts and a Fn::Sub of one, in JSON without white space."""


_ENCODE = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def compact(value: Json) -> str:
    """JSON without white space, in ASCII."""
    return _ENCODE(value)


def read_by(body: Json, text: str) -> frozenset[Target]:
    """All `targets` of a resource, faster than by going through it where all have their usual forms.

    `text` is its JSON (`compact`), where a quotation mark inside a text is escaped: no text is taken for a function.
    """
    if any(form in text for form in _RARE) or text.count('"Fn::GetAtt":') != len(found := _GET_ATT.findall(text)):
        return frozenset(targets(body))
    named = {*((name, "") for name in _REF.findall(text)), *found}
    named |= {_sub_target(name) for whole in _SUB_TEXT.findall(text) for name in _SUB.findall(whole)}
    return frozenset(Target(*pair) for pair in named if not pair[0].startswith("AWS::"))


def composed(value: Json) -> bool:
    """Whether `value` is made by a function such as Fn::Join, rather than text or one Ref, Fn::GetAtt or Fn::Sub."""
    return isinstance(value, dict) and _target(value) is None and _sub_names(value) is None


def pointing(value: Json, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Target]]:
    """`targets` of a value that is at `path`, each with the path of the intrinsic."""
    if isinstance(value, dict):
        if _target(value) or _sub_names(value):
            yield from ((path, target) for target in targets(value))
        else:
            for key, child in value.items():
                yield from pointing(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from pointing(child, (*path, index))


def retargeted(value: Json, renamed: Callable[[Target], str | None]) -> Json:
    """`value` with each target for which `renamed` gives a name turned into a Ref to that name."""
    if isinstance(value, dict):
        direct, sub = (_target(value), _sub_names(value)) if len(value) == 1 else (None, None)
        if direct:
            name = renamed(direct)
            return {"Ref": name} if name else dict(value)
        if sub:
            return _retargeted_sub(sub, renamed)
        return {key: retargeted(child, renamed) if isinstance(child, _INNER) else child for key, child in value.items()}
    if isinstance(value, list):
        return [retargeted(child, renamed) if isinstance(child, _INNER) else child for child in value]
    return value


def _retargeted_sub(sub: tuple[str, Mapping[str, Json]], renamed: Callable[[Target], str | None]) -> Json:
    text, variables = sub
    names = {name: renamed(_sub_target(name)) for name in _SUB.findall(text) if name not in variables}
    text, variables = _apart(text, variables, {name for name in names.values() if name})

    def substitute(match: re.Match[str]) -> str:
        name = names.get(match[1])
        return f"${{{name}}}" if name else match[0]

    text = _SUB.sub(substitute, text)
    return {"Fn::Sub": [text, retargeted(variables, renamed)] if variables else text}


def _apart(text: str, variables: Mapping[str, Json], taken: set[str]) -> tuple[str, Mapping[str, Json]]:
    """A Fn::Sub whose own variables have no name in `taken`, since its own variable would hide that of the template."""
    known = {*taken, *variables, *_SUB.findall(text)}
    for name in sorted(taken & variables.keys()):
        free = next(candidate for number in itertools.count(1) if (candidate := f"{name}Own{number}") not in known)
        known.add(free)
        text = text.replace(f"${{{name}}}", f"${{{free}}}")
        variables = {free if key == name else key: value for key, value in variables.items()}
    return text, variables


def bound(value: Json, values: Mapping[str, Json]) -> Json:
    """`value` with `values` by name: in place of a Ref, and in a Fn::Sub as variables of its own."""
    if isinstance(value, dict):
        direct, sub = (_target(value), _sub_names(value)) if len(value) == 1 else (None, None)
        if direct:
            return value if direct.attribute else values.get(direct.logical_id, value)
        if sub:
            text, variables = sub
            used = {name: values[name] for name in _SUB.findall(text) if name in values and name not in variables}
            variables = {**bound(variables, values), **used}
            return {"Fn::Sub": [text, variables] if variables else text}
        return {key: bound(child, values) if isinstance(child, _INNER) else child for key, child in value.items()}
    if isinstance(value, list):
        return [bound(child, values) if isinstance(child, _INNER) else child for child in value]
    return value


def relinked(value: Json, renamed: Callable[[Target], str | None], values: Mapping[str, Json]) -> Json:
    """``bound(retargeted(value, renamed), values)`` in one walk; what stays as it is, is shared."""
    if not isinstance(value, _INNER):
        return value
    if len(value) == 1 and isinstance(value, dict) and not _FUNCTIONS.isdisjoint(value):
        return _relinked_function(value, renamed, values)
    changed: Json = None
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(child, _INNER):
            new = relinked(child, renamed, values)
            if new is not child:
                changed = value.copy() if changed is None else changed
                changed[key] = new
    return value if changed is None else changed


def _relinked_function(
    value: dict[str, Json], renamed: Callable[[Target], str | None], values: Mapping[str, Json]
) -> Json:
    if target := _target(value):
        name = renamed(target)
        return (values.get(name) or {"Ref": name}) if name else bound(value, values)
    sub = _sub_names(value)
    names = _SUB.findall(sub[0]) if sub and isinstance(value["Fn::Sub"], str) else ()
    if names and not any(renamed(_sub_target(name)) or name in values for name in names):
        return value
    return bound(retargeted(value, renamed), values)


def resolved(value: Json, texts: Mapping[Target, str]) -> Json:
    """`value` with each target in `texts` written out; a text with ``${…}`` of its own becomes a Fn::Sub."""
    if isinstance(value, dict):
        direct, sub = _target(value), _sub_names(value)
        if direct:
            return _as_value(texts[direct]) if direct in texts else dict(value)
        if sub:
            return _resolved_sub(sub, texts)
        return {key: resolved(child, texts) for key, child in value.items()}
    if isinstance(value, list):
        return [resolved(child, texts) for child in value]
    return value


_ONE = re.compile(r"\$\{([A-Za-z0-9]+)\}")


def _as_value(text: str) -> Json:
    alone = _ONE.fullmatch(text)
    if alone:
        return {"Ref": alone[1]}
    return {"Fn::Sub": text} if "${" in text else text


def _resolved_sub(sub: tuple[str, Mapping[str, Json]], texts: Mapping[Target, str]) -> Json:
    text, variables = sub

    def substitute(match: re.Match[str]) -> str:
        return match[0] if match[1] in variables else texts.get(_sub_target(match[1]), match[0])

    text, variables = _SUB.sub(substitute, text), resolved(variables, texts)
    if variables:
        return {"Fn::Sub": [text, variables]}
    return {"Fn::Sub": text} if "${" in text else text


def joined(pieces: Sequence[Json]) -> Json:
    """Literal text and intrinsics in turn as one value: a Fn::Sub, or text where there is no intrinsic."""
    pieces = [piece for piece in pieces if piece != ""]
    if len(pieces) == 1:
        return pieces[0]
    if all(isinstance(piece, str) for piece in pieces):
        return "".join(pieces)
    text = ""
    variables: dict[str, Json] = {}
    names = _part_names(pieces)
    for piece in pieces:
        target = _target(piece) if isinstance(piece, dict) else None
        if isinstance(piece, str):
            text += piece.replace("${", "${!")
        elif target:
            text += f"${{{target.logical_id}{'.' + target.attribute if target.attribute else ''}}}"
        else:
            name = next(names)
            variables[name] = piece
            text += f"${{{name}}}"
    return {"Fn::Sub": [text, variables] if variables else text}


def _part_names(pieces: Sequence[Json]) -> Iterator[str]:
    """Names for variables that are no logical ids."""
    taken = {target.logical_id for target in targets(list(pieces))}
    yield from (name for number in itertools.count(1) if (name := f"Part{number}") not in taken)
