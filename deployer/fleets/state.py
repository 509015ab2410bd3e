"""A stack set as it is: its template, its stack instances, and the operation that runs on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from botocore.exceptions import ClientError

from compiler.language.fleet import Fleet
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.faults import error_code, error_message, read
from deployer.session import Aws
from deployer.template_text import parse_template

GONE = frozenset({"StackSetNotFoundException", "StackSetNotFound"})
AT_WORK = frozenset({"RUNNING", "QUEUED", "STOPPING"})
"""States of an operation that has not ended (StackSetOperationStatus)."""
_SUSPENDED = "SKIPPED_SUSPENDED_ACCOUNT"
_FAILED = frozenset({"FAILED", "CANCELLED", "FAILED_IMPORT", _SUSPENDED})
"""Detailed states of an instance on which the last operation did not succeed (StackInstanceDetailedStatus)."""

ROLES = ("AWSCloudFormationStackSetAdministrationRole", "AWSCloudFormationStackSetExecutionRole")
"""The names of the roles that a stack set has if it is given none."""

Where = tuple[str, str]
"""Account and region of a stack instance."""


@frozen(eq=True)
class Instance:
    """One stack of a stack set."""

    account: str
    region: str
    status: str
    """``CURRENT``, ``OUTDATED`` or ``INOPERABLE``."""
    detail: str = ""
    """How the last operation ended on it: ``SUCCEEDED``, ``FAILED``, ``CANCELLED`` …"""
    reason: str = ""
    drift: str = "NOT_CHECKED"
    """``IN_SYNC``, ``DRIFTED``, ``UNKNOWN`` or ``NOT_CHECKED``."""
    stack_id: str = ""
    unit: str = ""
    """The organizational unit, as it was named to the stack set."""

    @property
    def where(self) -> Where:
        return self.account, self.region

    @property
    def name(self) -> str:
        return f"{self.account}/{self.region}"

    @property
    def current(self) -> bool:
        """Whether it has the template of the stack set."""
        return self.status == "CURRENT" and self.detail not in _FAILED

    @property
    def stuck(self) -> bool:
        """Whether no operation but its removal with ``RetainStacks`` is possible."""
        return self.status == "INOPERABLE"

    @property
    def suspended(self) -> bool:
        """Whether the last operation has left it out because its account is suspended."""
        return self.detail == _SUSPENDED


@frozen(eq=True)
class Operation:
    """One operation of a stack set."""

    id: str
    action: str
    """``CREATE``, ``UPDATE``, ``DELETE`` or ``DETECT_DRIFT``."""
    status: str
    reason: str = ""
    began: str = ""
    """ISO 8601."""
    failures: int = 0
    """In how many stacks it has failed, as far as the service counts them."""

    @property
    def at_work(self) -> bool:
        return self.status in AT_WORK


@frozen(eq=True)
class StackSet:
    """A stack set as DescribeStackSet returns it."""

    id: str
    name: str
    template: Mapping[str, Json]
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    administration_role: str
    execution_role: str
    service_managed: bool
    auto_deployment: Mapping[str, Json]
    description: str = ""
    units: tuple[str, ...] = ()
    """Organizational units that were named to it, also those without accounts."""
    regions: tuple[str, ...] = ()
    """Regions in which it has stacks."""


@frozen(eq=True)
class State:
    """All that is known of a stack set before something is done."""

    stack_set: StackSet | None
    instances: tuple[Instance, ...] = ()
    last: Operation | None = None
    """The latest operation."""

    @property
    def running(self) -> Operation | None:
        return self.last if self.last and self.last.at_work else None

    @property
    def base(self) -> str:
        """What a plan is made for: the stack set itself and its last operation."""
        return f"{self.stack_set.id} {self.last.id if self.last else ''}" if self.stack_set else ""


def call_as(fleet: Fleet) -> dict[str, str]:
    """What every call of a delegated administrator has."""
    return {"CallAs": "DELEGATED_ADMIN"} if fleet.delegated_administrator else {}


def read_state(aws: Aws, name: str, fleet: Fleet) -> State:
    """The stack set of that name with its instances."""
    found = find_stack_set(aws, name, fleet)
    if found is None:
        return State(None)
    return State(found, read_instances(aws, name, fleet), last_operation(aws, name, fleet))


def find_stack_set(aws: Aws, name: str, fleet: Fleet) -> StackSet | None:
    try:
        answer = read(lambda: aws.cloudformation.describe_stack_set(StackSetName=name, **_as(fleet)))
    except ClientError as fault:
        if error_code(fault) in GONE:
            return None
        raise
    return _stack_set(answer["StackSet"])


def _as(fleet: Fleet) -> Json:
    return call_as(fleet)


def _stack_set(data: Json) -> StackSet | None:
    if data.get("Status") == "DELETED":
        return None
    pairs = data.get("Parameters", [])
    return StackSet(
        id=data["StackSetId"],
        name=data["StackSetName"],
        template=parse_template(data.get("TemplateBody", "{}")),
        parameters={item["ParameterKey"]: item.get("ParameterValue", "") for item in pairs},
        tags={item["Key"]: item["Value"] for item in data.get("Tags", [])},
        administration_role=data.get("AdministrationRoleARN", ""),
        execution_role=data.get("ExecutionRoleName", ""),
        service_managed=data.get("PermissionModel") == "SERVICE_MANAGED",
        auto_deployment=data.get("AutoDeployment", {}),
        description=data.get("Description", ""),
        units=tuple(data.get("OrganizationalUnitIds", ())),
        regions=tuple(data.get("Regions", ())),
    )


def read_instances(aws: Aws, name: str, fleet: Fleet) -> tuple[Instance, ...]:
    """All stack instances, by account and region."""
    pages = _pages(aws, "list_stack_instances", "Summaries", {"StackSetName": name, **call_as(fleet)})
    return tuple(sorted((_instance(item) for item in pages), key=lambda one: one.where))


def _instance(data: Json) -> Instance:
    return Instance(
        account=data["Account"],
        region=data["Region"],
        status=data.get("Status", ""),
        detail=data.get("StackInstanceStatus", {}).get("DetailedStatus", ""),
        reason=data.get("StatusReason", ""),
        drift=data.get("DriftStatus", "NOT_CHECKED"),
        stack_id=data.get("StackId", ""),
        unit=data.get("OrganizationalUnitId", ""),
    )


def last_operation(aws: Aws, name: str, fleet: Fleet) -> Operation | None:
    """The latest operation; CloudFormation lists them from the latest to the first, but a stand-in may not."""
    arguments = {"StackSetName": name, **call_as(fleet)}
    answer: Json = read(lambda: aws.cloudformation.list_stack_set_operations(**_json(arguments)))
    found = [operation_of(item) for item in answer.get("Summaries", [])]
    return max(found, key=lambda one: (one.at_work, one.began), default=None)


def find_operation(aws: Aws, name: str, operation_id: str, fleet: Fleet) -> Operation | None:
    arguments = {"StackSetName": name, "OperationId": operation_id, **call_as(fleet)}
    try:
        answer: Json = read(lambda: aws.cloudformation.describe_stack_set_operation(**_json(arguments)))
    except ClientError as fault:
        known_not = error_code(fault) in ("OperationNotFoundException", "OperationNotFound")
        if known_not or (error_code(fault) == "ValidationError" and "does not exist" in error_message(fault)):
            return None
        raise
    return operation_of(answer["StackSetOperation"])


def operation_of(data: Json) -> Operation:
    began: datetime | None = data.get("CreationTimestamp")
    return Operation(
        data["OperationId"],
        data["Action"],
        data["Status"],
        data.get("StatusReason", ""),
        began.isoformat() if began else "",
        data.get("StatusDetails", {}).get("FailedStackInstancesCount", 0),
    )


@frozen(eq=True)
class Result:
    """What an operation has done in one account and region."""

    account: str
    region: str
    status: str
    reason: str = ""

    @property
    def name(self) -> str:
        return f"{self.account}/{self.region}"


def read_results(aws: Aws, name: str, operation_id: str, fleet: Fleet) -> tuple[Result, ...]:
    arguments = {"StackSetName": name, "OperationId": operation_id, **call_as(fleet)}
    pages = _pages(aws, "list_stack_set_operation_results", "Summaries", arguments)
    return tuple(
        Result(item["Account"], item["Region"], item["Status"], item.get("StatusReason", "")) for item in pages
    )


def _pages(aws: Aws, call: str, key: str, arguments: Mapping[str, Json]) -> list[Json]:
    """The entries of all pages."""
    found: list[Json] = []
    token: Json = None
    while True:
        more = {"NextToken": token} if token else {}
        answer: Json = read(lambda more=more: getattr(aws.cloudformation, call)(**arguments, **more))  # type: ignore[misc]
        found += answer.get(key, [])
        token = answer.get("NextToken")
        if not token:
            return found


def _json(arguments: Mapping[str, Json]) -> Json:
    return dict(arguments)


def grouped(places: Iterable[Where]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Accounts and regions whose cross products are the places: what one operation takes."""
    regions_of: dict[str, list[str]] = {}
    for account, region in places:
        regions_of.setdefault(account, []).append(region)
    accounts_of: dict[tuple[str, ...], list[str]] = {}
    for account, regions in regions_of.items():
        accounts_of.setdefault(tuple(regions), []).append(account)
    return [(tuple(accounts), regions) for regions, accounts in accounts_of.items()]
