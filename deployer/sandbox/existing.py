"""Gives the sandbox what a platform takes as existing, before a deployment, and says so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from compiler.program.outside import OutsideResource
from compiler.source.json_value import Json
from deployer.errors import UNREACHABLE, DeployError
from deployer.sandbox.seeding import PATH
from deployer.session import SANDBOX, Aws


@dataclass(frozen=True, slots=True)
class StandIn:
    """A resource that the sandbox was given, so that a platform finds what it takes as existing."""

    component: str
    resource_type: str
    id: str
    problem: str = ""
    """Why the sandbox could not make it; empty when it could."""

    def __str__(self) -> str:
        what = f"{self.resource_type.removeprefix('AWS::')} {self.id}"
        if self.problem:
            return f"Sandbox: cannot create {what}, which {self.component} takes as existing: {self.problem}"
        return f"Sandbox: created {what}, which {self.component} takes as existing."


def stand_in(aws: Aws, resources: Sequence[OutsideResource]) -> tuple[StandIn, ...]:
    """Make in the sandbox those of the existing resources that it does not have; nothing outside the sandbox.

    Raises `DeployError` when the sandbox does not answer.
    """
    if aws.endpoint != SANDBOX or not resources:
        return ()
    wanted = [_wanted(aws, resource) for resource in resources]
    return tuple(_told(resources, _post(aws.cloudformation.meta.endpoint_url, wanted)))


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
            raise DeployError(f"the sandbox answered {answer.status}", "read ministack.log in its folder", UNREACHABLE)
        return json.loads(content)
    except (OSError, HTTPException) as fault:
        raise DeployError(f"the sandbox does not answer: {fault}", "run the command again", UNREACHABLE) from fault
    finally:
        connection.close()


def _told(resources: Sequence[OutsideResource], made: Sequence[Mapping[str, str]]) -> Iterator[StandIn]:
    owners = {(one.resource_type, one.id): one.component for one in resources}
    for one in made:
        yield StandIn(owners[one["type"], one["id"]], one["type"], one["id"], one["problem"])
