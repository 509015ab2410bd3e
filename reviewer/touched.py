"""How many resources an operation of CloudFormation creates, updates or deletes, which it takes up to a limit.

CloudFormation user guide, "Understand CloudFormation quotas", row "Nested stacks": "Maximum number of CloudFormation
resources a nested stack can create, update, or delete per operation", 2500 resources. What is deployed and not touched
does not count; what is updated although nothing of it changes does (aws-amplify/amplify-category-api issue 2432, where
its maintainers also call the limit a hard one). So what refers to a changed resource of its own template is counted
too, a replaced resource twice, and each nested stack of the root once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from compiler.program.intrinsics import targets
from compiler.source.json_value import Json
from reviewer.change import Change
from reviewer.sides import Sides
from reviewer.template_set import ROOT, STACK_TYPE, Address, TemplateSet


def touched(sides: Sides, changes: Sequence[Change]) -> Counter[str]:
    """Key of each template → how many of its resources the update from one side to the other touches."""
    counts: Counter[str] = Counter()
    modified: dict[str, set[str]] = {}
    for change in changes:
        key, logical_id = sides.address(change)
        if change.resource_type == STACK_TYPE:
            counts.update(_retagged(sides, change))
            continue
        counts[key] += 2 if change.replacement == "True" else 1
        if change.action == "Modify":
            modified.setdefault(key, set()).add(logical_id)
    for key, names in modified.items():
        counts[key] += len(_behind(sides.new.resources(key), names) - {*_addressed(sides, changes, key)})
    return counts


def stacks_in(*templates: TemplateSet) -> frozenset[str]:
    """Logical ids of the nested stacks of a root, on either side: an update visits each of them."""
    return frozenset(
        name for one in templates for name, body in one.resources(ROOT).items() if body.get("Type") == STACK_TYPE
    )


def size_of(sides: Sides, changes: Sequence[Change]) -> int:
    """What an operation counts for."""
    return sum(touched(sides, changes).values()) + len(stacks_in(sides.old, sides.new))


def _addressed(sides: Sides, changes: Sequence[Change], key: str) -> Iterator[str]:
    found: Iterator[Address] = map(sides.address, changes)
    return (logical_id for stack, logical_id in found if stack == key)


def _retagged(sides: Sides, change: Change) -> Iterator[str]:
    """A key for each resource that gets other tags with its nested stack.

    Tags of the root go to nested stacks too, but those of the nested stack itself come before them.
    """
    if not any(detail.top == "Tags" for detail in change.details):
        return
    own = change.logical_id in sides.new.templates
    for key in (change.logical_id,) if own else _without_own_tags(sides.new, change):
        yield from (key for body in sides.new.resources(key).values() if body.get("Type") != STACK_TYPE)


def _without_own_tags(templates: TemplateSet, change: Change) -> Iterator[str]:
    wanted = {detail.path.removeprefix("Tags.") for detail in change.details}
    for key in templates.templates:
        properties = templates.resources(ROOT).get(key, {}).get("Properties", {})
        if not wanted <= {str(tag.get("Key")) for tag in properties.get("Tags", ())}:
            yield key


def _behind(resources: Mapping[str, Json], changed: Collection[str]) -> set[str]:
    """What refers to any of `changed` in its template, directly or through others."""
    users: dict[str, set[str]] = {}
    for name, body in resources.items():
        for target in targets(body):
            users.setdefault(target.logical_id, set()).add(name)
    found: set[str] = set()
    waiting = [*changed]
    while waiting:
        for name in users.get(waiting.pop(), set()) - found:
            found.add(name)
            waiting.append(name)
    return found - {*changed}
