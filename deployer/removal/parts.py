"""Divide the removal of a stack that is too large for one operation: nested stacks that go before, by updates.

Those go first that read others and that no other one reads, as a removal in one operation does it. What is left in the
end goes with the stack itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from compiler.program.intrinsics import targets
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.deployed import METADATA
from reviewer.between import OWN, read_by, unit_of
from reviewer.division import room_in
from reviewer.in_steps import in_steps
from reviewer.template_set import Address

Body = Mapping[str, Json]


@frozen(eq=True)
class Part:
    """Nested stacks that are removed by one update of the root."""

    stacks: tuple[str, ...]
    """Their logical ids."""
    resources: int
    """How many resources are in them."""


def parts_of(root: Body, present: Iterable[Address], most: int) -> tuple[Part, ...]:
    """What goes before the stack itself, in order; empty where one operation removes everything.

    `present` are the resources that are there, of which an operation may touch `most`.
    """
    resources: Body = root.get("Resources", {})
    sizes = Counter(
        key for key, logical_id in present if key or unit_of(logical_id, resources.get(logical_id, {})) == OWN
    )
    readers = _readers(resources)
    room = room_in(most, len(readers.keys() - {OWN}))
    if sum(sizes.values()) <= room:
        return ()
    steps = in_steps(readers, sizes, room)
    return tuple(Part(step, sum(sizes[name] for name in step)) for step in steps[:-1])


def _readers(resources: Body) -> dict[str, set[str]]:
    """Unit of a root → those that read it, and go before or with it; the root's own resources go last."""
    units = [unit_of(name, resources[name]) for name in sorted(resources, reverse=True)]
    found: dict[str, set[str]] = {unit: set() for unit in (*units, OWN)}
    for name, body in resources.items():
        reader = unit_of(name, body)
        for other in read_by(body, resources):
            found[unit_of(other, resources[other])].add(reader)
    found[OWN] |= {*units}
    return {unit: readers - {unit} for unit, readers in found.items()}


def without(root: Body, stacks: Iterable[str]) -> dict[str, Json]:
    """The root without these nested stacks, and without what it shows of them."""
    gone = {*stacks}
    resources = {name: body for name, body in root.get("Resources", {}).items() if name not in gone}
    outputs = {
        name: output
        for name, output in root.get("Outputs", {}).items()
        if not {target.logical_id for target in targets(output)} & gone
    }
    rest = {name: value for name, value in root.items() if name not in ("Resources", "Outputs", "Metadata")}
    found = {**rest, "Resources": resources} | ({"Outputs": outputs} if outputs else {})
    return found | ({"Metadata": _metadata(root["Metadata"], gone)} if root.get("Metadata") else {})


def _metadata(metadata: Body, gone: set[str]) -> Json:
    """The record of components without those that are gone, so that a later plan does not take them for deployed."""
    record = metadata.get(METADATA, {})
    origins = {name: found for name, found in record.get("Origins", {}).items() if name not in gone}
    return {**metadata, METADATA: {**record, "Origins": origins}} if "Origins" in record else metadata
