"""What was changed outside of CloudFormation, by component and line of the spec.

deployed stack ── stack_tree ──► stacks and resources ── detect ──► reasons of what could not be checked
               ── read_drifts ─► results of each stack ───────────► Drift
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.deployed import find_stack, origins_of, read_template
from deployer.drift.detection import Reasons, Tree, detect, stack_tree
from deployer.drift.results import Result, placed, read_drifts
from deployer.environment import Open
from deployer.errors import refused
from deployer.faults import explained
from deployer.outcome import names_of
from deployer.running import check_idle
from deployer.session import Aws
from reviewer.drifted import Drifted
from reviewer.template_set import ROOT, STACK_TYPE

_CHECKED = ("IN_SYNC", "MODIFIED", "DELETED")


@frozen(eq=True)
class Unchecked:
    """A stack, or one resource of it, of which CloudFormation could not tell whether it has drifted."""

    where: str
    """``DataStack/OrdersTable``, ``DataStack``; empty for the root."""
    reason: str


@frozen(eq=True)
class Drift:
    """What has drifted in one root with its nested stacks."""

    stack: str
    region: str
    drifted: tuple[Drifted, ...]
    checked: int
    """Resources that were checked."""
    stacks: int
    """The root and its nested stacks."""
    alike: int
    """Differences of texts that mean the same, which are left out."""
    unsupported: Mapping[str, int]
    """Resource type without drift detection → number of resources."""
    unchecked: tuple[Unchecked, ...]

    @property
    def sure(self) -> bool:
        """Whether nothing has drifted, as far as CloudFormation checks at all."""
        return not self.drifted and not self.unchecked

    def to_json(self) -> dict[str, Json]:
        return asdict(self)


def detect_all(roots: Sequence[Compiled], open_region: Open) -> tuple[Drift, ...]:
    """Detect drift in each root of an environment. Raises `DeployError` when one is not deployed, or changes now."""
    found: list[Drift] = []
    for root in roots:
        with open_region(root.region) as aws:
            found.append(detect_drift(aws, root))
    return tuple(found)


@explained("detecting drift")
def detect_drift(aws: Aws, root: Compiled) -> Drift:
    """Detect drift in one root and its nested stacks, and wait for the results."""
    stack = find_stack(aws, root.stack_name)
    check_idle(aws, stack)
    if stack is None or stack.status == "REVIEW_IN_PROGRESS":
        raise refused(f"stack {root.stack_name} is not deployed in {root.region}", "deploy it first", "not-deployed")
    tree = stack_tree(aws, stack.id)
    reasons = detect(aws, {key: stack_id for key, (stack_id, _) in tree.items()})
    if reasons.refused.keys() == tree.keys():
        raise refused(f"drift of stack {stack.name} can't be detected: {reasons.refused[ROOT]}", code="drift-unknown")
    names = names_of(root, origins_of(read_template(aws, stack.id)))
    checked = {key: stack_id for key, (stack_id, _) in tree.items() if key not in reasons.refused}
    results = [one for key, stack_id in checked.items() for one in read_drifts(aws, stack_id, key)]
    return _drift(root, (tree, reasons), [placed(one, names, root) for one in results])


def _drift(root: Compiled, told: tuple[Tree, Reasons], results: Sequence[Result]) -> Drift:
    tree, reasons = told
    differences = sorted((one for result in results for one in result.differences), key=_order)
    return Drift(
        stack=root.stack_name,
        region=root.region,
        drifted=tuple(one for one in differences if one.unlike),
        checked=sum(result.status in _CHECKED for result in results),
        stacks=len(tree),
        alike=sum(not one.unlike for one in differences),
        unsupported=_unsupported(tree, results, {*reasons.refused, *reasons.incomplete}),
        unchecked=tuple(_unchecked(results, reasons)),
    )


def _order(one: Drifted) -> tuple[str, str, str]:
    return one.component, one.where, one.path


def _unsupported(tree: Tree, results: Sequence[Result], unsure: Collection[str]) -> dict[str, int]:
    """Resources that the results leave out, by type: those whose type has no drift detection."""
    told = {(one.stack, one.logical_id) for one in results if one.status not in ("NOT_CHECKED", "UNSUPPORTED")}
    missing = Counter(
        resource.resource_type
        for key, (_, resources) in tree.items()
        for resource in resources
        if resource.resource_type != STACK_TYPE and resource.status != "DELETE_COMPLETE"
        if (key, resource.logical_id) not in told and key not in unsure
    )
    return dict(sorted(missing.items()))


def _unchecked(results: Sequence[Result], reasons: Reasons) -> Iterator[Unchecked]:
    stacks = {**reasons.refused, **reasons.incomplete}
    yield from (Unchecked(key, reason) for key, reason in stacks.items())
    for one in results:
        if one.status == "UNKNOWN":
            where = f"{one.stack}/{one.logical_id}" if one.stack else one.logical_id
            yield Unchecked(where, one.reason or "no reason given")
