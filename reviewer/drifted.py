"""Properties that were changed outside of CloudFormation, as values and in words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from reviewer.differences import differences, shown
from reviewer.values import value_text

DriftStatus = Literal["MODIFIED", "DELETED"]
"""As in CloudFormation's drift detection."""


@frozen(eq=True)
class Drifted:
    """One property that is not what the template wants, or a resource that was deleted."""

    stack: str
    """Key of its template: empty for the root, else the nested stack's logical id."""
    logical_id: str
    resource_type: str
    component: str
    """Component path; empty where it is unknown."""
    status: DriftStatus
    path: str = ""
    """``RedrivePolicy.maxReceiveCount``; empty for a resource that was deleted."""
    expected: Json = None
    """What the template wants; None for what it does not have."""
    actual: Json = None
    """What is there; None for what is not."""
    place: str = ""
    """``file:line:column`` of the setting, else of the component."""

    @property
    def where(self) -> str:
        """``DataStack/OrdersTable``."""
        return f"{self.stack}/{self.logical_id}" if self.stack else self.logical_id

    @property
    def text(self) -> str:
        """What has drifted: ``VisibilityTimeout: 30 → 60``."""
        if self.status == "DELETED":
            return "deleted outside of CloudFormation"
        return f"{self.path}: {value_text(self.expected)} → {value_text(self.actual)}"

    @property
    def reverted(self) -> str:
        """How that is undone: ``VisibilityTimeout: 60 → 30``."""
        if self.status == "DELETED":
            return "deleted outside of CloudFormation: made again"
        if not self.path:
            return "changed outside of CloudFormation: brought back to its template"
        return f"{self.path}: {value_text(self.actual)} → {value_text(self.expected)}"

    @property
    def unlike(self) -> bool:
        """Whether the two values differ: CloudFormation also compares texts that mean the same."""
        return self.status == "DELETED" or not _alike(self.expected, self.actual)


def equal_groups(drifted: Sequence[Drifted]) -> list[list[Drifted]]:
    """In groups: the same property of resources of one type with the same two values is one."""
    groups: dict[tuple[str, str, str], list[Drifted]] = {}
    for one in drifted:
        groups.setdefault((one.resource_type, one.status, one.text), []).append(one)
    return list(groups.values())


def value_of(text: str | None) -> Json:
    """A value as the service writes it: JSON for an object or a list, else text; None for what is absent."""
    if text is None or text == "null":
        return None
    if text[:1] in ("{", "["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def path_of(pointer: str) -> str:
    """``/Tags/0/Value`` as ``Tags[0].Value``."""
    return shown(steps_of(pointer))


def steps_of(pointer: str) -> Path:
    """The steps of a JSON pointer (RFC 6901)."""
    parts = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/") if part)
    return tuple(int(part) if part.isdigit() else part for part in parts)


def _alike(expected: Json, actual: Json) -> bool:
    """Whether two values mean the same: scalars as CloudFormation reads them, and lists with identified items, such
    as tags, in any order.
    """
    return expected is not None and actual is not None and not list(differences(expected, actual))
