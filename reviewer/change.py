"""Data classes for a change: what happens to a resource, whether it is replaced, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

from compiler.source.json_value import Json

Action = Literal["Add", "Modify", "Remove", "Import"]
Replacement = Literal["", "False", "Conditional", "True"]
"""As in CloudFormation's change sets; empty where nothing is modified."""


@dataclass(frozen=True, slots=True)
class Detail:
    """One property that differs; a value that is None was, or will be, absent."""

    path: str
    """``RedrivePolicy.maxReceiveCount``; attributes such as ``DeletionPolicy`` by their own name."""
    before: Json
    after: Json
    cause: str = ""
    """Empty when the property's own text changed, else what it refers to: ``parameter ApiCodeKey``."""
    replacement: Replacement = "False"
    condition: str = ""
    """When a ``Conditional`` difference replaces the resource, as a clause: ``Engine can't be changed in place``."""

    @property
    def top(self) -> str:
        """The property itself: ``Tags`` of ``Tags[0].Value``."""
        return self.path.split(".")[0].split("[")[0]


def strongest(details: Iterable[Detail]) -> Replacement:
    """The replacement that all differences of a resource together cause."""
    degrees = {detail.replacement for detail in details}
    return "True" if "True" in degrees else "Conditional" if "Conditional" in degrees else "False"


@dataclass(frozen=True, slots=True)
class Change:
    """What a deployment does to one resource."""

    action: Action
    stack: str
    """``root`` or the nested stack's name."""
    logical_id: str
    resource_type: str
    component: str = ""
    """Component path; empty where it is unknown (a stack that was deployed by other means)."""
    replacement: Replacement = ""
    details: tuple[Detail, ...] = ()
    policy: str = ""
    """What becomes of a removed or replaced resource: ``Delete``, ``Retain`` or ``Snapshot``."""
    note: str = ""

    @property
    def retained(self) -> bool:
        return self.policy in ("Retain", "Snapshot", "RetainExceptOnCreate")


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """One row of CloudFormation's own change set of the root stack."""

    action: str
    logical_id: str
    resource_type: str
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """All that a reviewer is shown of one planned deployment."""

    platform: str
    environment: str
    stack: str
    region: str
    account: str
    operation: str
    """``create``, ``update``, or ``recreate`` when a failed, empty stack is deleted first."""
    changes: tuple[Change, ...]
    """The comparison of templates and parameters, in order of component."""
    service: tuple[ServiceChange, ...] = ()
    notes: tuple[str, ...] = ()
    """Where CloudFormation's change set and the comparison disagree, and what else a reviewer must know."""
    empty: bool = False

    def to_json(self) -> dict[str, Json]:
        return asdict(self)


def review_from_json(data: Mapping[str, Json]) -> Review:
    """The value that `Review.to_json` wrote. Raises TypeError, KeyError or AttributeError when it is another."""
    read = Review(**data)
    return replace(
        read,
        changes=tuple(_change(item) for item in read.changes),
        service=tuple(ServiceChange(**_object(item)) for item in read.service),
        notes=tuple(read.notes),
    )


def _change(data: Json) -> Change:
    read = Change(**_object(data))
    return replace(read, details=tuple(Detail(**_object(item)) for item in read.details))


def _object(data: Json) -> dict[str, Json]:
    return dict(data)
