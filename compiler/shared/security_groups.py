"""Security groups that allow nothing but what their rules say."""

from __future__ import annotations

import functools

from troposphere import Ref, ec2

from compiler.program.shared_groups import CLOSED

VPC_ID = "Vpc"
"""Logical id of the platform's VPC."""

_HTTPS = {
    "CidrIp": "0.0.0.0/0",
    "IpProtocol": "tcp",
    "FromPort": 443,
    "ToPort": 443,
    "Description": "HTTPS to AWS and other services",
}


def security_group(logical_id: str, about: str, https_out: bool = False) -> ec2.SecurityGroup:
    """A group in the platform's VPC. Further rules are resources of their own, beside whoever needs them."""
    return ec2.SecurityGroup(
        logical_id,
        GroupDescription=about,
        VpcId=Ref(VPC_ID),
        SecurityGroupEgress=[_egress(https_out)],
    )


@functools.cache
def _egress(https_out: bool) -> ec2.SecurityGroupRule:
    return ec2.SecurityGroupRule(**(_HTTPS if https_out else CLOSED))
