"""The operations that bring a stack set to what is wanted, each as the arguments of its call.

Source of what the calls take: CloudFormation API reference, CreateStackSet, UpdateStackSet, CreateStackInstances,
DeleteStackInstances and StackSetOperationPreferences. A stack set does one operation at a time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from compiler.language.fleet import Fleet
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.fleets.publishing import Materials
from deployer.fleets.state import Instance, StackSet, State, Where, call_as, grouped

OURS = "stackwright-"
"""How ids of operations of this tool begin."""
CALLS = {
    "create-set": "create_stack_set",
    "update-set": "update_stack_set",
    "create": "create_stack_instances",
    "retry": "update_stack_set",
    "delete": "delete_stack_instances",
}
_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")


@dataclass(frozen=True, slots=True)
class Step:
    """One call."""

    action: str
    """A key of `CALLS`."""
    arguments: Mapping[str, Json]
    places: tuple[str, ...] = ()
    """Whom it concerns, as far as it is known before."""
    operation_id: str = ""
    """Empty for what is no operation."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a stack set is to become."""

    fleet: Fleet
    compiled: Compiled
    materials: Materials

    @property
    def name(self) -> str:
        return self.compiled.stack_name


@dataclass(frozen=True, slots=True)
class Difference:
    """Which stack instances are concerned, and how."""

    set_changes: tuple[str, ...]
    """What of the stack set itself is another one: ``template``, ``tags`` …; ``new`` if there is none."""
    added: tuple[Where, ...]
    """Accounts, or organizational units, with regions that have no stack yet."""
    removed: tuple[Where, ...]
    updated: tuple[Where, ...]
    """Accounts and regions whose stacks change with the stack set."""
    failed: tuple[Instance, ...]
    """Stacks that have not become what the stack set is, and can be tried again."""
    stuck: tuple[Instance, ...]

    @property
    def empty(self) -> bool:
        return not (self.set_changes or self.added or self.removed or self.failed)


def difference(wanted: Wanted, state: State) -> Difference:
    """What has to be done to a stack set."""
    fleet = wanted.fleet
    owners = fleet.organizational_units or fleet.accounts
    wished = [(owner, region) for region in fleet.regions for owner in owners]
    known = dict.fromkeys((one.unit, one.region) if fleet.service_managed else one.where for one in state.instances)
    removed = tuple(place for place in known if place not in set(wished))
    staying = [one for one in state.instances if _place(one, fleet) not in set(removed)]
    changes = tuple(_set_changes(wanted, state.stack_set))
    return Difference(
        set_changes=changes,
        added=tuple(place for place in wished if place not in known),
        removed=removed,
        updated=tuple(one.where for one in staying if not one.stuck) if changes else (),
        failed=() if changes else tuple(one for one in staying if not one.current and not one.stuck),
        stuck=tuple(one for one in staying if one.stuck),
    )


def _place(instance: Instance, fleet: Fleet) -> Where:
    return (instance.unit, instance.region) if fleet.service_managed else instance.where


def _set_changes(wanted: Wanted, found: StackSet | None) -> Iterator[str]:
    if found is None:
        yield "new"
        return
    fleet, materials = wanted.fleet, wanted.materials
    if json.dumps(found.template, sort_keys=True) != json.dumps(materials.template, sort_keys=True, default=dict):
        yield "template"
    if dict(found.parameters) != dict(materials.parameters):
        yield "values of parameters"
    if dict(found.tags) != dict(wanted.compiled.tags):
        yield "tags"
    for name, own, theirs in (
        ("administration role", fleet.administration_role, found.administration_role),
        ("execution role", fleet.execution_role, found.execution_role),
    ):
        if own and own != theirs:
            yield name
    if fleet.service_managed and found.auto_deployment != _auto_deployment(fleet):
        yield "automatic deployment"


def steps_for(wanted: Wanted, state: State, found: Difference, retain: bool) -> tuple[Step, ...]:
    """The calls in their order: what goes first, then the stacks that are there, then the new ones."""
    made = [
        *_deletions(wanted, found.removed, retain),
        *_of_the_set(wanted, found),
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
    places = dict.fromkeys(_place(one, wanted.fleet) for one in state.instances)
    return tuple(_named([*_deletions(wanted, tuple(places), retain)], state))


def _of_the_set(wanted: Wanted, found: Difference) -> Iterator[Step]:
    if not found.set_changes:
        return
    own = _set_arguments(wanted)
    if found.set_changes == ("new",):
        yield Step("create-set", {**own, "PermissionModel": _model(wanted.fleet)})
    else:
        places = tuple("/".join(place) for place in found.updated)
        preferences = {"OperationPreferences": preferences_of(wanted.fleet)}
        yield Step("update-set", {**own, **(preferences if places else {})}, places)


def _set_arguments(wanted: Wanted) -> dict[str, Json]:
    fleet, compiled = wanted.fleet, wanted.compiled
    arguments: dict[str, Json] = {
        "StackSetName": wanted.name,
        "Description": f"{compiled.platform} {compiled.environment}, made by stackwright",
        "TemplateURL": wanted.materials.url,
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in wanted.materials.parameters.items()
        ],
        "Capabilities": list(_CAPABILITIES),
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(compiled.tags.items())],
        **call_as(fleet),
    }
    if fleet.service_managed:
        return arguments | {"AutoDeployment": _auto_deployment(fleet)}
    return arguments | _roles(fleet)


def _roles(fleet: Fleet) -> dict[str, str]:
    roles = {"AdministrationRoleARN": fleet.administration_role, "ExecutionRoleName": fleet.execution_role}
    return {name: value for name, value in roles.items() if value}


def _auto_deployment(fleet: Fleet) -> dict[str, bool]:
    """RetainStacksOnAccountRemoval may only be set where it is enabled."""
    retain = {"RetainStacksOnAccountRemoval": fleet.retain_on_removal} if fleet.auto_deploy else {}
    return {"Enabled": fleet.auto_deploy, **retain}


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

    An operation with a new id "retries all stack instances whose status is OUTDATED" (API reference, OperationId).
    """
    fleet = wanted.fleet
    for owners, regions in grouped(one.where for one in failed if one.stack_id):
        whom: dict[str, Json] = {"Accounts": list(owners)}
        if fleet.service_managed:
            whom = {"DeploymentTargets": _within(fleet, owners)}
        arguments: dict[str, Json] = {
            "StackSetName": wanted.name,
            "UsePreviousTemplate": True,
            "Parameters": [
                {"ParameterKey": name, "UsePreviousValue": True}
                for name in sorted(wanted.compiled.root.body.get("Parameters", {}))
            ],
            "Capabilities": list(_CAPABILITIES),
            **whom,
            "Regions": list(regions),
            "OperationPreferences": preferences_of(fleet, regions),
            **_roles(fleet),
            **call_as(fleet),
        }
        yield Step("retry", arguments, _names(owners, regions))
    for owners, regions in grouped(one.where for one in failed if not one.stack_id):
        arguments = _instances(wanted, owners, regions)
        if fleet.service_managed:
            arguments |= {"DeploymentTargets": _within(fleet, owners)}
        yield Step("create", arguments, _names(owners, regions))


def _within(fleet: Fleet, accounts: Sequence[str]) -> dict[str, Json]:
    """Some accounts of the organizational units."""
    units = list(fleet.organizational_units)
    return {"OrganizationalUnitIds": units, "Accounts": list(accounts), "AccountFilterType": "INTERSECTION"}


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
