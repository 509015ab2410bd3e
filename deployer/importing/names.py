"""Whether what is imported has the name that the spec gives the resource: with another one it would be replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from deployer.errors import DeployError, refused
from deployer.importing.targets import Target

_NAMES = {"AWS::SQS::Queue": "QueueName", "AWS::SNS::Topic": "TopicName"}
"""Types whose identifier ends with a name that the template may give (CloudFormation template reference)."""


def check_names(target: Target, identifier: Mapping[str, str]) -> None:
    """Raises `DeployError` (exit 4) where the template gives a name that is not that of the imported resource."""
    for name, wanted, actual in _named(target, identifier):
        if isinstance(wanted, str) and wanted != actual:
            raise _differs(target, name, wanted, actual)


def _named(target: Target, identifier: Mapping[str, str]) -> Iterator[tuple[str, object, str]]:
    properties = target.body.get("Properties", {})
    for part, value in identifier.items():
        yield part, properties.get(part), value
    inside = _NAMES.get(target.resource_type, "")
    yield inside, properties.get(inside), re.split("[:/]", [*identifier.values()][-1])[-1]


def _differs(target: Target, name: str, wanted: str, actual: str) -> DeployError:
    return refused(
        f"the {name} of {target.logical_id} is '{wanted}' by the spec, and '{actual}' is to be imported: the next "
        "deployment would replace it",
        f"set `properties: {{{name}: {actual}}}` on the component, or import '{wanted}'",
        "name-differs",
        target.component,
    )
