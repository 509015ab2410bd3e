"""The operations that bring a stack set to what is wanted, each as the arguments of its call.

Source of what the calls take: CloudFormation API reference, CreateStackSet, UpdateStackSet, CreateStackInstances,
UpdateStackInstances, DeleteStackInstances, DetectStackSetDrift and StackSetOperationPreferences. A stack set does one
operation at a time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.language.fleet import Fleet
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.fleets.difference import Difference, Wanted, auto_deployment, changed_roles, place_of
from deployer.fleets.state import Instance, State, Where, call_as, grouped

OURS = "stackwright-"
"""How ids of operations of this tool begin."""
CALLS = {
    "create-set": "create_stack_set",
    "update-set": "update_stack_set",
    "create": "create_stack_instances",
    "retry": "update_stack_instances",
    "delete": "delete_stack_instances",
    "drift": "detect_stack_set_drift",
}
_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")


@frozen(eq=True)
class Step:
    """One call."""

    action: str
    """A key of `CALLS`."""
    arguments: Mapping[str, Json]
    places: tuple[str, ...] = ()
    """Whom it concerns, as far as it is known before."""
    operation_id: str = ""
    """Empty for what is no operation."""


def steps_for(wanted: Wanted, state: State, found: Difference, retain: bool) -> tuple[Step, ...]:
    """The calls in their order: what goes first, then the stacks that are there, then the new ones."""
    made = [
        *_deletions(wanted, found.removed, retain),
        *_of_the_set(wanted, found, state),
        *_retries(wanted, found.failed),
        *_creations(wanted, found.added),
    ]
    return tuple(_named(made, state))


def retry_steps(wanted: Wanted, state: State) -> tuple[Step, ...]:
    """The calls that try failed stacks again, with the template that the stack set has."""
    failed = [one for one in state.instances if not one.current and not one.stuck]
    return tuple(_named([*_retries(wanted, failed)], state))


def removal_steps(wanted: Wanted, state: State, retain: bool) -> tuple[Step, ...]:
    """The calls that remove all stacks."""
    places = dict.fromkeys(place_of(one, wanted.fleet) for one in state.instances)
    return tuple(_named([*_deletions(wanted, tuple(places), retain)], state))


def _of_the_set(wanted: Wanted, found: Difference, state: State) -> Iterator[Step]:
    if not found.set_changes:
        return
    own = _set_arguments(wanted, dict(changed_roles(wanted.fleet, state.stack_set)))
    if found.set_changes == ("new",):
        yield Step("create-set", {**own, "PermissionModel": _model(wanted.fleet)})
        return
    gone = set(found.removed)
    regions = [one.region for one in state.instances if place_of(one, wanted.fleet) not in gone]
    places = tuple("/".join(place) for place in found.updated)
    yield Step("update-set", {**own, **_paced(wanted.fleet, regions)}, places)


def detection(subject: tuple[str, Fleet], state: State) -> Step:
    """The call that detects drift in all stacks of a stack set, by its name and fleet."""
    name, fleet = subject
    regions = [one.region for one in state.instances]
    arguments = {"StackSetName": name, **_paced(fleet, regions), **call_as(fleet)}
    (step,) = _named([Step("drift", arguments, tuple(one.name for one in state.instances))], state)
    return step


def _paced(fleet: Fleet, regions: Sequence[str]) -> dict[str, Json]:
    """The preferences of an operation on what is there: regions that come later, or are gone, are none of its own."""
    return {"OperationPreferences": preferences_of(fleet, tuple(dict.fromkeys(regions)))} if regions else {}


def _set_arguments(wanted: Wanted, changed_roles: Mapping[str, str]) -> dict[str, Json]:
    fleet, compiled = wanted.fleet, wanted.compiled
    arguments: dict[str, Json] = {
        "StackSetName": wanted.name,
        "Description": f"{compiled.platform} {compiled.environment}, made by stackwright ({_content(wanted)})",
        "TemplateURL": wanted.materials.url,
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in wanted.materials.parameters.items()
        ],
        "Capabilities": list(_capabilities(wanted)),
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(compiled.tags.items())],
        **call_as(fleet),
    }
    if fleet.service_managed:
        return arguments | {"AutoDeployment": auto_deployment(fleet)}
    return arguments | _roles(fleet, changed_roles)


def _content(wanted: Wanted) -> str:
    """What tells a stack set of one version of the spec from that of another."""
    text = json.dumps([wanted.materials.template, dict(wanted.materials.parameters)], sort_keys=True, default=dict)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _capabilities(wanted: Wanted) -> tuple[str, ...]:
    """A stack set is made without a change set in which macros of raw resources could be seen expanded."""
    macros = any('"Fn::Transform"' in json.dumps(one.body, default=dict) for one in wanted.compiled.templates)
    return (*_CAPABILITIES, "CAPABILITY_AUTO_EXPAND") if macros else _CAPABILITIES


def _roles(fleet: Fleet, changed: Mapping[str, str]) -> dict[str, str]:
    roles = {
        "AdministrationRoleARN": changed.get("administration role", fleet.administration_role),
        "ExecutionRoleName": changed.get("execution role", fleet.execution_role),
    }
    return {name: value for name, value in roles.items() if value}


def _model(fleet: Fleet) -> str:
    return "SERVICE_MANAGED" if fleet.service_managed else "SELF_MANAGED"


def preferences_of(fleet: Fleet, regions: Sequence[str] = ()) -> dict[str, Json]:
    """Pace and order of an operation in some regions, or in all of the fleet."""
    order = [region for region in fleet.regions if not regions or region in regions]
    order += [region for region in regions if region not in order]
    return {
        "RegionConcurrencyType": fleet.order.upper(),
        "RegionOrder": order,
        "ConcurrencyMode": f"{fleet.concurrency_mode.upper()}_FAILURE_TOLERANCE",
        **_amount("MaxConcurrent", fleet.concurrency),
        **_amount("FailureTolerance", fleet.failure_tolerance),
    }


def _amount(name: str, value: int | str) -> dict[str, int]:
    if isinstance(value, str):
        return {f"{name}Percentage": int(value.removesuffix("%"))}
    return {f"{name}Count": value}


def _instances(wanted: Wanted, owners: Sequence[str], regions: Sequence[str]) -> dict[str, Json]:
    """The arguments that name stack instances."""
    fleet = wanted.fleet
    whom: dict[str, Json] = {"Accounts": list(owners)}
    if fleet.service_managed:
        whom = {"DeploymentTargets": {"OrganizationalUnitIds": list(owners)}}
    preferences = preferences_of(fleet, regions)
    named = {"StackSetName": wanted.name, **whom, "Regions": list(regions), "OperationPreferences": preferences}
    return {**named, **call_as(fleet)}


def _creations(wanted: Wanted, places: Iterable[Where]) -> Iterator[Step]:
    for owners, regions in grouped(places):
        yield Step("create", _instances(wanted, owners, regions), _names(owners, regions))


def _deletions(wanted: Wanted, places: Iterable[Where], retain: bool) -> Iterator[Step]:
    for owners, regions in grouped(places):
        arguments = {**_instances(wanted, owners, regions), "RetainStacks": retain}
        yield Step("delete", arguments, _names(owners, regions))


def _retries(wanted: Wanted, failed: Sequence[Instance]) -> Iterator[Step]:
    """Stacks that are there are updated again, those that never were are created again.

    Neither names the template or parameters: UpdateStackSet with `Parameters` and some of the accounts "marks all
    stack instances with a status of OUTDATED" (API reference, UpdateStackSet, Accounts), UpdateStackInstances leaves
    "all parameters set to their present values" (ParameterOverrides), and CreateStackInstances with a new id "retries
    all stack instances whose status is OUTDATED" (OperationId).
    """
    fleet = wanted.fleet
    for action in ("retry", "create"):
        there = action == "retry"
        for owners, regions in grouped(one.where for one in failed if bool(one.stack_id) == there):
            arguments = _instances(wanted, owners, regions)
            if fleet.service_managed:
                units = tuple(dict.fromkeys(one.unit for one in failed if one.account in owners))
                arguments |= {"DeploymentTargets": _within(units, owners)}
            yield Step(action, arguments, _names(owners, regions))


def _within(units: Sequence[str], accounts: Sequence[str]) -> dict[str, Json]:
    """Some accounts of organizational units, and nobody else of them."""
    return {"OrganizationalUnitIds": list(units), "Accounts": list(accounts), "AccountFilterType": "INTERSECTION"}


def _names(owners: Sequence[str], regions: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{owner}/{region}" for region in regions for owner in owners)


def _named(steps: Iterable[Step], state: State) -> Iterator[Step]:
    """The steps with an id for each operation: the same for the same step on the same state.

    So an answer that was lost is no second operation, and a plan that was interrupted finds what it has begun.
    """
    for number, step in enumerate(steps):
        if step.action == "create-set":
            yield step
            continue
        text = json.dumps([state.base, number, step.action, step.arguments], sort_keys=True, default=dict)
        operation_id = OURS + hashlib.sha256(text.encode()).hexdigest()[:32]
        yield replace(step, operation_id=operation_id, arguments={**step.arguments, "OperationId": operation_id})
