"""An account with what a platform deploys into it: roles with all their policies, and resources with theirs."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.access.decision import Caller, Resource
from tests.access.holders import OF_ROLES, Held, held
from tests.access.physical import ACCOUNT, Deployed
from tests.access.statements import Policy, policy
from tests.access.unsupported import Unsupported

OTHER_ACCOUNT = "444455556666"
EVERYTHING = policy({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
"""What an administrator may."""


@dataclass(frozen=True, slots=True)
class Account:
    """The roles and resource policies of a deployed platform."""

    deployed: Deployed
    attached: Mapping[str, tuple[Policy, ...]]
    """Name of a role → the policies of other resources that are attached to it."""
    held: tuple[Held, ...]

    def role(self, logical_id: str) -> Caller:
        """A role as a caller. Raises `Unsupported` for policies that AWS keeps, whose text is not here."""
        properties = self.deployed.properties(logical_id)
        managed = [arn for arn in properties.get("ManagedPolicyArns", []) if ":iam::aws:" in arn]
        boundary = properties.get("PermissionsBoundary")
        if managed or boundary:
            raise Unsupported(f"{logical_id} has {boundary or managed}, whose text is AWS's or the account's")
        inline = tuple(policy(one["PolicyDocument"]) for one in properties.get("Policies", []))
        attached = self.attached.get(self.deployed.read(logical_id), ())
        return Caller(self.deployed.read(logical_id, "Arn"), inline + attached)

    def resource(self, arn: str, action: str) -> Resource:
        """What an ARN of this account names, with all that its own policies say of the action's service."""
        statements, closed = _of(self.held, arn, action.split(":")[0])
        return Resource(arn, ACCOUNT, statements, closed)

    def endpoints(self, service: str) -> Iterator[Policy]:
        """The policies of the VPC endpoints for a service, such as ``s3``."""
        for logical_id in self.deployed.of_type("AWS::EC2::VPCEndpoint"):
            document = self.deployed.property(logical_id, "PolicyDocument")
            if str(self.deployed.property(logical_id, "ServiceName")).endswith(f".{service}") and document:
                yield policy(document)


@functools.cache
def _of(held_policies: tuple[Held, ...], arn: str, service: str) -> tuple[Policy, bool]:
    about = [one for one in held_policies if one.about(arn, service)]
    return tuple(statement for one in about for statement in one.policy), any(one.closed for one in about)


def account_of(deployed: Deployed) -> Account:
    """What `deployed` makes of an account."""
    attached: dict[str, tuple[Policy, ...]] = {}
    for kind, roles in OF_ROLES.items():
        for logical_id in deployed.of_type(kind):
            properties = deployed.properties(logical_id)
            names = properties[roles] if isinstance(properties[roles], list) else [properties[roles]]
            for name in names:
                attached[name] = (*attached.get(name, ()), policy(properties["PolicyDocument"]))
    return Account(deployed, attached, tuple(held(deployed)))


def stranger() -> Caller:
    """An administrator of another account."""
    return Caller(f"arn:aws:iam::{OTHER_ACCOUNT}:role/administrator", (EVERYTHING,))
