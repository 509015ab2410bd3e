"""What the roles of a pipeline outside of AWS may do: what Stackwright's commands call for one environment."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.kinds.delivery.settings import DeliveryRole
from compiler.program.component import Grant, Platform, Value
from compiler.shared.deployer_grants import apply_grants, plan_grants


def permissions(
    role: DeliveryRole, platform: Platform, bucket: str | None, service_role: Value | None
) -> Iterator[tuple[str, Grant]]:
    """Statement id and grant. `service_role` is CloudFormation's, which a role that may `apply` has to name."""
    applies = service_role is not None and role.may == "apply"
    yield from plan_grants(platform, bucket, service_role if applies else None)
    if applies:
        yield from apply_grants(platform, service_role)
