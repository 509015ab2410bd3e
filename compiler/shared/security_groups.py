"""Security groups that allow nothing but what their rules say."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from troposphere import Ref, ec2

from compiler.program.component import Platform, Value
from compiler.program.shared_groups import CLOSED
from compiler.shared.subnets import Subnets
from compiler.source.json_value import Json

VPC_ID = "Vpc"
"""Logical id of the platform's VPC."""

_HTTPS_PORT: Mapping[str, Json] = {
    "IpProtocol": "tcp",
    "FromPort": 443,
    "ToPort": 443,
    "Description": "HTTPS to AWS and other services",
}
_HTTPS: Mapping[str, Json] = {"CidrIp": "0.0.0.0/0", **_HTTPS_PORT}


def security_group(logical_id: str, about: str, https_out: bool = False) -> ec2.SecurityGroup:
    """A group in the platform's VPC. Further rules are resources of their own, beside whoever needs them."""
    return ec2.SecurityGroup(
        logical_id,
        GroupDescription=about,
        VpcId=Ref(VPC_ID),
        SecurityGroupEgress=[_egress(https_out)],
    )


def outgoing_group(platform: Platform, logical_id: str, about: str) -> ec2.SecurityGroup:
    """The group of what calls others: HTTPS to everywhere, or only where the network lets its members go."""
    rules = next(([*one.ways_out()] for one in platform.of(Subnets)), None)
    group = security_group(logical_id, about, https_out=rules is None)
    if rules:
        group.SecurityGroupEgress = rules
    return group


def https_to(**destination: Value) -> ec2.SecurityGroupRule:
    return ec2.SecurityGroupRule(**{**_HTTPS_PORT, **destination})


@functools.cache
def _egress(https_out: bool) -> ec2.SecurityGroupRule:
    return ec2.SecurityGroupRule(**(_HTTPS if https_out else CLOSED))
