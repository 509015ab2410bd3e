"""What an import leaves to the next deployment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.importing.targets import Target
from deployer.importing.templates import ImportTemplate
from reviewer.change import Change
from reviewer.compare import compare
from reviewer.sides import Before
from reviewer.stores import STORES
from reviewer.values import joined

_MOST_NAMES = 4
_UNCHANGED = (
    "an import changes no setting: what differs from the spec in the real resource stays so until a deployment changes "
    "that setting, and drift detection finds it"
)


def afterwards(
    before: Before, compiled: Compiled, key: str, template: ImportTemplate, imported: Sequence[Target]
) -> Iterator[str]:
    """Sentences about what the next deployment creates and sets for what `template` imports into the stack `key`."""
    yield _UNCHANGED
    yield from (_not_kept(one) for one in imported if _goes(template.body["Resources"][one.logical_id]))
    changes = compare(_with_imported(before, key, template, imported), compiled, before.parameters)
    for component in dict.fromkeys(one.component for one in imported):
        own = [change for change in changes if change.component == component]
        ids = {one.logical_id for one in imported}
        yield from _set(component, [one for one in own if one.logical_id in ids])
        yield from _created(component, [one.logical_id for one in own if one.action == "Add"])


def _goes(resource: Mapping[str, Json]) -> bool:
    return resource["Type"] in STORES and resource["DeletionPolicy"] == "Delete"


def _not_kept(one: Target) -> str:
    return (
        f"{one.component}: the data of {one.logical_id} is deleted when it is removed, as its deletion policy is Delete"
    )


def _set(component: str, changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        names = joined(list(dict.fromkeys(detail.path for detail in change.details)))
        yield f"{component}: the next deployment sets {names} of {change.logical_id}"


def _created(component: str, ids: Sequence[str]) -> Iterator[str]:
    rest = len(ids) - _MOST_NAMES
    names = [*ids[:_MOST_NAMES], f"{rest} more"] if rest > 0 else ids
    if ids:
        yield f"{component}: the next deployment creates what goes with it: {joined(names)}"


def _with_imported(before: Before, key: str, template: ImportTemplate, imported: Sequence[Target]) -> Before:
    """What is deployed once the import is done."""
    origins = {**before.origins.get(key, {}), **{one.logical_id: one.component for one in imported}}
    return replace(before, templates={**before.templates, key: template.body}, origins={**before.origins, key: origins})
