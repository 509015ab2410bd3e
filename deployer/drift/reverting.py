"""A plan that brings back what was changed outside of CloudFormation: what its review shows of that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from botocore.exceptions import ClientError

from compiler.stacks.compiled import Compiled
from deployer.changeset import ChangeSet, Request, supported
from deployer.drift.answer import REVERT_DRIFT
from deployer.errors import refused
from deployer.faults import error_code, error_message
from deployer.outcome import Names
from deployer.session import Aws
from reviewer.attachments import attached_elsewhere
from reviewer.change import Review
from reviewer.drift_places import place_for
from reviewer.drifted import Drifted
from reviewer.findings import ranked
from reviewer.overwrites import attachment_risks, revert_risks
from reviewer.values import joined

_WITHOUT = "plan without --revert-drift; `drift` shows what has changed"
_NOT_AWARE = (
    "the change set does not compare with what is there, so that nothing that was changed outside of CloudFormation is "
    "brought back"
)


@contextmanager
def reverting(aws: Aws, request: Request) -> Iterator[None]:
    """Raise `DeployError` when neither the installed SDK nor the service can revert drift."""
    if request.revert_drift and not supported(aws, "CreateChangeSet", {"DeploymentMode": REVERT_DRIFT}):
        message = "the installed AWS SDK can't ask CloudFormation to revert drift"
        raise refused(message, "upgrade boto3, or plan without --revert-drift", "drift-not-revertible")
    try:
        yield
    except ClientError as fault:
        if not request.revert_drift or error_code(fault) != "ValidationError":
            raise
        message = f"CloudFormation makes no change set that reverts drift: {error_message(fault)}"
        raise refused(message, _WITHOUT, "drift-not-revertible") from fault


def with_reverts(review: Review, change_set: ChangeSet, names: Names, compiled: Compiled) -> Review:
    """The review of a change set that was asked to revert drift, with what is brought back, and what is not."""
    found = tuple(_named(one, names, compiled) for one in change_set.drift.reverted)
    lost = *revert_risks(review, found), *attachment_risks(found, attached_elsewhere(compiled))
    risks = dict.fromkeys((*review.risks, *lost))
    notes = (*review.notes, *_notes(change_set))
    return replace(review, reverted=found, risks=ranked(risks), notes=notes)


def _named(one: Drifted, names: Names, compiled: Compiled) -> Drifted:
    component = names.component(one.stack, one.logical_id)
    known = component in compiled.places
    place = place_for(compiled, component, one.path, one.expected) if known else ""
    return replace(one, component=component, place=place)


def _notes(change_set: ChangeSet) -> Iterator[str]:
    answer = change_set.drift
    if not answer.aware:
        yield _NOT_AWARE
        return
    if answer.unaware:
        yield f"CloudFormation does not revert drift in {_listed(answer.unaware)}"
    if answer.agreeing:
        are = (
            "is what the templates want already" if len(answer.agreeing) == 1 else "are what the templates want already"
        )
        yield f"{_listed(answer.agreeing)} {are}: only the record changes"
    yield from answer.left_alone


def _listed(names: Sequence[str]) -> str:
    return joined(list(names[:6]) + ([f"{len(names) - 6} more"] if len(names) > 6 else []))
