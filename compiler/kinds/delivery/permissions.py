"""What the roles of a pipeline outside of AWS may do: what Stackwright's commands call for one environment."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.kinds.delivery.settings import DeliveryRole
from compiler.program.component import Grant, Platform, Value
from compiler.shared.deployer_calls import CHANGE_SETS, READ, artefacts, change, execute, pass_on, root_and_nested
from compiler.shared.lookup_grants import lookup_grants
from compiler.shared.snapshots import snapshot_grants


def permissions(
    role: DeliveryRole, platform: Platform, bucket: str | None, service_role: Value | None
) -> Iterator[tuple[str, Grant]]:
    """Statement id and grant. `service_role` is CloudFormation's, which a role that may `apply` has to name."""
    regions = _regions(platform)
    root, nested = root_and_nested(f"{platform.name}-{platform.environment}", regions)
    applies = service_role is not None and role.may == "apply"
    yield "Stacks", Grant((*READ, *CHANGE_SETS), (*root, *nested))
    yield from change(root, nested, service_role if applies else None)
    yield from artefacts(bucket, regions)
    yield from lookup_grants(platform)
    if applies and service_role is not None:
        yield from execute((*root, *nested))
        yield "PassServiceRole", pass_on(service_role)
        yield from snapshot_grants(platform)


def _regions(platform: Platform) -> list[str]:
    """Regions with a root stack: the platform's own, and those where a component has to have resources."""
    others = {region for component in platform.built for region in component.elsewhere(platform).values()}
    return ["${AWS::Region}", *sorted(others - {platform.region})]
