"""What is deployed in an account and region, whichever spec it is from: read from the tags of root stacks.

Every root has the tags ``stackwright:platform`` and ``stackwright:environment`` (`compiler.stacks.assemble`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime

from botocore.exceptions import ClientError

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.deployed import read_template, settings_of
from deployer.faults import denied, explained, read
from deployer.session import Aws
from reviewer.settings import digest

_PLATFORM, _ENVIRONMENT = "stackwright:platform", "stackwright:environment"
_NO_TEMPLATE = "REVIEW_IN_PROGRESS"
_READERS = 8


@frozen(eq=True)
class Deployment:
    """The root of one environment in one region."""

    platform: str
    environment: str
    account: str
    region: str
    stack: str
    status: str
    since: str
    """When the stack was created; ISO 8601, as `changed`."""
    changed: str
    """When its last operation began."""
    spec: str = ""
    """Digits of the effective settings, as in reviews and in the history; empty where they can't be read."""

    def age(self, now: datetime) -> int:
        """Seconds since the last change; a clock that is behind that of AWS makes none younger than now."""
        return max(0, int((now - datetime.fromisoformat(self.changed)).total_seconds()))

    def to_json(self, now: datetime) -> dict[str, Json]:
        return {**asdict(self), "age_seconds": self.age(now)}


@explained("listing the stacks of the account")
def read_deployments(aws: Aws, platform: str = "") -> tuple[Deployment, ...]:
    """All environments in the region, or those of one platform, by their names."""
    pages = aws.cloudformation.get_paginator("describe_stacks").paginate()
    stacks = read(lambda: [stack for page in pages for stack in page["Stacks"]])
    found = (one for one in _roots(aws, stacks) if not platform or one.platform == platform)
    return tuple(sorted(found, key=lambda one: (one.platform, one.environment, one.stack)))


def _roots(aws: Aws, stacks: Sequence[Json]) -> Iterator[Deployment]:
    for stack in stacks:
        tags = {item["Key"]: item["Value"] for item in stack.get("Tags", [])}
        if _PLATFORM in tags and _ENVIRONMENT in tags and not stack.get("ParentId"):
            since, changed = stack["CreationTime"], stack.get("LastUpdatedTime") or stack["CreationTime"]
            yield Deployment(
                platform=tags[_PLATFORM],
                environment=tags[_ENVIRONMENT],
                account=aws.account,
                region=aws.region,
                stack=stack["StackName"],
                status=stack["StackStatus"],
                since=_time(since),
                changed=_time(changed),
            )


def _time(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


@explained("reading the templates of the stacks")
def with_specs(aws: Aws, found: Sequence[Deployment]) -> tuple[Deployment, ...]:
    """The same with the digits of their specs, which are in their templates."""
    with ThreadPoolExecutor(_READERS) as readers:
        return tuple(readers.map(lambda one: replace(one, spec=_spec(aws, one)), found))


def _spec(aws: Aws, one: Deployment) -> str:
    """Empty for a stack that has no template yet, for one that is gone, and where the identity may not read it."""
    if one.status == _NO_TEMPLATE:
        return ""
    try:
        template: Mapping[str, Json] = read_template(aws, one.stack)
    except ClientError as fault:
        if denied(fault) or fault.response["Error"]["Code"] == "ValidationError":
            return ""
        raise
    return digest(settings_of(template))
