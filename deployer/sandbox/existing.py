"""Create a platform's existing resources in the sandbox before a deployment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from compiler.program.outside import OutsideResource
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.errors import unreachable
from deployer.sandbox.seeding import PATH
from deployer.session import SANDBOX, Aws


@frozen(eq=True)
class StandIn:
    """An existing resource of a platform that was created in the sandbox."""

    component: str
    resource_type: str
    id: str
    problem: str = ""
    """Why the sandbox could not create it; empty when it could."""
    made: bool = True
    """Whether the sandbox creates resources of this type."""

    def __str__(self) -> str:
        what = f"{self.resource_type.removeprefix('AWS::')} {self.id}"
        if self.problem:
            return f"Sandbox: cannot create {what}, which {self.component} takes as existing: {self.problem}"
        how = "created" if self.made else "does not create"
        return f"Sandbox: {how} {what}, which {self.component} takes as existing."


def stand_in(aws: Aws, compiled: Compiled) -> tuple[StandIn, ...]:
    """Create the existing resources of a platform that the sandbox does not have; outside the sandbox do nothing.

    Raises `DeployError` when the sandbox does not answer.
    """
    if aws.endpoint != SANDBOX or not compiled.outside:
        return ()
    resources = tuple(_not_own(compiled))
    made = _post(aws.cloudformation.meta.endpoint_url, [_wanted(aws, resource) for resource in resources])
    return tuple(_stand_in(resources[result["index"]], result) for result in made)


def _stand_in(resource: OutsideResource, made: Mapping[str, Json]) -> StandIn:
    return StandIn(resource.component, made["type"], resource.id, made["problem"], made["made"])


def _not_own(compiled: Compiled) -> Iterator[OutsideResource]:
    """All but those that raw CloudFormation names and the platform itself creates under this name."""
    raw = any(not resource.resource_type for resource in compiled.outside)
    names = {text for template in compiled.templates for text in _texts(template.body)} if raw else set()
    for resource in compiled.outside:
        if resource.resource_type or re.split("[:/]", resource.id)[-1] not in names - {resource.id}:
            yield resource


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _texts(child)


def _wanted(aws: Aws, resource: OutsideResource) -> dict[str, Json]:
    account = resource.account or aws.account
    return {
        "resource_type": resource.resource_type,
        "id": resource.id,
        "account": account,
        "region": resource.region,
        "own": account == aws.account,
        "settings": resource.settings,
    }


def _post(url: str, wanted: Sequence[Mapping[str, Json]]) -> Json:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        connection.request("POST", PATH, json.dumps(wanted), {"content-type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise unreachable(f"the sandbox answered {answer.status}", "read ministack.log in its folder")
        return json.loads(content)
    except (OSError, HTTPException) as fault:
        raise unreachable(f"the sandbox does not answer: {fault}", "run the command again") from fault
    finally:
        connection.close()
