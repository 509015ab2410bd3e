"""Values of properties, of which some are known only when the template is deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.document import Path
from compiler.source.json_value import Json


def computed(value: Json) -> bool:
    """Whether it is a call of a function such as `Ref` or `Fn::If`."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    (name,) = value
    return name == "Ref" or str(name).startswith("Fn::")


def on(value: Json) -> bool:
    """Whether a switch is on; one that is computed counts as on. CloudFormation takes booleans as text too."""
    return value is True or computed(value) or (isinstance(value, str) and value.lower() == "true")


def missing(value: Json) -> bool:
    """Whether nothing is set; `AWS::NoValue` removes a property."""
    return value is None or value == "" or value == {"Ref": "AWS::NoValue"}


def literal(value: Json) -> str | None:
    """Text that the template has in full; None for any other value."""
    return str(value) if isinstance(value, str) else None


def pattern(value: Json) -> str | None:
    """Text whose computed parts are written as `${…}`; None for what is computed as a whole."""
    if isinstance(value, str):
        return str(value)
    if not isinstance(value, Mapping) or not computed(value):
        return None
    if "Fn::Sub" in value:
        text = value["Fn::Sub"]
        return pattern(text[0] if isinstance(text, list) and text else text)
    if "Fn::Join" in value and isinstance(value["Fn::Join"], list) and len(value["Fn::Join"]) == 2:
        between, pieces = value["Fn::Join"]
        texts = [pattern(piece) or "${computed}" for piece in pieces] if isinstance(pieces, list) else ["${computed}"]
        return str(between).join(texts)
    return None


def listed(value: Json) -> list[Json]:
    """A list, or the one value that stands for it."""
    if isinstance(value, list):
        return list(value)
    return [] if value is None else [value]


def referred(value: Json) -> str:
    """The logical id that a value reads by `Ref` or `Fn::GetAtt`; empty if it does not."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return ""
    ((name, about),) = value.items()
    if name == "Ref" and isinstance(about, str):
        return str(about)
    if name == "Fn::GetAtt":
        return str(about[0]) if isinstance(about, list) and about else str(about).partition(".")[0]
    return ""


def texts_in(value: Json, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text in a value, with its path."""
    if isinstance(value, str):
        yield path, str(value)
    for step, child in _children(value):
        yield from texts_in(child, (*path, step))


def _children(value: Json) -> Iterator[tuple[str | int, Json]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)
