"""What `import` is told, so that the resources of the old stack stay: component and identifier of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.resource_types import identifier, importable
from compiler.source.json_value import Json
from deployer.migration.draft import Owner
from deployer.migration.template.conversion import RAW
from deployer.migration.template.given import Given

_NAMED = ("BucketName", "TableName", "FunctionName", "RoleName", "LogGroupName", "Name")
"""Properties that are the whole identifier of their types, where they are text."""


def wishes(given: Given, spec: Mapping[str, Json], owners: Mapping[str, Owner]) -> Iterator[str]:
    """``tables.orders=orders`` for each resource of the spec; `owners` are the components by logical id."""
    for name, (section, component) in owners.items():
        settings = spec.get(section, {}).get(component)
        if settings is not None and importable(str(given.resources[name]["Type"])):
            yield f"{section}.{component}={_identifier(given, name, settings, section)}"


def _identifier(given: Given, name: str, settings: Mapping[str, Json], section: str) -> str:
    """The physical id of a deployed stack, the name that the template gives, or what has to be filled in."""
    parts = identifier(str(given.resources[name]["Type"]))
    if len(parts) > 1:
        return f"'<{'|'.join(parts)} of {name}>'"
    if name in given.physical:
        return _quoted(given.physical[name])
    properties = settings.get("Properties" if section == RAW else "properties", {})
    named = next((properties[key] for key in _NAMED if isinstance(properties.get(key), str)), "")
    return _quoted(named) if named and "${" not in named else f"'<identifier of {name}>'"


def _quoted(text: str) -> str:
    return text if all(one.isalnum() or one in "-_./:@+=," for one in text) else f"'{text}'"
