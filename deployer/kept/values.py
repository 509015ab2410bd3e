"""What others have changed since a deployment, read for the next one, so that it does not undo it.

compiled, stack ── kept_values ──► what each resource has now ──► values of root parameters, notes of the plan
plan            ── check_kept ───► the same again, before it is executed
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.program.kept import KeptValue
from compiler.source.frozen import frozen
from compiler.stacks.compiled import Compiled
from deployer.deployed import Stack, nested_stacks, stack_resources
from deployer.errors import refused
from deployer.faults import explained
from deployer.kept.images import image_now
from deployer.session import Aws


@frozen(eq=True)
class Kept:
    """A root parameter, and the value that it gets instead of the spec's."""

    parameter: str
    component: str
    setting: str
    value: str
    usual: str
    """What the spec has; empty where that is the key of an upload."""
    resource_type: str = ""
    physical_id: str = ""
    """What was asked; empty where the parameter keeps what it has."""
    part: str = ""

    def __str__(self) -> str:
        if not self.physical_id:
            return f"{self.component} keeps the {self.setting} that it has, as its 'ignore' says"
        instead = f" instead of {self.usual}" if self.usual != self.value else ""
        return f"{self.component} keeps the {self.setting} that it has now, {self.value}{instead}, as its 'ignore' says"


@explained("reading what others have changed")
def kept_values(aws: Aws, compiled: Compiled, stack: Stack | None, given: Iterable[str]) -> tuple[Kept, ...]:
    """Nothing for a stack that is not there yet, nor for the parameters that are `given`."""
    wanted = [one for one in compiled.kept if one.parameter not in given]
    if stack is None or not wanted:
        return ()
    ids = _physical_ids(aws, compiled, stack, [one.resource for one in wanted if one.resource])
    found = (_kept(aws, compiled, stack, (one, ids.get(one.resource, ""))) for one in wanted)
    return tuple(one for one in found if one is not None)


def _kept(aws: Aws, compiled: Compiled, stack: Stack, wanted: tuple[KeptValue, str]) -> Kept | None:
    """The value in AWS, or the parameter's where there is none; None for what is deployed for the first time."""
    about, physical_id = wanted
    value = image_now(aws, about.type, physical_id, about.part) if physical_id else ""
    usual = str(compiled.parameters[about.parameter].get("Default", ""))
    start = (about.parameter, about.component, about.setting)
    if value:
        return Kept(*start, value, usual, about.type, physical_id, about.part)
    before = stack.parameters.get(about.parameter)
    return Kept(*start, before, usual) if before else None


def _physical_ids(aws: Aws, compiled: Compiled, stack: Stack, wanted: Iterable[str]) -> Mapping[str, str]:
    """Logical → physical id, of those that are deployed."""
    names, stacks = {*wanted}, nested_stacks(aws, stack.id)
    holding = [one.logical_id for one in compiled.children if names & one.origins.keys()]
    ids = [stacks[one] for one in holding if one in stacks]
    return dict(_named(aws, ids, names))


def _named(aws: Aws, stacks: Iterable[str], names: set[str]) -> Iterator[tuple[str, str]]:
    for stack in stacks:
        for one in stack_resources(aws, stack):
            if one.logical_id in names and one.physical_id:
                yield one.logical_id, one.physical_id


@explained("reading what others have changed")
def check_kept(aws: Aws, planned: Iterable[Kept]) -> None:
    """Raises `DeployError` where somebody has changed a value since the plan was made, which would undo it."""
    for one in planned:
        if not one.physical_id:
            continue
        now = image_now(aws, one.resource_type, one.physical_id, one.part)
        if now and now != one.value:
            message = f"the {one.setting} of {one.component} was changed to {now}, after the plan was made"
            raise refused(message, "make the plan again", "stale-plan")
