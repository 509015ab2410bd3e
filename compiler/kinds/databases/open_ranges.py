"""The way of given address ranges on the internet to what lies in isolated subnets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from troposphere import AWSObject, Ref, ec2

from compiler.shared.digest import mark
from compiler.shared.subnets import GATEWAY_ID, ISOLATED_TABLE_ID
from compiler.source.frozen import frozen


@frozen(eq=True)
class Door:
    """A port behind a security group."""

    main_id: str
    """Logical id of what is behind it."""
    group_id: str
    port: int


def ways_in(door: Door, ranges: Iterable[str]) -> Iterator[AWSObject]:
    """A rule for each range; nobody else gets in."""
    for cidr in ranges:
        yield ec2.SecurityGroupIngress(
            f"{door.main_id}From{mark(cidr)}",
            GroupId=Ref(door.group_id),
            CidrIp=cidr,
            IpProtocol="tcp",
            FromPort=door.port,
            ToPort=door.port,
            Description=f"Port {door.port} from {cidr} on the internet",
        )


def routes(ranges: Iterable[str]) -> Iterator[AWSObject]:
    """Routes to these ranges alone: the isolated subnets still have no way to or from any other address.

    So nothing has to move to public subnets, which RDS can't undo: an instance's subnet group is fixed, and a subnet
    can't leave the group while the instance lies in it (RDS user guide, working with a DB instance in a VPC).
    """
    for cidr in ranges:
        yield ec2.Route(
            f"IsolatedRouteTo{mark(cidr)}",
            RouteTableId=Ref(ISOLATED_TABLE_ID),
            DestinationCidrBlock=cidr,
            GatewayId=Ref(GATEWAY_ID),
        )
