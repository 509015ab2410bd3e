"""What a plan knows of drift: the last results of the stacks that it changes, or new ones if it is asked to detect.

Reading the last results is one call for each nested stack that the plan changes. Detection takes minutes and has to
read every resource, so that it is asked for (`plan --drift`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from botocore.exceptions import ClientError

from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled
from deployer.deployed import Stack, nested_stacks, stack_resources
from deployer.drift.detection import Reasons, detect, stack_tree
from deployer.drift.results import Result, placed, read_drifts
from deployer.faults import error_message
from deployer.outcome import Names, names_of
from deployer.session import Aws
from reviewer.change import Change, Review
from reviewer.findings import ranked
from reviewer.overwrites import overwrite_risks
from reviewer.sides import Before
from reviewer.template_set import ROOT, Address
from reviewer.values import counted

_DRIFTED = ("MODIFIED", "DELETED")


@frozen(eq=True)
class Deployed:
    """The stack that a plan changes, as it is deployed and as it compiles."""

    stack: Stack
    before: Before
    compiled: Compiled

    @property
    def names(self) -> Names:
        return names_of(self.compiled, self.before.origins)

    def changes(self, review: Review) -> dict[Address, Change]:
        """Key of the template and logical id → change."""
        keys = {template.name: template.logical_id or ROOT for template in self.compiled.templates}
        return {(keys.get(one.stack, one.stack), one.logical_id): one for one in review.changes}


def with_drift(aws: Aws, review: Review, deployed: Deployed, first: bool) -> Review:
    """The review with what the plan would overwrite; with `first`, drift is detected before."""
    changes = deployed.changes(review)
    touched = {key for (key, _), change in changes.items() if change.action == "Modify"}
    if not touched and not first:
        return review
    try:
        results, notes = _results(aws, deployed, None if first else touched)
    except ClientError as fault:
        note = f"whether this plan overwrites drift is not known: {error_message(fault)}"
        return replace(review, notes=(*review.notes, note))
    drifted = [one for result in results for one in result.differences if one.unlike]
    others = {one.where for one in drifted if (one.stack, one.logical_id) not in changes}
    risks = dict.fromkeys((*review.risks, *overwrite_risks(changes, drifted)))
    return replace(review, risks=ranked(risks), notes=(*review.notes, *notes, *_untouched(others)))


def _untouched(others: set[str]) -> Iterator[str]:
    if others:
        verb = "has" if len(others) == 1 else "have"
        yield f"{counted(len(others), 'resource')} that this plan does not change {verb} drifted too: see `drift`"


def _results(aws: Aws, deployed: Deployed, touched: Collection[str] | None) -> tuple[list[Result], list[str]]:
    """What has drifted, with what is not known of it; in all stacks after a detection if `touched` is None."""
    stacks = _stacks(aws, deployed, touched)
    reasons = detect(aws, stacks) if touched is None else Reasons({}, {})
    known = {key: stack_id for key, stack_id in stacks.items() if key not in reasons.refused}
    found: list[Result] = []
    notes = [_not_known(key, reason) for key, reason in {**reasons.refused, **reasons.incomplete}.items()]
    for key, stack_id in known.items():
        results = [placed(one, deployed.names, deployed.compiled) for one in read_drifts(aws, stack_id, key, _DRIFTED)]
        old = _outdated(aws, stack_id, results) if results and touched is not None else set()
        found += (one for one in results if one.logical_id not in old)
        notes += map(_not_sure, sorted(old))
    return found, notes


def _stacks(aws: Aws, deployed: Deployed, touched: Collection[str] | None) -> dict[str, str]:
    """Key → id of the stacks whose drift matters."""
    if touched is None:
        return {key: stack_id for key, (stack_id, _) in stack_tree(aws, deployed.stack.id).items()}
    every = {ROOT: deployed.stack.id, **nested_stacks(aws, deployed.stack.id)}
    return {key: stack_id for key, stack_id in every.items() if key in touched}


def _outdated(aws: Aws, stack_id: str, results: Sequence[Result]) -> set[str]:
    """Logical ids of resources that a deployment has changed since they were checked."""
    changed = {one.logical_id: one.changed for one in stack_resources(aws, stack_id)}
    return {one.logical_id for one in results if (since := changed.get(one.logical_id)) and since > one.checked}


def _not_known(key: str, reason: str) -> str:
    return f"drift of {f'nested stack {key}' if key else 'the root stack'} is not known: {reason}"


def _not_sure(logical_id: str) -> str:
    return f"{logical_id} had drifted, and was deployed since: `plan --drift` checks whether it still has"
