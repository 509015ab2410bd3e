"""Egress rules of what calls others: HTTPS to everywhere by default, or what a spec lists."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import Ref, ec2

from compiler.kinds.network.settings import Destination, Egress
from compiler.shared.endpoints import ENDPOINTS_GROUP_ID
from compiler.shared.security_groups import https_to


def ways_out(said: Egress | None, ipv6: bool, endpoints: bool) -> Iterator[ec2.SecurityGroupRule]:
    """`ipv6` is whether addresses of both families are there, `endpoints` whether interface endpoints are."""
    if said is None or said.https_anywhere:
        yield https_to(CidrIp="0.0.0.0/0")
        yield from [https_to(CidrIpv6="::/0")] if ipv6 else ()
    elif endpoints:
        yield https_to(DestinationSecurityGroupId=Ref(ENDPOINTS_GROUP_ID), Description="HTTPS to endpoints")
    for one in said.to if said else ():
        yield from _to(one)


def _to(one: Destination) -> Iterator[ec2.SecurityGroupRule]:
    to = {"DestinationPrefixListId": one.list} if one.list else {"CidrIp": one.cidr}
    for port in one.ports:
        about = f"To {one.list or one.cidr} on {port}"
        yield ec2.SecurityGroupRule(IpProtocol="tcp", FromPort=port, ToPort=port, Description=about, **to)
