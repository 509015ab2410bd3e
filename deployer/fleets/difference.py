"""What a stack set is to become, and in what that differs from what it is."""

from __future__ import annotations

import json
from collections.abc import Iterator

from compiler.language.fleet import Fleet
from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled
from deployer.fleets.publishing import Materials
from deployer.fleets.state import ROLES, Instance, StackSet, State, Where


@frozen(eq=True)
class Wanted:
    """What a stack set is to become."""

    fleet: Fleet
    compiled: Compiled
    materials: Materials

    @property
    def name(self) -> str:
        return self.compiled.stack_name


@frozen(eq=True)
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
    """Stacks that no update reaches: a removal has failed half-way, or the account is suspended."""

    @property
    def empty(self) -> bool:
        return not (self.set_changes or self.added or self.removed or self.failed)


def difference(wanted: Wanted, state: State) -> Difference:
    """What has to be done to a stack set."""
    fleet = wanted.fleet
    owners = fleet.organizational_units or fleet.accounts
    wished = [(owner, region) for region in fleet.regions for owner in owners]
    known = dict.fromkeys((*(place_of(one, fleet) for one in state.instances), *_without_accounts(state)))
    removed = tuple(place for place in known if place not in set(wished))
    staying = [one for one in state.instances if place_of(one, fleet) not in set(removed)]
    changes = tuple(_set_changes(wanted, state.stack_set))
    return Difference(
        set_changes=changes,
        added=tuple(place for place in wished if place not in known),
        removed=removed,
        updated=tuple(one.where for one in staying if not one.stuck) if changes else (),
        failed=() if changes else tuple(one for one in staying if not (one.current or one.stuck or one.suspended)),
        stuck=tuple(one for one in staying if one.stuck or one.suspended),
    )


def _without_accounts(state: State) -> Iterator[Where]:
    """Organizational units that the stack set has, and in which there is nobody who could have a stack."""
    found = state.stack_set
    peopled = {one.unit for one in state.instances}
    for unit in found.units if found else ():
        yield from ((unit, region) for region in (found.regions if found and unit not in peopled else ()))


def place_of(instance: Instance, fleet: Fleet) -> Where:
    """The account, or the organizational unit, and the region of a stack."""
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
    yield from (name for name, _ in changed_roles(fleet, found))
    wished = auto_deployment(fleet)
    if fleet.service_managed and {name: found.auto_deployment.get(name, False) for name in wished} != wished:
        yield "automatic deployment"


def changed_roles(fleet: Fleet, found: StackSet | None) -> Iterator[tuple[str, str]]:
    """What the roles of a stack set that is there have to become, where that is something else.

    A role that the spec has no more becomes the usual one, by its name: without a name the stack set keeps its own.
    """
    if found is None or fleet.service_managed:
        return
    account = found.administration_role.rpartition(":role/")[0]
    usual = f"{account}:role/{ROLES[0]}" if account else ""
    if (fleet.administration_role or usual) != found.administration_role:
        yield "administration role", fleet.administration_role or usual
    if (fleet.execution_role or ROLES[1]) != (found.execution_role or ROLES[1]):
        yield "execution role", fleet.execution_role or ROLES[1]


def auto_deployment(fleet: Fleet) -> dict[str, bool]:
    """RetainStacksOnAccountRemoval may only be set where it is enabled."""
    retain = {"RetainStacksOnAccountRemoval": fleet.retain_on_removal} if fleet.auto_deploy else {}
    return {"Enabled": fleet.auto_deploy, **retain}
