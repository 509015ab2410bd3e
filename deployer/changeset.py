"""Create, read and delete a change set; each is repeatable, also when a response of AWS was lost."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.drift.answer import NO_ANSWER, REVERT_DRIFT, DriftAnswer, answer_of, drift_of, merged
from deployer.errors import DeployError, refused
from deployer.faults import error_code, read
from deployer.session import Aws
from deployer.whereabouts import whereabouts
from reviewer.change import ServiceChange

_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")
_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
GONE = ("ChangeSetNotFound", "ChangeSetNotFoundException")
PENDING = frozenset({"CREATE_PENDING", "CREATE_IN_PROGRESS"})
_DELETING = frozenset({"DELETE_PENDING", "DELETE_IN_PROGRESS"})
_MANY_POLLS = 900
_DESCRIPTION_LENGTH = 1024
"""The most that the API takes."""


@frozen(eq=True)
class Request:
    """The arguments of a change set; kept in the plan, so that the same change set can be created again."""

    stack_name: str
    name: str
    """Change set name: the hash of its arguments and of the state of the stack."""
    kind: str
    """``CREATE``, ``UPDATE`` or ``IMPORT``."""
    template_url: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    role: str = ""
    """ARN of CloudFormation's service role; empty: the one that the stack has."""
    body: str = ""
    """The template itself, where there is no bucket yet; then there is no URL."""
    unchanged: Sequence[str] = ()
    """Parameters that keep the value that the stack has, which may be a hidden one."""
    imported: Sequence[Mapping[str, Json]] = ()
    """What a change set of kind ``IMPORT`` imports, as `ResourcesToImport` of CreateChangeSet has it."""
    revert_drift: bool = False
    """Whether what was changed outside of CloudFormation is brought back to what the templates want."""


@frozen(eq=True)
class ChangeSet:
    """A change set as DescribeChangeSet returns it, all pages."""

    id: str
    stack_id: str
    status: str
    reason: str
    execution: str
    changes: tuple[ServiceChange, ...]
    drift: DriftAnswer = NO_ANSWER
    hooks: int = 0
    """Calls of hooks when it is executed; those of nested stacks are in their own change sets."""
    inside: tuple[tuple[str, ChangeSet], ...] = ()
    """Key of each nested stack, and its change set as it was when the root's was ready."""

    @property
    def empty(self) -> bool:
        return self.status == "FAILED" and any(text in self.reason for text in _NO_CHANGES)

    @property
    def ready(self) -> bool:
        return self.status == "CREATE_COMPLETE" and self.execution == "AVAILABLE"


def make_change_set(aws: Aws, request: Request) -> ChangeSet:
    """Create the change set and wait until it is ready, empty or failed; an earlier one of the same name is reused."""
    left_over = describe(aws, request.name, request.stack_name)
    # What is there may have changed since a change set that reverts drift was made, so that one is made anew.
    usable = left_over is not None and (left_over.ready or left_over.status in PENDING)
    adopted = usable and not request.revert_drift
    if left_over is not None and not adopted:
        remove(aws, left_over.id)
    if not adopted:
        _create(aws, request)
    return _with_nested(aws, _await(aws, request))


def _with_nested(aws: Aws, change_set: ChangeSet) -> ChangeSet:
    """The change set with the rows of those of the nested stacks, which CloudFormation makes along with it."""
    nested = list(_inside(aws, change_set, ""))
    rows = [replace(row, stack=stack) for stack, found in nested for row in found.changes]
    answer = merged(change_set.drift, {stack: found.drift for stack, found in nested})
    return replace(change_set, changes=(*change_set.changes, *rows), drift=answer, inside=tuple(nested))


def _inside(aws: Aws, change_set: ChangeSet, stack: str) -> Iterator[tuple[str, ChangeSet]]:
    """Key of each nested stack, and its change set."""
    for row in change_set.changes:
        found = describe(aws, row.change_set, values=change_set.drift.aware) if row.change_set else None
        if found is not None:
            name = f"{stack}/{row.logical_id}" if stack else row.logical_id
            yield name, found
            yield from _inside(aws, found, name)


def _create(aws: Aws, request: Request) -> None:
    """Create the change set. A lost response makes the SDK's retry fail with AlreadyExists, a cut one can't be read:
    in both cases it was created.
    """
    try:
        aws.cloudformation.create_change_set(**_arguments(aws, request))
    except ResponseParserError:
        if describe(aws, request.name, request.stack_name) is None:
            aws.cloudformation.create_change_set(**_arguments(aws, request))
    except ClientError as fault:
        if error_code(fault) != "AlreadyExistsException" or not describe(aws, request.name, request.stack_name):
            raise


def _arguments(aws: Aws, request: Request) -> dict[str, Json]:
    wanted = {
        "StackName": request.stack_name,
        "ChangeSetName": request.name,
        "ChangeSetType": request.kind,
        **({"TemplateBody": request.body} if request.body else {"TemplateURL": request.template_url}),
        "Parameters": list(_parameters(request)),
        "Capabilities": list(_CAPABILITIES),
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(request.tags.items())],
        "ClientToken": request.name,
        "Description": _description(aws),
        **({"DeploymentMode": REVERT_DRIFT} if request.revert_drift else {}),
        **({"RoleARN": request.role} if request.role else {}),
        **_by_kind(request),
    }
    return supported(aws, "CreateChangeSet", wanted)


def _description(aws: Aws) -> str:
    """For whom and from where the change set is made, which is told to who finds it at work."""
    told = ("made by stackwright", f"for {aws.caller}" if aws.caller else "", f"from {whereabouts()}")
    return " ".join(part for part in told if part)[:_DESCRIPTION_LENGTH]


def _parameters(request: Request) -> Iterator[Json]:
    yield from ({"ParameterKey": key, "ParameterValue": value} for key, value in request.parameters.items())
    yield from ({"ParameterKey": key, "UsePreviousValue": True} for key in request.unchanged)


def _by_kind(request: Request) -> dict[str, Json]:
    """CloudFormation refuses IncludeNestedStacks in a change set of type IMPORT."""
    if request.kind == "IMPORT":
        return {"ResourcesToImport": [dict(one) for one in request.imported]}
    return {"IncludeNestedStacks": True}


def supported(aws: Aws, operation: str, arguments: Mapping[str, Json]) -> dict[str, Json]:
    """The arguments that the installed SDK knows: the newer ones are refinements, not conditions."""
    shape = aws.cloudformation.meta.service_model.operation_model(operation).input_shape
    known = shape.members if shape else {}
    return {name: value for name, value in arguments.items() if name in known}


def _await(aws: Aws, request: Request) -> ChangeSet:
    for _ in range(_MANY_POLLS):
        found = describe(aws, request.name, request.stack_name, request.revert_drift)
        if found is not None and found.status not in PENDING:
            return found
        time.sleep(aws.poll_seconds)
    raise refused(f"change set {request.name} is not ready after {_MANY_POLLS * aws.poll_seconds:.0f} seconds")


def describe(aws: Aws, name_or_id: str, stack_name: str | None = None, values: bool = False) -> ChangeSet | None:
    """The change set with all its rows, or None when it, or its stack, does not exist.

    With `values` CloudFormation is asked for those of properties, which are large: what is brought back needs them.
    """
    wanted = {"ChangeSetName": name_or_id, "StackName": stack_name, "IncludePropertyValues": values}
    arguments = supported(aws, "DescribeChangeSet", {name: value for name, value in wanted.items() if value})
    try:
        pages = read(lambda: _pages(aws, arguments))
    except ClientError as fault:
        if error_code(fault) in GONE or _no_stack(fault):
            return None
        raise
    first = pages[0]
    changes = [item for page in pages for item in page.get("Changes", [])]
    rows = [item["ResourceChange"] for item in changes]
    return ChangeSet(
        first["ChangeSetId"],
        first["StackId"],
        first["Status"],
        first.get("StatusReason", ""),
        first.get("ExecutionStatus", ""),
        tuple(map(_row, rows)),
        answer_of(first, rows),
        sum(item.get("HookInvocationCount", 0) for item in changes),
    )


def _no_stack(fault: ClientError) -> bool:
    return error_code(fault) == "ValidationError" and "does not exist" in str(fault)


def _pages(aws: Aws, arguments: Json) -> list[Json]:
    pages: list[Json] = [aws.cloudformation.describe_change_set(**arguments)]
    while pages[-1].get("NextToken"):
        pages.append(aws.cloudformation.describe_change_set(**arguments, NextToken=pages[-1]["NextToken"]))
    return pages


def _row(data: Json) -> ServiceChange:
    evaluations = {detail.get("Evaluation") for detail in data.get("Details", ())}
    return ServiceChange(
        action=data["Action"],
        logical_id=data["LogicalResourceId"],
        resource_type=data.get("ResourceType", ""),
        replacement=data.get("Replacement", ""),
        certain=evaluations != {"Dynamic"},
        change_set=data.get("ChangeSetId", ""),
        drift=drift_of(data),
    )


def remove(aws: Aws, change_set_id: str) -> None:
    """Delete a change set, and those of nested stacks with it, and wait until it is gone."""
    aws.cloudformation.delete_change_set(ChangeSetName=change_set_id)
    for _ in range(_MANY_POLLS):
        found = describe(aws, change_set_id)
        if found is None or found.status == "DELETE_COMPLETE":
            return
        if found.status not in _DELETING:
            return
        time.sleep(aws.poll_seconds)


def rejected(change_set: ChangeSet) -> DeployError:
    return refused(
        f"CloudFormation does not accept the change set: {change_set.reason or change_set.status}",
        "correct the spec and plan again; nothing was changed",
        "change-set-rejected",
    )
