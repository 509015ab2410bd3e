"""Environment variables of whatever runs code, by resource type.

Names of properties: CloudFormation's resource reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from linter.own.resource import PROPERTIES, TemplateResource

_ANY = "*"
"""Every item of a list."""
_MAPS: Mapping[str, tuple[Path, ...]] = {
    "AWS::Lambda::Function": (("Environment", "Variables"),),
    "AWS::SageMaker::Model": (("PrimaryContainer", "Environment"), ("Containers", _ANY, "Environment")),
    "AWS::Serverless::Function": (("Environment", "Variables"),),
}
_PAIRS: Mapping[str, tuple[Path, ...]] = {
    "AWS::AppRunner::Service": (
        ("SourceConfiguration", "ImageRepository", "ImageConfiguration", "RuntimeEnvironmentVariables"),
        (
            "SourceConfiguration",
            "CodeRepository",
            "CodeConfiguration",
            "CodeConfigurationValues",
            "RuntimeEnvironmentVariables",
        ),
    ),
    "AWS::Amplify::App": (("EnvironmentVariables",),),
    "AWS::Amplify::Branch": (("EnvironmentVariables",),),
    "AWS::Batch::JobDefinition": (("ContainerProperties", "Environment"),),
    "AWS::CodeBuild::Project": (("Environment", "EnvironmentVariables"),),
    "AWS::ECS::TaskDefinition": (("ContainerDefinitions", _ANY, "Environment"),),
}
TYPES = (*_MAPS, *_PAIRS)


@frozen(eq=True)
class Variable:
    """An environment variable whose value stands in the template."""

    path: Path
    name: str
    value: Json


def variables_of(resource: TemplateResource) -> Iterator[Variable]:
    """The variables of a resource; what a service reads from a secret by itself is none."""
    for path in _MAPS.get(resource.type, ()):
        for where, value in _at(resource.properties, path, (PROPERTIES,)):
            if isinstance(value, Mapping):
                yield from (Variable((*where, name), str(name), one) for name, one in value.items())
    for path in _PAIRS.get(resource.type, ()):
        for where, value in _at(resource.properties, path, (PROPERTIES,)):
            yield from _pairs(where, value)


def _pairs(where: Path, value: Json) -> Iterator[Variable]:
    for index, pair in enumerate(value if isinstance(value, list) else ()):
        if isinstance(pair, Mapping) and pair.get("Type", "PLAINTEXT") == "PLAINTEXT":
            yield Variable((*where, index, "Value"), str(pair.get("Name")), pair.get("Value"))


def _at(value: Json, path: Path, where: Path) -> Iterator[tuple[Path, Json]]:
    if not path:
        yield where, value
        return
    step, *rest = path
    if step == _ANY:
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from _at(item, tuple(rest), (*where, index))
    elif isinstance(value, Mapping) and step in value:
        yield from _at(value[step], tuple(rest), (*where, step))
