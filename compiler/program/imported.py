"""Values of platforms below: the root parameters that read them, and the record of what is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.program.component import Platform
from compiler.program.exported import export_in, importers_of
from compiler.program.intrinsics import targets
from compiler.program.resource import Resource
from compiler.source.document import Document, ImportedValue
from compiler.source.json_value import Json

READ = "AWS::SSM::Parameter::Value<String>"
"""CloudFormation reads the value at each creation and update of the stack."""


def imported_parameters(document: Document) -> dict[str, Json]:
    """Root parameter → its declaration, whose default is the name of the SSM parameter."""
    return {
        name: {
            "Type": READ,
            "Default": value.name,
            "Description": f"Value of {value.export}, which {value.platform} {value.environment} exports",
        }
        for name, value in document.imported.items()
    }


def read_values(
    document: Document, resources: Iterable[Resource], outputs: Mapping[str, Json]
) -> Mapping[str, ImportedValue]:
    """The imported values that something reads."""
    if not document.imported:
        return {}
    named = {target.logical_id for resource in resources for target in resource.targets}
    named |= {target.logical_id for target in targets([output["Value"] for output in outputs.values()])}
    return {name: value for name, value in document.imported.items() if name in named}


def records(platform: Platform, read: Mapping[str, ImportedValue]) -> Iterator[tuple[str, str, Json]]:
    """Logical id, import and resource of the SSM parameters that say which exports this platform uses.

    The plan of the platform below reads them, since no stack knows which others read its parameters.
    """
    of_path = {component.path: component for component in platform.components.values()} if read else {}
    for by in dict.fromkeys(value.by for value in read.values()):
        component = of_path[by]
        used = [value for value in read.values() if value.by == by]
        level = importers_of(used[0].platform, used[0].environment)
        yield (
            component.main_id,
            component.address,
            {
                "Type": "AWS::SSM::Parameter",
                "Properties": {
                    "Name": f"{level}/{platform.name}/{platform.environment}/{component.name}",
                    "Description": "Exports that a platform above uses",
                    "Type": "StringList",
                    "Tier": "Intelligent-Tiering",
                    "Value": ",".join(sorted({export_in(value.name) for value in used})),
                },
            },
        )
