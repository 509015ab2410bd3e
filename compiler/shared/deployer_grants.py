"""What whoever plans or applies one environment may do: what Stackwright's commands call for it."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.program.component import Grant, Platform, Value
from compiler.shared.deployer_calls import (
    CHANGE_SETS,
    READ,
    artefacts,
    change,
    detect,
    execute,
    findings,
    pass_on,
    root_and_nested,
)
from compiler.shared.image_grants import image_grants
from compiler.shared.kept_grants import kept_grants
from compiler.shared.layer_grants import layer_grants
from compiler.shared.lookup_grants import lookup_grants
from compiler.shared.snapshots import snapshot_grants
from compiler.shared.stored_images import stored_image_grants


def plan_grants(
    platform: Platform, bucket: str | None, service_role: Value | None = None
) -> Iterator[tuple[str, Grant]]:
    """Statement id and grant. `service_role` is CloudFormation's, by which change sets are made that are applied."""
    regions = regions_of(platform)
    root, nested = stacks_of(platform)
    yield "Stacks", Grant((*READ, *CHANGE_SETS), (*root, *nested))
    yield from findings(regions)
    yield from detect((*root, *nested))
    yield from change(root, nested, service_role)
    yield from artefacts(bucket, regions)
    yield from image_grants(platform, regions)
    yield from stored_image_grants(platform, regions)
    yield from kept_grants(platform)
    yield from lookup_grants(platform)
    yield from layer_grants(platform)


def apply_grants(platform: Platform, service_role: Value | None) -> Iterator[tuple[str, Grant]]:
    """What executing needs beside those. Without a `service_role` the resources are changed by whoever applies."""
    root, nested = stacks_of(platform)
    yield from execute((*root, *nested))
    if service_role is not None:
        yield "PassServiceRole", pass_on(service_role)
    yield from snapshot_grants(platform)


def stacks_of(platform: Platform) -> tuple[list[Value], list[Value]]:
    """ARNs of the root stacks of an environment, and of their nested stacks."""
    return root_and_nested(f"{platform.name}-{platform.environment}", regions_of(platform))


def regions_of(platform: Platform) -> list[str]:
    """Regions with a root stack: the platform's own, and those where a component has to have resources."""
    others = {region for component in platform.built for region in component.elsewhere(platform).values()}
    return ["${AWS::Region}", *sorted(others - {platform.region})]
