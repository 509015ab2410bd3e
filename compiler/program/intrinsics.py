"""CloudFormation's Ref, Fn::GetAtt and Fn::Sub in plain JSON: found, rewritten, joined with text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from compiler.source.json_value import Json

_SUB = re.compile(r"\$\{([^!}][^}]*)\}")


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """What an intrinsic points at; without an attribute it is a Ref."""

    logical_id: str
    attribute: str = ""

    def to_json(self) -> Json:
        if self.attribute:
            return {"Fn::GetAtt": [self.logical_id, self.attribute]}
        return {"Ref": self.logical_id}


# Templates are plain dicts and lists here, which `isinstance` tells ten times faster than the abstract Mapping.


def _target(value: Mapping[str, Json]) -> Target | None:
    if len(value) != 1:
        return None
    if isinstance(value.get("Ref"), str):
        return Target(value["Ref"])
    pair = value.get("Fn::GetAtt")
    if isinstance(pair, str):
        pair = pair.split(".", 1)
    if isinstance(pair, list) and len(pair) > 1 and all(isinstance(one, str) for one in pair):
        return Target(pair[0], ".".join(pair[1:]))
    return None


def _sub_names(value: Mapping[str, Json]) -> tuple[str, Mapping[str, Json]] | None:
    """Text and own variables of a Fn::Sub."""
    match value.get("Fn::Sub") if len(value) == 1 else None:
        case str(text):
            return text, {}
        case [str(text), dict(own)]:
            return text, own
        case _:
            return None  # of another form: cfn-lint tells what is wrong with it


def _sub_target(name: str) -> Target:
    logical_id, _, attribute = name.partition(".")
    return Target(logical_id, attribute)


def targets(value: Json) -> Iterator[Target]:
    """Everything that `value` points at, pseudo parameters (``AWS::…``) left out."""
    if isinstance(value, dict):
        direct, sub = _target(value), _sub_names(value)
        if direct:
            yield from () if direct.logical_id.startswith("AWS::") else (direct,)
        elif sub:
            names = (name for name in _SUB.findall(sub[0]) if name not in sub[1] and not name.startswith("AWS::"))
            yield from map(_sub_target, names)
            yield from targets(sub[1])
        else:
            for child in value.values():
                yield from targets(child)
    elif isinstance(value, list):
        for child in value:
            yield from targets(child)


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
        direct, sub = _target(value), _sub_names(value)
        if direct:
            name = renamed(direct)
            return {"Ref": name} if name else dict(value)
        if sub:
            return _retargeted_sub(sub, renamed)
        return {key: retargeted(child, renamed) for key, child in value.items()}
    if isinstance(value, list):
        return [retargeted(child, renamed) for child in value]
    return value


def _retargeted_sub(sub: tuple[str, Mapping[str, Json]], renamed: Callable[[Target], str | None]) -> Json:
    text, own = sub
    names = {one: renamed(_sub_target(one)) for one in _SUB.findall(text) if one not in own}
    text, own = _apart(text, own, {name for name in names.values() if name})

    def one(match: re.Match[str]) -> str:
        name = names.get(match[1])
        return f"${{{name}}}" if name else match[0]

    text = _SUB.sub(one, text)
    return {"Fn::Sub": [text, retargeted(own, renamed)] if own else text}


def _apart(text: str, own: Mapping[str, Json], taken: set[str]) -> tuple[str, Mapping[str, Json]]:
    """A Fn::Sub whose own variables have no name that is in `taken`: one of its own would hide what it stands for."""
    known = {*taken, *own, *_SUB.findall(text)}
    for name in sorted(taken & own.keys()):
        free = next(one for number in itertools.count(1) if (one := f"{name}Own{number}") not in known)
        known.add(free)
        text = text.replace(f"${{{name}}}", f"${{{free}}}")
        own = {free if key == name else key: value for key, value in own.items()}
    return text, own


def bound(value: Json, values: Mapping[str, Json]) -> Json:
    """`value` with `values` in place of the names they have: of a Ref itself, in a Fn::Sub as variables of its own."""
    if isinstance(value, dict):
        direct, sub = _target(value), _sub_names(value)
        if direct:
            return value if direct.attribute else values.get(direct.logical_id, value)
        if sub:
            text, own = sub
            used = {one: values[one] for one in _SUB.findall(text) if one in values and one not in own}
            own = {**bound(own, values), **used}
            return {"Fn::Sub": [text, own] if own else text}
        return {key: bound(child, values) for key, child in value.items()}
    if isinstance(value, list):
        return [bound(child, values) for child in value]
    return value


def answered(value: Json, texts: Mapping[Target, str]) -> Json:
    """`value` with each target in `texts` written out; a text with ``${…}`` of its own becomes a Fn::Sub."""
    if isinstance(value, dict):
        direct, sub = _target(value), _sub_names(value)
        if direct:
            return _as_value(texts[direct]) if direct in texts else dict(value)
        if sub:
            return _answered_sub(sub, texts)
        return {key: answered(child, texts) for key, child in value.items()}
    if isinstance(value, list):
        return [answered(child, texts) for child in value]
    return value


def _as_value(text: str) -> Json:
    return {"Fn::Sub": text} if "${" in text else text


def _answered_sub(sub: tuple[str, Mapping[str, Json]], texts: Mapping[Target, str]) -> Json:
    text, own = sub

    def one(match: re.Match[str]) -> str:
        return match[0] if match[1] in own else texts.get(_sub_target(match[1]), match[0])

    text, own = _SUB.sub(one, text), answered(own, texts)
    if own:
        return {"Fn::Sub": [text, own]}
    return {"Fn::Sub": text} if "${" in text else text


def joined(pieces: Sequence[Json]) -> Json:
    """Literal text and intrinsics in turn as one value: a Fn::Sub, or the one piece itself."""
    pieces = [piece for piece in pieces if piece != ""]
    if len(pieces) == 1:
        return pieces[0]
    text = ""
    own: dict[str, Json] = {}
    taken = {target.logical_id for target in targets(pieces)}
    names = (name for number in itertools.count(1) if (name := f"Part{number}") not in taken)
    for piece in pieces:
        target = _target(piece) if isinstance(piece, dict) else None
        if isinstance(piece, str):
            text += piece.replace("${", "${!")
        elif target:
            text += f"${{{target.logical_id}{'.' + target.attribute if target.attribute else ''}}}"
        else:
            name = next(names)
            own[name] = piece
            text += f"${{{name}}}"
    return {"Fn::Sub": [text, own] if own else text}
