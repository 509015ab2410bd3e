"""Where the settings of a real resource differ from the template that imports it.

CloudFormation compares none during an import. Cloud Control reads the resource in the form of its template (Cloud
Control API user guide, "Reading a resource's current state"); what it can't read stays uncompared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from botocore.exceptions import ClientError

from compiler.program.intrinsics import targets as references
from compiler.source.json_value import Json
from deployer.faults import read
from deployer.importing.targets import Target
from deployer.session import Aws
from reviewer.replacement import schemas_of
from reviewer.values import value_text

_OF_THE_STACK = frozenset({"Tags"})
"""Properties that the next deployment sets to those of the stack, whatever they are."""
_UNREAD = "writeOnlyProperties"
_MOST = 6
_SECRET = re.compile("environment|secret|password|token|credential", re.IGNORECASE)
"""Properties whose real values may be nobody's business; a review is posted to a pull request."""


def actual_properties(aws: Aws, target: Target, identifier: Mapping[str, str]) -> Mapping[str, Json] | None:
    """The properties of the real resource; None where it can't be read: its type, the permission, the service."""
    request = {"TypeName": target.resource_type, "Identifier": "|".join(identifier.values())}
    try:
        answer = read(lambda: aws.client("cloudcontrol", aws.region).get_resource(**request))
    except ClientError:
        return None
    properties: Mapping[str, Json] = json.loads(answer["ResourceDescription"]["Properties"])
    return properties


def differing(target: Target, wanted: Mapping[str, Json], actual: Mapping[str, Json]) -> Iterator[str]:
    """A sentence for each property that differs, and the count of further ones."""
    unread = {pointer.split("/")[2] for pointer in schemas_of(target.region).of(target.resource_type).get(_UNREAD, ())}
    names = [
        name for name in wanted if name not in unread | _OF_THE_STACK and not _same(wanted[name], actual.get(name))
    ]
    for name in names[:_MOST]:
        yield f"{target.component}: {name} of {target.logical_id} {_difference(name, wanted[name], actual)}"
    if len(names) > _MOST:
        yield f"{target.component}: {len(names) - _MOST} more settings of {target.logical_id} differ from the spec"


def _difference(name: str, wanted: Json, actual: Mapping[str, Json]) -> str:
    if _SECRET.search(name):
        return "differs from the spec (not shown)"
    is_set = f"is {value_text(actual[name])}" if name in actual else "is not set"
    return f"{is_set}, by the spec {value_text(wanted)}"


def _same(wanted: Json, actual: Json) -> bool:
    """Whether all that the template sets is so; the real resource has defaults beside it, and other orders."""
    if next(references(wanted), None) or "AWS::" in json.dumps(wanted, default=dict):
        return True  # a reference, whose value is only known after the import
    match wanted, actual:
        case dict(), dict():
            return all(_same(value, actual.get(name)) for name, value in wanted.items())
        case list(), list():
            return len(wanted) == len(actual) and all(any(_same(one, other) for other in actual) for one in wanted)
        case list([one]), _:
            return _same(one, actual)
        case _, list([other]):
            return _same(wanted, other)
    return str(wanted).lower() == str(actual).lower()
