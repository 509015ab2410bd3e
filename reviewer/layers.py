"""Exports for platforms above: which of them a change gives another value or takes away, and what that does to these.

A platform above reads the SSM parameters of the exports when it is deployed, and records in another one which exports
it uses. So nothing keeps the platform below from being changed, and a stack above has the former values until its next
deployment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from compiler.program.exported import exports_of
from compiler.source.frozen import frozen
from reviewer.change import Change, Risk
from reviewer.sides import Sides
from reviewer.template_set import Address, TemplateSet

_TYPE = "AWS::SSM::Parameter"
_SOURCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/systems-manager-parameter-types.html"


@frozen(eq=True)
class Importer:
    """A platform above, and the exports that it uses as it is deployed."""

    platform: str
    environment: str
    exports: frozenset[str]

    def __str__(self) -> str:
        return f"{self.platform} {self.environment}"


def exports_in(templates: TemplateSet, platform: str, environment: str) -> Mapping[str, Address]:
    """Export → where one of its SSM parameters stands in the templates."""
    level = f"{exports_of(platform, environment)}/"
    found: dict[str, Address] = {}
    for address in templates.addresses():
        resource = templates.resource(address)
        name = resource.get("Properties", {}).get("Name") if resource.get("Type") == _TYPE else None
        if isinstance(name, str) and name.startswith(level):
            found.setdefault(name.removeprefix(level).partition("/")[0], address)
    return found


def changing_exports(sides: Sides, changes: Iterable[Change]) -> Mapping[str, tuple[Change, bool]]:
    """Export → the change of one of its values, and whether that value goes away."""
    level = f"{exports_of(sides.compiled.platform, sides.compiled.environment)}/"
    found: dict[str, tuple[Change, bool]] = {}
    for change in changes:
        if change.resource_type == _TYPE and change.action in ("Modify", "Remove"):
            before, after = (one.get("Name") for one in sides.properties(sides.address(change)))
            if isinstance(before, str) and before.startswith(level) and _matters(change):
                going = after != before
                if export := before.removeprefix(level).partition("/")[0]:
                    found[export] = (change, going or found.get(export, (change, False))[1])
    return found


def _matters(change: Change) -> bool:
    return change.action == "Remove" or any(detail.top in ("Name", "Value") for detail in change.details)


def layer_risks(found: Mapping[str, tuple[Change, bool]], importers: Sequence[Importer]) -> Iterator[Risk]:
    """A line for each export and platform that uses it."""
    for export, (change, going) in found.items():
        for importer in importers:
            if export not in importer.exports:
                continue
            text = f"{importer} uses the export `{export}`, which gets another value: deploy it again after this"
            if going:
                text = f"{importer} uses the export `{export}`, which goes away: take it out of there first"
            yield Risk("outage", change.component, text, source=_SOURCE)
