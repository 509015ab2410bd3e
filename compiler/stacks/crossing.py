"""Values that pass from one template to another: the name of the output and parameter, and their types.

A name folds a logical id and an attribute into one, and two values can fold into the same: ``OrdersTable.StreamArn``
and ``OrdersTableStream.Arn``. A folded name that only one value can have is its name; otherwise each of the values has
a longer name.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from compiler.language.attribute_forms import is_list, is_structure
from compiler.program.intrinsics import Target
from compiler.program.resource import Resource
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_DELIMITER = ","
"""In no item of a list attribute (`compiler.language.attribute_forms`); CommaDelimitedList supports no other."""
LIST = "CommaDelimitedList"


@frozen(eq=True)
class Crossings:
    """Values that pass between the nested stacks of one root, or from one region to the others."""

    names: Mapping[Target, str]
    """Value → name of the output and of the parameter that carry it."""
    lists: frozenset[Target]
    """Those of `names` whose value is a list of texts."""

    def value(self, target: Target) -> Json:
        """Value of the output, which is text always."""
        return as_text(target.to_json()) if target in self.lists else target.to_json()

    def type(self, target: Target) -> str:
        """Type of the parameter."""
        return LIST if target in self.lists else "String"


def crossings(
    targets: Iterable[Target], resources: Mapping[str, Resource], reserved: Mapping[str, Target | None]
) -> Crossings:
    """Names and forms of `targets`, which are values of `resources`.

    `reserved` has further names of the templates, each with the one value that it may carry, if any. A logical id
    carries the Ref of its resource and nothing else.
    """
    names = _names(sorted(set(targets)), {**{target: Target(target) for target in resources}, **reserved})
    forms = {target: is_list(resources[target.logical_id].body["Type"], target.attribute) for target in names}
    return Crossings(names, frozenset(target for target, listed in forms.items() if listed))


def uncrossable(resources: Mapping[str, Resource], spot_of: Mapping[str, str]) -> Iterator[tuple[Resource, Target]]:
    """Each resource that reads a value of another stack which no output can carry.

    `spot_of` gives the nested stack and region of each logical id."""
    for name, resource in sorted(resources.items()):
        known = (target for target in resource.targets if target.logical_id in resources)
        crossing = (target for target in known if spot_of[target.logical_id] != spot_of[name])
        structures = (target for target in crossing if _is_structure(resources[target.logical_id], target))
        yield from ((resource, target) for target in sorted(structures))


def _is_structure(resource: Resource, target: Target) -> bool:
    return is_structure(resource.body["Type"], target.attribute)


def as_text(value: Json) -> Json:
    """A list of texts as one text."""
    return {"Fn::Join": [_DELIMITER, value]}


def as_list(value: Json) -> Json:
    """The result of `as_text` as a list again."""
    return {"Fn::Split": [_DELIMITER, value]}


def _names(targets: Sequence[Target], reserved: Mapping[str, Target | None]) -> dict[Target, str]:
    uses = Counter(_folded(target) for target in targets)
    names = {target: _folded(target) for target in targets if _own(target, uses, reserved)}
    taken = {*reserved, *uses}
    for target in targets:
        if target not in names:
            names[target] = _free(_unfolded(target), taken)
            taken.add(names[target])
    return names


def _own(target: Target, uses: Mapping[str, int], reserved: Mapping[str, Target | None]) -> bool:
    """Whether the folded name of `target` can only mean this value."""
    name = _folded(target)
    return reserved[name] == target if name in reserved else uses[name] == 1


def _folded(target: Target) -> str:
    """The usual name: ``MainDatabaseEndpointAddress``."""
    return target.logical_id + target.attribute.replace(".", "")


def _unfolded(target: Target) -> str:
    """A name that says where the logical id ends: ``MainDatabaseGetAttEndpointDotAddress``."""
    if not target.attribute:
        return f"{target.logical_id}Ref"
    return f"{target.logical_id}GetAtt{target.attribute.replace('.', 'Dot')}"


def _free(name: str, taken: Iterable[str]) -> str:
    """`name`, or `name` with the first number that makes it one that is not taken."""
    known = frozenset(taken)
    candidates = itertools.chain((name,), (f"{name}{number}" for number in itertools.count(2)))
    return next(candidate for candidate in candidates if candidate not in known)
