"""What `GetTemplateSummary` tells of identifiers, and names that are taken.

ministack leaves the identifiers out of the summary. AWS has them for every type that has a handler for reading
(CloudFormation API reference, ResourceIdentifierSummary).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from deployer.sandbox import recorded_types as recorded

if TYPE_CHECKING:
    from compiler.source.json_value import Json

_END = b"</GetTemplateSummaryResult>"


def identifiers_of(resource_type: str) -> tuple[str, ...]:
    """The parts of a type's primary identifier; empty for a type that cannot be imported."""
    if resource_type not in recorded.schema_files():
        return ()
    schema = recorded.schema_of(resource_type)
    pointers = schema.get("primaryIdentifier", ()) if "read" in schema.get("handlers", {}) else ()
    return tuple(pointer.removeprefix("/properties/") for pointer in pointers)


def refuse_taken(resource_type: str, properties: Mapping[str, Json]) -> None:
    """Raises `ValueError` when something has the name that a new resource would get; ministack takes that over.

    The words are those of CloudFormation's handlers (CloudFormation CLI user guide, "Handler error codes").
    """
    from ministack.services.cloudformation import changesets

    keys, problem = changesets._IMPORT_LOOKUPS.get(resource_type, ((), None))
    names = [properties.get(key) for key in keys]
    if names and all(isinstance(name, str) and name for name in names) and problem(*names) is None:
        told = "|".join(map(str, names))
        raise ValueError(f"Resource of type '{resource_type}' with identifier '{told}' already exists.")


def with_identifiers(handlers: ModuleType) -> None:
    """Complete the answer of GetTemplateSummary."""
    name = "GetTemplateSummary"
    original: Callable[[Json], Json] = handlers._ACTION_HANDLERS[name]

    def summary(parameters: Json) -> Json:
        status, headers, body = original(parameters)
        if status != 200:
            return status, headers, body
        template, _ = handlers._resolve_template(parameters)
        told = _summaries(handlers._parse_template(template).get("Resources", {})).encode() if template else b""
        content = body if isinstance(body, bytes) else body.encode()
        return status, headers, content.replace(_END, told + _END)

    handlers._ACTION_HANDLERS[name] = summary


def _summaries(resources: Mapping[str, Mapping[str, Json]]) -> str:
    by_type: dict[str, list[str]] = {}
    for logical_id, resource in resources.items():
        by_type.setdefault(resource["Type"], []).append(logical_id)
    told = "".join(
        f"<member><ResourceType>{escape(kind)}</ResourceType>"
        f"<LogicalResourceIds>{_members(ids)}</LogicalResourceIds>"
        f"<ResourceIdentifiers>{_members(identifiers_of(kind))}</ResourceIdentifiers></member>"
        for kind, ids in sorted(by_type.items())
        if identifiers_of(kind)
    )
    return f"<ResourceIdentifierSummaries>{told}</ResourceIdentifierSummaries>"


def _members(values: list[str] | tuple[str, ...]) -> str:
    return "".join(f"<member>{escape(value)}</member>" for value in values)
