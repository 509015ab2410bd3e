"""The root's own parameters and outputs where it has too many: parameters are packed, outputs stay in nested stacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from compiler.program.intrinsics import targets
from compiler.program.program import Program
from compiler.program.root_names import ARTIFACT_BUCKET
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.packing import NEAR, SEPARATOR, characters, in_parts, joined_values, packable, picked

SHOWN = "PackedOutputs"
"""Start of the names of a nested stack's outputs that hold outputs of the platform, by turns a name and its value."""
_SPARE = 100
"""Characters by which a value may grow over its default, as an image does with a digest in place of a tag."""
_USUAL = 120
"""Characters that a value may have at least."""
_PLAIN = frozenset({"Type", "Default", "Description", "MinLength"})


@frozen(eq=True)
class PackedParameter:
    """Where the value of a root parameter is."""

    bundle: str
    index: int

    def value(self) -> Json:
        return picked(self.bundle, self.index)


def packed_parameters(program: Program, kept: Collection[str]) -> Mapping[str, Mapping[str, Json]]:
    """Root parameter → the parameters packed in it, with what they declare; nothing while there is room for each.

    `kept` are those that must stay: the outputs of other regions, and what others change.
    """
    if len(program.parameters) <= NEAR:
        return {}
    known = {*program.parameters, *program.resources}
    own = [name for name, about in program.parameters.items() if _may_be_packed(about) and name not in kept]
    parts = in_parts([name for name in own if name != ARTIFACT_BUCKET], str, lambda name: _size(program, name))
    names = (name for number in range(1, len(parts) + len(known)) if (name := f"PackedParameters{number}") not in known)
    return {name: {one: program.parameters[one] for one in part} for name, part in zip(names, parts, strict=False)}


def _may_be_packed(about: Mapping[str, Json]) -> bool:
    return about["Type"] == "String" and about.keys() <= _PLAIN and SEPARATOR not in str(about.get("Default", ""))


def _size(program: Program, name: str) -> int:
    return max(_USUAL, len(str(program.parameters[name].get("Default", ""))) + _SPARE)


def places(packed: Mapping[str, Mapping[str, Json]]) -> dict[str, PackedParameter]:
    """Name of each packed parameter → where it is."""
    return {
        name: PackedParameter(bundle, index) for bundle, names in packed.items() for index, name in enumerate(names)
    }


def declared(names: Mapping[str, Json]) -> Json:
    """The root parameter in which these are packed."""
    first, *_, last = (*names, *names)
    description = f"{len(names)} values joined by '{SEPARATOR}', from {first} to {last}: the manifest lists them"
    defaults = [about.get("Default") for about in names.values()]
    parameter: dict[str, Json] = {"Type": "String", "Description": description, "MinLength": 1}
    return parameter | ({"Default": SEPARATOR.join(map(str, defaults))} if None not in defaults else {})


def shown_in_stacks(program: Program, stack_of: Mapping[str, str], kept: Collection[str]) -> dict[str, str]:
    """Output → the nested stack that shows it, where the root has too many; `kept` are the root's in any case."""
    if len(program.outputs) <= NEAR:
        return {}
    shown: dict[str, str] = {}
    for name, output in program.outputs.items():
        found = {*targets(output["Value"])}
        stacks = {stack_of.get(target.logical_id) for target in found}
        fitting = all(target.logical_id in stack_of for target in found) and len(stacks) == 1
        if name not in kept and fitting and all(packable(program.resources[one.logical_id], one) for one in found):
            shown[name] = str(stacks.pop())
    return shown


def shown_outputs(names: Iterable[str], program: Program, stack: int) -> dict[str, Json]:
    """The outputs of a nested stack that show outputs of the platform; `stack` is the length of its own name."""

    def size(name: str) -> int:
        value = program.outputs[name]["Value"]
        inside = sum(characters(program.resources[target.logical_id], stack) for target in targets(value))
        return len(name) + 1 + inside + len(str(value))

    parts = in_parts(names, str, size)
    by_turns = ([text for name in part for text in (name, program.outputs[name]["Value"])] for part in parts)
    return {f"{SHOWN}{number}": {"Value": joined_values(part)} for number, part in enumerate(by_turns, 1)}
