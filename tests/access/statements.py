"""Policies as values: each statement with its effect, principals, actions, resources and conditions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.source.json_value import Json
from tests.access.conditions import Condition
from tests.access.matching import Context, arn_like, filled, like
from tests.access.unsupported import Unsupported

_ELEMENTS = {
    "Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Patterns:
    """What an element names, or all but that."""

    texts: tuple[str, ...]
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. Principals are pairs of type and value; an identity policy has none."""

    allow: bool
    actions: Patterns
    resources: Patterns | None
    conditions: tuple[Condition, ...]
    principals: tuple[tuple[str, str], ...] | None = None
    sid: str = ""

    def about(self, action: str, resource: str, context: Context) -> bool:
        """Whether the statement is about the request, regardless of who makes it."""
        named = any(like(text, action, ignore_case=True) for text in self.actions.texts)
        return (
            named != self.actions.excluded
            and self._on(resource, context)
            and all(condition.met(context) for condition in self.conditions)
        )

    def _on(self, resource: str, context: Context) -> bool:
        if self.resources is None:
            return True
        texts = (filled(text, context) for text in self.resources.texts)
        return any(text is not None and arn_like(text, resource) for text in texts) != self.resources.excluded


Policy = tuple[Statement, ...]


def policy(document: Json) -> Policy:
    """The statements of a policy document, which some resources hold as text."""
    body = json.loads(document) if isinstance(document, str) else document
    return tuple(_statement(one) for one in _listed(body["Statement"]))


def _statement(written: Mapping[str, Json]) -> Statement:
    unknown = written.keys() - _ELEMENTS
    if unknown or written["Effect"] not in ("Allow", "Deny"):
        raise Unsupported(f"a statement with {sorted(unknown) or written['Effect']}")
    actions = _patterns(written, "Action")
    if actions is None:
        raise Unsupported("a statement without actions")
    principals = tuple(_principals(written["Principal"])) if "Principal" in written else None
    return Statement(
        written["Effect"] == "Allow",
        actions,
        _patterns(written, "Resource"),
        tuple(_conditions(written.get("Condition", {}))),
        principals,
        written.get("Sid", ""),
    )


def _patterns(written: Mapping[str, Json], element: str) -> Patterns | None:
    if f"Not{element}" in written:
        return Patterns(tuple(_texts(written[f"Not{element}"])), excluded=True)
    return Patterns(tuple(_texts(written[element]))) if element in written else None


def _principals(written: Json) -> Iterator[tuple[str, str]]:
    """``"*"`` is the same as ``{"AWS": "*"}`` (IAM user guide, "AWS JSON policy elements: Principal")."""
    for kind, values in ({"AWS": "*"} if written == "*" else written).items():
        if kind not in ("AWS", "Service", "Federated"):
            raise Unsupported(f"a principal of type {kind}")
        yield from ((kind, text) for text in _texts(values))


def _conditions(written: Mapping[str, Mapping[str, Json]]) -> Iterator[Condition]:
    for operator, keys in written.items():
        for key, values in keys.items():
            yield Condition(operator, key, tuple(_values(values)))


def _values(written: Json) -> Iterator[str]:
    for value in _listed(written):
        yield str(value).lower() if isinstance(value, bool) else str(value)


def _texts(written: Json) -> Iterator[str]:
    for value in _listed(written):
        if not isinstance(value, str):
            raise Unsupported(f"{value!r} where text has to be")
        yield value


def _listed(written: Json) -> list[Json]:
    return written if isinstance(written, list) else [written]
