"""What CloudFormation found before it changes anything: early validation, and hooks.

A change set that fails says only that something was found, and that of the root only which nested change set failed.
What it is stands in events of each change set. Sources: CloudFormation user guide, "Validate stack deployments", API
reference, DescribeEvents, OperationEvent and DescribeChangeSetHooks.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from botocore.exceptions import ClientError

from compiler.source.diagnostics import Diagnostic
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.changeset import PENDING, ChangeSet, describe, rejected
from deployer.errors import DeployError
from deployer.faults import error_code, error_message, read
from deployer.hooks import planned_hooks
from deployer.outcome import Names, place_from
from deployer.session import Aws
from reviewer.change import Review, Risk
from reviewer.drift_places import place_for
from reviewer.drifted import path_of
from reviewer.findings import ranked
from reviewer.template_set import ROOT

SOURCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html"


@frozen(eq=True)
class _Kind:
    """What an event of one type means."""

    code: str
    name: str
    """The field with the name of the validation or the hook."""
    reason: str
    mode: str
    """The field that says whether it only warns."""


_KINDS: Mapping[str, _Kind] = {
    "VALIDATION_ERROR": _Kind("early-validation", "ValidationName", "ValidationStatusReason", "ValidationFailureMode"),
    "HOOK_INVOCATION_ERROR": _Kind("hook-failed", "HookType", "HookStatusReason", "HookFailureMode"),
    "PROVISIONING_ERROR": _Kind("resource-failed", "", "ResourceStatusReason", ""),
}
"""Type of an event → what it means."""
_NESTED = re.compile(r"arn:[-a-zA-Z0-9]*:cloudformation:[-a-z0-9]*:\d*:changeSet/[-a-zA-Z0-9:/]*")
_MANY_POLLS = 100
_SAID_TWICE = "Nested change set"


@frozen(eq=True)
class Finding:
    """One thing that early validation or a hook has found."""

    code: str
    stack: str
    """Key of the template."""
    logical_id: str
    resource_type: str
    name: str
    """Of the validation or the hook; may be empty."""
    reason: str
    path: str
    """``Properties.BucketName``; empty for the whole resource."""
    warning: bool
    """Whether the change set can be executed all the same."""

    @property
    def text(self) -> str:
        return f"{self.reason} ({self.name})" if self.name else self.reason

    def place(self, names: Names, compiled: Compiled | None) -> str:
        """Where the spec has the setting, as far as it is known here, else the component."""
        component = names.component(self.stack, self.logical_id)
        if compiled is None or component not in compiled.places:
            return names.places.get(component, "")
        return place_for(compiled, component, self.path.removeprefix("Properties").removeprefix("."))

    def diagnostic(self, names: Names, compiled: Compiled | None = None) -> Diagnostic:
        """The finding as an error, or warning, of its component."""
        component = names.component(self.stack, self.logical_id)
        where = f"{self.stack}/{self.logical_id}" if self.stack else self.logical_id
        at = f" at {self.path}" if self.path else ""
        return Diagnostic(
            code=self.code,
            message=self.text,
            place=place_from(self.place(names, compiled)),
            component=component,
            severity="warning" if self.warning else "error",
            resource=f"{self.resource_type} {where}{at}".strip(),
        )


@frozen(eq=True)
class Found:
    """What was found in a tree of change sets, and why it is not known, where it is not."""

    findings: tuple[Finding, ...]
    change_sets: tuple[ChangeSet, ...] = ()
    unknown: str = ""
    """Why the findings are not known."""
    absent: bool = False
    """Whether they are not, because the service does not have them at all."""


def refusal(aws: Aws, change_set: ChangeSet, names: Names, compiled: Compiled | None = None) -> DeployError:
    """Why CloudFormation does not accept a change set: all that it has found, by component and line of the spec."""
    found = findings_of(aws, change_set, names)
    return with_findings(rejected(change_set), found, [one.diagnostic(names, compiled) for one in found.findings])


def with_findings(error: DeployError, found: Found, told: Sequence[Diagnostic]) -> DeployError:
    """A refusal with what was found, `told` by component, or why that is not known."""
    first, *others = error.diagnostics
    if found.unknown:
        first = replace(first, suggestion=f"{error.hint}; {found.unknown}")
    return DeployError((first, *others, *told), error.exit_code)


def with_warnings(aws: Aws, review: Review, made: tuple[ChangeSet, Names], compiled: Compiled) -> Review:
    """The review with what early validation warns of, and the hooks that the change set will call."""
    change_set, names = made
    found = findings_of(aws, change_set, names)
    risks = dict.fromkeys((*review.risks, *(_risk(one, names, compiled) for one in found.findings)))
    hooks = tuple(planned_hooks(aws, found.change_sets))
    told = found.unknown and not found.absent
    unknown = (f"what early validation has found is not known: {found.unknown}",) if told else ()
    return replace(review, risks=ranked(risks), notes=(*review.notes, *hooks, *unknown))


def _risk(one: Finding, names: Names, compiled: Compiled) -> Risk:
    component = names.component(one.stack, one.logical_id)
    text = f"{one.logical_id}: {one.text}"
    return Risk("refused", component, text, one.place(names, compiled), source=SOURCE)


def findings_of(aws: Aws, change_set: ChangeSet, names: Names) -> Found:
    """All findings of a change set and of those of its nested stacks; nothing where it may not be asked for."""
    found: list[Finding] = []
    tree = _tree(aws, change_set, names)
    try:
        for key, one in tree.items():
            found += _own(aws, key, one)
    except ClientError as fault:
        unknown = f"details can't be read: {error_message(fault)}"
        return Found(tuple(found), tuple(tree.values()), unknown, error_code(fault) == "InvalidAction")
    return Found(tuple(dict.fromkeys(found)), tuple(tree.values()))


def _tree(aws: Aws, change_set: ChangeSet, names: Names) -> dict[str, ChangeSet]:
    """Key of each stack → its change set, once that has ended: the root fails with the first of its nested ones."""
    found = dict(change_set.inside)
    known = {one.id for one in found.values()}
    for arn in _NESTED.findall(change_set.reason):
        nested = None if arn in known else describe(aws, arn)
        if nested:
            found[_key_of(nested, change_set, names)] = nested
    return {ROOT: change_set, **{key: _ended(aws, one) for key, one in found.items()}}


def _key_of(nested: ChangeSet, root: ChangeSet, names: Names) -> str:
    """CloudFormation names a nested stack ``<stack>-<logical id>-<suffix>``."""
    rest = nested.stack_id.split("/")[1].removeprefix(f"{root.stack_id.split('/')[1]}-")
    return next((key for key in names.origins if key and rest.startswith(f"{key}-")), rest)


def _ended(aws: Aws, change_set: ChangeSet) -> ChangeSet:
    for _ in range(_MANY_POLLS):
        if change_set.status not in PENDING:
            break
        time.sleep(aws.poll_seconds)
        change_set = describe(aws, change_set.id) or change_set
    return change_set


def _own(aws: Aws, key: str, change_set: ChangeSet) -> Iterator[Finding]:
    """The findings of one change set; where it failed without any, its reason."""
    found = [one for event in _events(aws, change_set) if (one := _finding(event, key))]
    yield from found
    failed = change_set.status == "FAILED" and not change_set.empty
    if failed and not found and key != ROOT and not change_set.reason.startswith(_SAID_TWICE):
        yield Finding("change-set-rejected", ROOT, key, "AWS::CloudFormation::Stack", "", change_set.reason, "", False)


def _events(aws: Aws, change_set: ChangeSet) -> Iterator[Json]:
    """Failed events of one change set, all pages."""
    arguments: dict[str, Json] = {"ChangeSetName": change_set.id, "StackName": change_set.stack_id}
    arguments["Filters"] = {"FailedEvents": True}
    while True:
        page: Json = read(lambda: aws.cloudformation.describe_events(**arguments))
        yield from page.get("OperationEvents", ())
        if not page.get("NextToken"):
            return
        arguments["NextToken"] = page["NextToken"]


def _finding(event: Json, key: str) -> Finding | None:
    kind = _KINDS.get(event.get("EventType", ""))
    if kind is None:
        return None
    logical_id = event.get("LogicalResourceId", "")
    path = str(event.get("ValidationPath", "")).removeprefix(f"/Resources/{logical_id}")
    return Finding(
        code=kind.code,
        stack=key,
        logical_id=logical_id,
        resource_type=event.get("ResourceType", ""),
        name=event.get(kind.name, ""),
        reason=event.get(kind.reason) or "no reason given",
        path=path_of(path),
        warning=event.get(kind.mode) == "WARN",
    )
