"""What a change set that reverts drift says of it: what was changed outside, and is brought back to the templates.

Source: CloudFormation user guide, "Using drift-aware change sets", API reference, ResourceChange and LiveResourceDrift.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from reviewer.drifted import Drifted, path_of, value_of

REVERT_DRIFT = "REVERT_DRIFT"
_DRIFTED = ("MODIFIED", "DELETED")
_SYNC = "SyncWithActual"
_PROPERTIES = "/Properties/"
_LEFT_ALONE: Mapping[str, str] = {
    "MANAGED_BY_AWS": "AWS manages it",
    "WRITE_ONLY_PROPERTY": "it can't be read",
    "SENSITIVE_PROPERTY": "it is secret",
}


@frozen(eq=True)
class DriftAnswer:
    """What one change set, or the whole tree of them, says of drift."""

    aware: bool = False
    """Whether CloudFormation compared the templates with what is there."""
    reverted: tuple[Drifted, ...] = ()
    """Without component and place."""
    agreeing: tuple[str, ...] = ()
    """Resources that already are what the templates want, so that only the record of them changes."""
    left_alone: tuple[str, ...] = ()
    """What is left as it is, with the reason."""
    unaware: tuple[str, ...] = ()
    """Nested stacks that were not compared."""


NO_ANSWER = DriftAnswer()


def answer_of(description: Mapping[str, Json], rows: Sequence[Json]) -> DriftAnswer:
    """The answer of one change set, from its description and the changes of all its pages."""
    if description.get("DeploymentMode") != REVERT_DRIFT:
        return NO_ANSWER
    return DriftAnswer(
        aware=True,
        reverted=tuple(one for row in rows for one in _reverted(row)),
        agreeing=tuple(row["LogicalResourceId"] for row in rows if row["Action"] == _SYNC),
        left_alone=tuple(text for row in rows for text in _left_alone(row)),
    )


def merged(root: DriftAnswer, nested: Mapping[str, DriftAnswer]) -> DriftAnswer:
    """The answer of the root with those of its nested stacks, by their key."""
    if not root.aware:
        return root
    inside = [replace(one, stack=key) for key, answer in nested.items() for one in answer.reverted]
    return DriftAnswer(
        aware=True,
        reverted=(*root.reverted, *inside),
        agreeing=(*root.agreeing, *(name for one in nested.values() for name in one.agreeing)),
        left_alone=(*root.left_alone, *(text for one in nested.values() for text in one.left_alone)),
        unaware=tuple(key for key, answer in nested.items() if not answer.aware),
    )


def drift_of(row: Json) -> str:
    """``MODIFIED`` or ``DELETED`` of a row that undoes that; else empty."""
    status = str(row.get("ResourceDriftStatus", ""))
    return status if status in _DRIFTED and row["Action"] != _SYNC else ""


def _reverted(row: Json) -> Iterator[Drifted]:
    status = drift_of(row)
    if not status or row["Action"] == "Remove":
        return
    kind = row.get("ResourceType", "")
    whole = Drifted("", row["LogicalResourceId"], kind, "", "DELETED" if status == "DELETED" else "MODIFIED")
    targets = [detail.get("Target", {}) for detail in row.get("Details", ())]
    found = [_property(whole, target) for target in targets if _is_brought_back(target)]
    yield from found if found and status == "MODIFIED" else [whole]


def _is_brought_back(target: Mapping[str, Json]) -> bool:
    return "Drift" in target and target.get("AttributeChangeType") != _SYNC


def _property(whole: Drifted, target: Mapping[str, Json]) -> Drifted:
    path = str(target.get("Path", "")).removeprefix(_PROPERTIES)
    expected, actual = value_of(target.get("AfterValue")), value_of(target["Drift"].get("ActualValue"))
    return replace(whole, path=path_of(path) or target.get("Name", ""), expected=expected, actual=actual)


def _left_alone(row: Json) -> Iterator[str]:
    for one in row.get("ResourceDriftIgnoredAttributes", ()):
        reason = _LEFT_ALONE.get(one.get("Reason", ""), "CloudFormation leaves it alone")
        path = path_of(one.get("Path", "").removeprefix(_PROPERTIES))
        yield f"{row['LogicalResourceId']}: {path} stays as it is, since {reason}"
