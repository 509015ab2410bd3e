"""Ways to other networks: peering connections, attachments to transit gateways, and the routes to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from troposphere import AWSObject, Ref, Tags, ec2

from compiler.kinds.network.settings import Peering, TransitGateway
from compiler.language.names import pascal
from compiler.shared.digest import mark
from compiler.shared.security_groups import VPC_ID
from compiler.shared.ways_out import EVERYWHERE
from compiler.source.frozen import frozen

Named = tuple[str, str]
"""The stem of the network, and the word by which the spec calls the connection."""


@frozen(eq=True)
class Table:
    """A route table, and what the ids of its routes start with."""

    tier: str
    id: str
    route: str


def peering_id(name: Named) -> str:
    return f"{name[0]}{pascal(name[1])}Peering"


def peering(name: Named, one: Peering, tags: Tags) -> Iterator[AWSObject]:
    """The connection, unless the other side makes it."""
    if one.vpc:
        further = {"PeerOwnerId": one.account, "PeerRegion": one.region, "PeerRoleArn": one.role}
        yield ec2.VPCPeeringConnection(
            peering_id(name),
            VpcId=Ref(VPC_ID),
            PeerVpcId=one.vpc,
            Tags=tags,
            **{key: value for key, value in further.items() if value},
        )


def peering_routes(name: Named, one: Peering, tables: Sequence[Table]) -> Iterator[ec2.Route]:
    target = {"VpcPeeringConnectionId": one.connection or Ref(peering_id(name))}
    yield from _routes(one.cidrs, one.tiers, tables, target)


def attachment(name: Named, one: TransitGateway, subnets: Sequence[Ref], tags: Tags) -> ec2.TransitGatewayAttachment:
    """In a private subnet of each zone.

    Of the two types this is the one whose subnets change in place: those of AWS::EC2::TransitGatewayVpcAttachment
    replace it, and with a zone more everything behind it would be out of reach (template reference).
    """
    return ec2.TransitGatewayAttachment(
        _attachment_id(name),
        TransitGatewayId=one.id,
        VpcId=Ref(VPC_ID),
        SubnetIds=list(subnets),
        Options=ec2.Options(
            ApplianceModeSupport=_switch(one.appliance),
            DnsSupport=_switch(one.dns),
            SecurityGroupReferencingSupport=_switch(one.security_groups),
        ),
        Tags=tags,
    )


def gateway_routes(name: Named, one: TransitGateway, tables: Sequence[Table]) -> Iterator[ec2.Route]:
    """AWS refuses a route to a transit gateway that the VPC is not attached to yet."""
    yield from _routes(one.cidrs, one.tiers, tables, {"TransitGatewayId": one.id, "DependsOn": [_attachment_id(name)]})


def _attachment_id(name: Named) -> str:
    return f"{name[0]}{pascal(name[1])}TransitGatewayAttachment"


def _switch(on: bool) -> str:
    return "enable" if on else "disable"


def _routes(
    cidrs: Iterable[str], tiers: Iterable[str], tables: Sequence[Table], target: Mapping[str, object]
) -> Iterator[ec2.Route]:
    """The id is by table and range, as AWS knows a route: where it leads to changes in place."""
    wanted = set(tiers)
    for table in tables:
        for cidr in cidrs if table.tier in wanted else ():
            logical_id = table.route if cidr == EVERYWHERE else f"{table.route}To{mark(cidr)}"
            yield ec2.Route(logical_id, RouteTableId=Ref(table.id), DestinationCidrBlock=cidr, **target)
