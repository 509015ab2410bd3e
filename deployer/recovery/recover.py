"""Lead a stack from any state back to one from which it can be deployed; what is to be done is a value first.

find_stack ── state_of ──► step ── stuck_resources, change sets ──► Recovery ── people agree ──► recover ──► Outcome
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from botocore.exceptions import ClientError

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.deployed import Stack, find_stack
from deployer.errors import DeployError, refused
from deployer.events import open_stream
from deployer.faults import error_code, explained
from deployer.history.keeping import Entry, keeping
from deployer.history.ledger import HERE, Archive, open_ledger
from deployer.history.record import RECOVERY, Begun
from deployer.outcome import Names, Outcome, failures, retained
from deployer.recovery.abandoned import ChangeSetLeft, abandoned, discard
from deployer.recovery.stuck import Stuck, chosen, retained_before, stuck_resources
from deployer.removal.destroy import new_request, plan_removal, remove_stack, request_argument
from deployer.removal.kept import Kept
from deployer.running import at_it, rolls_back
from deployer.session import Aws
from deployer.states import Step, state_of, unfit
from deployer.watch import Report, Watch, silent
from reviewer.template_set import ROOT

_GOOD = "UPDATE_ROLLBACK_COMPLETE"
_GONE = "DELETE_COMPLETE"
_WITH_STUCK = (Step.CONTINUE, Step.DELETE_AGAIN)


@frozen(eq=True)
class Wish:
    """What a person asks of a recovery."""

    skip: tuple[str, ...] = ()
    """Components or logical ids that the rollback leaves as they are."""
    retain: tuple[str, ...] = ()
    """Components or logical ids that the deletion leaves behind."""
    cancel: bool = False


@frozen(eq=True)
class Recovery:
    """What `recover` does to one stack; reading it changes nothing."""

    stack: str
    stack_id: str
    """Empty when there is no stack."""
    status: str
    step: Step
    stuck: tuple[Stuck, ...] = ()
    """What the last operation failed on."""
    skip: tuple[Stuck, ...] = ()
    retain: tuple[Stuck, ...] = ()
    left: tuple[Stuck, ...] = ()
    """What an earlier run has retained already."""
    change_sets: tuple[ChangeSetLeft, ...] = ()
    """What goes with a stack that was never created."""
    kept: tuple[Kept, ...] = ()
    """What the deletion retains by its policy."""
    request: str = ""
    """Client request token; empty: none is sent."""

    @property
    def summary(self) -> str:
        """What it does, in one line."""
        named = {"skipping": self.skip, "retaining": self.retain}
        told = [f"{how} {', '.join(one.address for one in which)}" for how, which in named.items() if which]
        return ", ".join((self.step.value, *told))

    def to_json(self) -> dict[str, Json]:
        return {
            **{name: value for name, value in asdict(self).items() if name not in ("step", "request")},
            "step": self.step.value,
            "skip": [one.address for one in self.skip],
            "retain": [one.address for one in self.retain],
        }


@explained("reading the state of the stack")
def plan_recovery(aws: Aws, stack_name: str, wish: Wish) -> Recovery:
    """What leads the stack back. Raises `DeployError`: exit 7 while an operation runs, exit 4 where there is no way."""
    stack = find_stack(aws, stack_name)
    if stack is None:
        return Recovery(stack_name, "", "", Step.NONE)
    step = state_of(stack.status).step
    if step is Step.WAIT or (step is Step.CANCEL and not wish.cancel):
        raise at_it(aws, stack)
    if step is Step.BY_HAND:
        raise unfit(stack_name, stack.status)
    stuck = stuck_resources(aws, stack) if step in _WITH_STUCK else ()
    skip = chosen(stuck, wish.skip) if step is Step.CONTINUE else ()
    retain = chosen(stuck, wish.retain) if step is Step.DELETE_AGAIN else ()
    left = retained_before(aws, stack, stuck) if step is Step.DELETE_AGAIN and wish.retain else ()
    change_sets = abandoned(aws, stack) if step is Step.DISCARD else ()
    kept = plan_removal(aws, stack_name).kept if step is Step.REMOVE else ()
    return Recovery(stack_name, stack.id, stack.status, step, stuck, skip, retain, left, change_sets, kept)


def recover(recovery: Recovery, aws: Aws, report: Report = silent, archive: Archive = HERE) -> Outcome:
    """Take the step and wait for its end. Raises `DeployError` (exit 4) when the stack has changed since."""
    with explained("recovering the stack"):
        stack = find_stack(aws, recovery.stack_id)
        if stack is None or stack.status != recovery.status:
            state = stack.status if stack else "gone"
            message = f"stack {recovery.stack} was {recovery.status} and is {state} by now"
            raise refused(message, "run `recover` again", "stale-plan")
        entry = _entry(recovery, aws)
        with keeping(aws, open_ledger(aws, archive, recovery.stack), entry) as keep:
            return keep(_take(aws, stack, replace(recovery, request=entry.begun.request), report))


def _entry(recovery: Recovery, aws: Aws) -> Entry:
    begun = Begun(
        operation=RECOVERY,
        stack=recovery.stack,
        region=aws.region,
        account=aws.account,
        stack_id=recovery.stack_id,
        request=new_request(),
        who=aws.caller,
        summary=recovery.summary,
    )
    failed = [f"failed: {one}" for one in recovery.stuck]
    return Entry(begun, recovery.to_json() | {"lines": [f"{recovery.stack} was {recovery.status}", *failed]})


def _take(aws: Aws, stack: Stack, recovery: Recovery, report: Report) -> Outcome:
    if recovery.step is Step.REMOVE:
        return remove_stack(plan_removal(aws, recovery.stack), aws, report, recovery.request)
    if recovery.step is Step.DISCARD:
        return discard(aws, stack, report, recovery.request)
    if recovery.step is Step.DELETE_AGAIN:
        return _delete_again(aws, stack, recovery, report)
    return _roll_back(aws, stack, recovery, report)


def _roll_back(aws: Aws, stack: Stack, recovery: Recovery, report: Report) -> Outcome:
    watch = _watch(aws, stack.id, recovery, report)
    known: dict[str, Json] = {"StackName": stack.id, **request_argument(recovery.request)}
    try:
        if recovery.step is Step.CONTINUE:
            skipped = [_skipped(one) for one in recovery.skip]
            aws.cloudformation.continue_update_rollback(**known, **_given("ResourcesToSkip", skipped))
        elif recovery.step is Step.CANCEL:
            aws.cloudformation.cancel_update_stack(**known)
        else:
            aws.cloudformation.rollback_stack(**known)
    except ClientError as fault:
        if not rolls_back(aws, stack, fault):
            raise _too_late(recovery, fault) from fault
    return _outcome(watch, _GOOD)


def _too_late(recovery: Recovery, fault: ClientError) -> Exception:
    """An update that has ended between the question and the call can't be cancelled any more."""
    if recovery.step is not Step.CANCEL or error_code(fault) != "ValidationError":
        return fault
    return refused(f"stack {recovery.stack} can't be cancelled any more: {fault}", "see `status`", "unfit-stack")


def _skipped(one: Stuck) -> str:
    """As ContinueUpdateRollback wants it: a nested stack by its name, not by its logical id (API reference)."""
    return f"{one.stack_id.split('/')[1]}.{one.logical_id}" if one.stack_id else one.logical_id


def _delete_again(aws: Aws, stack: Stack, recovery: Recovery, report: Report) -> Outcome:
    """Delete, the nested stacks that retain something before the root: RetainResources knows a stack's own alone."""
    left: tuple[str, ...] = ()
    for stack_id in dict.fromkeys(one.stack_id for one in recovery.retain if one.stack_id):
        nested = _delete(aws, stack_id, recovery, report)
        if not nested.succeeded:
            return nested
        left += nested.retained
    root = _delete(aws, stack.id, recovery, report)
    return replace(root, retained=(*left, *root.retained))


def _delete(aws: Aws, stack_id: str, recovery: Recovery, report: Report) -> Outcome:
    own = [one for one in recovery.retain if (one.stack_id or recovery.stack_id) == stack_id]
    watch = _watch(aws, stack_id, recovery, report)
    known: dict[str, Json] = {"StackName": stack_id, **request_argument(recovery.request)}
    aws.cloudformation.delete_stack(**known, **_given("RetainResources", [one.logical_id for one in own]))
    return _outcome(watch, _GONE, tuple(f"{one} is retained" for one in own))


def _given(argument: str, values: Sequence[str]) -> dict[str, Json]:
    """An argument that is left out where there is nothing to say."""
    return {argument: [*values]} if values else {}


def _watch(aws: Aws, stack_id: str, recovery: Recovery, report: Report) -> Watch:
    return Watch(aws, open_stream(aws, stack_id), Names(_origins(recovery, stack_id)), report, frozenset())


def _origins(recovery: Recovery, stack_id: str) -> Mapping[str, Mapping[str, str]]:
    """Components of what failed; of a nested stack that is deleted by itself, as if it were the root."""
    found: dict[str, dict[str, str]] = {}
    for one in recovery.stuck:
        own = (one.stack_id or recovery.stack_id) == stack_id
        found.setdefault(ROOT if own else one.stack, {})[one.logical_id] = one.component
    return found


def _outcome(watch: Watch, good: str, wanted: tuple[str, ...] = ()) -> Outcome:
    """What was retained is told with its identifier and how to bring it back, as far as the events have that."""
    ended = watch.until_end()
    left = retained(watch.stream.events, watch.names) or wanted
    found = () if ended.status == good else failures(watch.stream.events, watch.names)
    return Outcome(ended.name, ended.status, ended.status == good, dict(ended.outputs), found, left)


def check_wish(found: Sequence[Recovery], wish: Wish) -> None:
    """Raises `DeployError` (exit 4) for an option that no stack is in the state for."""
    steps = {one.step for one in found}
    states = ", ".join(f"{one.stack} is {one.status or 'not deployed'}" for one in found)
    for option, given, step, state in (
        ("--skip", wish.skip, Step.CONTINUE, "UPDATE_ROLLBACK_FAILED"),
        ("--retain", wish.retain, Step.DELETE_AGAIN, "DELETE_FAILED"),
        ("--cancel", wish.cancel, Step.CANCEL, "UPDATE_IN_PROGRESS"),
    ):
        if given and step not in steps:
            raise _useless(option, state, states)


def _useless(option: str, state: str, states: str) -> DeployError:
    message = f"{option} is for a stack in state {state}, but {states}"
    return refused(message, f"run `recover` without {option}", "unfit-stack")
