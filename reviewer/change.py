"""Data classes for a change: what happens to a resource, whether it is replaced, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Literal

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from reviewer.drifted import Drifted

RUNS = "runs in this deployment"
"""Note of a change that is a step of the deployment."""
_DANGEROUS = frozenset({"data", "access", "network"})

Action = Literal["Add", "Modify", "Remove", "Import"]
Replacement = Literal["", "False", "Conditional", "True"]
"""As in CloudFormation's change sets; empty where nothing is modified."""


@frozen(eq=True)
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


@frozen(eq=True)
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


RiskKind = Literal["data", "refused", "leftover", "drift", "outage", "access", "network", "cost", "rename"]
RISK_KINDS: tuple[RiskKind, ...] = (
    *("data", "refused", "leftover", "drift", "outage", "access", "network", "rename", "cost"),
)
"""In the order in which a reader is told."""


@frozen(eq=True)
class Risk:
    """One thing that a reviewer has to know before anything else."""

    kind: RiskKind
    component: str
    text: str
    place: str = ""
    """``file:line:column`` of the setting behind it, else of the component."""
    serious: bool = True
    """Whether it can lose data, fail, leave something behind, or let somebody do or reach more than before."""
    source: str = ""
    """Where AWS documents it."""
    approval: bool = False
    """Whether what holds data is removed or replaced, or its protection turned off: that needs the component's name."""


@frozen(eq=True)
class Setting:
    """A key of the spec whose effective value differs; a value that is None was, or will be, absent."""

    path: str
    """Below the component: ``dead_letter.after``."""
    before: Json
    after: Json
    place: str = ""


Effect = Literal["create", "import", "update", "interrupt", "may-replace", "replace", "remove"]


@frozen(eq=True)
class ComponentChange:
    """What a deployment does to one component, and the settings that are the reason."""

    component: str
    effect: Effect
    settings: tuple[Setting, ...] = ()
    resources: int = 0
    """Resources of the component that the change touches."""
    replaced: int = 0
    """Those of them that are replaced, without the ones of which every change makes a new revision."""
    kept: str = ""
    """What becomes of its data when it is replaced or removed: ``Delete``, ``Retain`` or ``Snapshot``."""
    place: str = ""
    follows: tuple[str, ...] = ()
    """Components whose changes are the reason; empty where the reason is its own."""


@frozen(eq=True)
class ServiceChange:
    """One row of CloudFormation's own change set, of the root stack or of a nested one."""

    action: str
    logical_id: str
    resource_type: str
    replacement: str = ""
    stack: str = ""
    """Logical id of the nested stack in the root; empty for the root itself."""
    certain: bool = True
    """False where every property of the row is only changed if another resource's attribute is."""
    change_set: str = ""
    """ARN of the change set of a row that is a nested stack."""
    drift: str = ""
    """``MODIFIED`` or ``DELETED`` outside of CloudFormation, as a change set says that reverts drift; else empty."""


@frozen(eq=True)
class Step:
    """One of several change sets that are executed one after the other."""

    lines: tuple[str, ...]
    """What it does, by component."""
    rows: tuple[ServiceChange, ...]
    """What its change set may contain; one that contains more is not executed."""


@frozen(eq=True)
class Review:
    """All that a reviewer is shown of one planned deployment."""

    platform: str
    environment: str
    stack: str
    region: str
    account: str
    operation: str
    """``create``, ``update``, ``recreate`` when a failed, empty stack is deleted first, or ``import``."""
    changes: tuple[Change, ...]
    """The comparison of templates and parameters, in order of component."""
    components: tuple[ComponentChange, ...] = ()
    """The same by component: causes first, then what follows from them."""
    risks: tuple[Risk, ...] = ()
    """In order of importance."""
    spec: tuple[str, str] = ("", "")
    """Short digests of the effective settings before and after; empty where they are not known."""
    reverted: tuple[Drifted, ...] = ()
    """What was changed outside of CloudFormation, and is brought back to what the templates want."""
    service: tuple[ServiceChange, ...] = ()
    disagreements: tuple[str, ...] = ()
    """Where CloudFormation's change set and the comparison disagree."""
    folded: int = 0
    """Rows of CloudFormation's change set that change nothing."""
    notes: tuple[str, ...] = ()
    """What else a reviewer must know."""
    empty: bool = False
    steps: tuple[Step, ...] = ()
    """The change sets in order, where one does not make all of it; then `service` is of the first."""

    @property
    def dangers(self) -> tuple[str, ...]:
        """Components whose change loses data, or lets somebody do or reach more than before."""
        found = (risk.component for risk in self.risks if risk.serious and risk.kind in _DANGEROUS)
        return tuple(dict.fromkeys(found))

    @property
    def approvals(self) -> dict[str, tuple[Risk, ...]]:
        """What has to be approved: name to give → why. What belongs to no component has the name of the stack."""
        asked = [risk for risk in self.risks if risk.approval]
        names = dict.fromkeys(risk.component or self.stack for risk in asked)
        return {name: tuple(risk for risk in asked if (risk.component or self.stack) == name) for name in names}

    def to_json(self) -> dict[str, Json]:
        return asdict(self)


def review_from_json(data: Mapping[str, Json]) -> Review:
    """The value that `Review.to_json` wrote. Raises TypeError, KeyError or AttributeError when it is another."""
    read = Review(**data)
    return replace(
        read,
        changes=tuple(_change(item) for item in read.changes),
        components=tuple(_component(item) for item in read.components),
        risks=tuple(Risk(**_object(item)) for item in read.risks),
        spec=(read.spec[0], read.spec[1]),
        reverted=tuple(Drifted(**_object(item)) for item in read.reverted),
        service=tuple(ServiceChange(**_object(item)) for item in read.service),
        disagreements=tuple(read.disagreements),
        notes=tuple(read.notes),
        steps=tuple(_step(item) for item in read.steps),
    )


def _change(data: Json) -> Change:
    read = Change(**_object(data))
    return replace(read, details=tuple(Detail(**_object(item)) for item in read.details))


def _component(data: Json) -> ComponentChange:
    read = ComponentChange(**_object(data))
    return replace(
        read, settings=tuple(Setting(**_object(item)) for item in read.settings), follows=tuple(read.follows)
    )


def _step(data: Json) -> Step:
    return Step(tuple(data["lines"]), tuple(ServiceChange(**_object(item)) for item in data["rows"]))


def _object(data: Json) -> dict[str, Json]:
    return dict(data)
