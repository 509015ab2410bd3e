"""The VPC with its ranges and subnets, and the gateways of both families of addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from ipaddress import IPv4Network

from troposphere import AWSObject, Cidr, GetAtt, GetAZs, Ref, Select, Tags, ec2

from compiler.kinds.network.subnets import TIERS, further_cidr, ipv6_slot, subnet_cidr
from compiler.shared.digest import mark
from compiler.shared.security_groups import VPC_ID
from compiler.shared.subnets import ATTACHMENT_ID, GATEWAY_ID, further_subnet_id
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

IPV6_ID = "VpcIpv6Range"
IPV6_GATEWAY_ID = "EgressOnlyInternetGateway"
_IPV6_SUBNETS = 28
"""As many /64s as all subnets may ever need: four zones with four slots, and four in each of three further ranges."""
_WITH_IPV6 = ("Public", "Private")


@frozen(eq=True)
class Place:
    """Where a subnet lies: `number` is of its zone, from 0."""

    id: str
    number: int
    cidr: str
    tags: Tags
    ipv6_slot: int | None = None
    private: bool = False
    waits: Sequence[str] = field(default=())


def vpc(cidr: str, name: Tags) -> Iterator[AWSObject]:
    yield ec2.VPC(VPC_ID, CidrBlock=cidr, EnableDnsSupport=True, EnableDnsHostnames=True, Tags=name)
    yield ec2.InternetGateway(GATEWAY_ID, Tags=name)
    yield ec2.VPCGatewayAttachment(ATTACHMENT_ID, VpcId=Ref(VPC_ID), InternetGatewayId=Ref(GATEWAY_ID))


def further_range(cidr: str) -> ec2.VPCCidrBlock:
    return ec2.VPCCidrBlock(range_id(cidr), VpcId=Ref(VPC_ID), CidrBlock=cidr)


def range_id(cidr: str) -> str:
    return f"VpcRange{mark(cidr)}"


def ipv6(name: Tags) -> Iterator[AWSObject]:
    """A /56 that Amazon provides, and the gateway that only lets connections out."""
    yield ec2.VPCCidrBlock(IPV6_ID, VpcId=Ref(VPC_ID), AmazonProvidedIpv6CidrBlock=True)
    yield ec2.EgressOnlyInternetGateway(IPV6_GATEWAY_ID, VpcId=Ref(VPC_ID), Tags=name)


def main_place(cidr: str, tier: str, zone: int, both: bool) -> Mapping[str, Json]:
    """Id, range and slot of a tier's subnet in the main range."""
    found = {"id": f"{tier}Subnet{zone + 1}", "number": zone, "cidr": subnet_cidr(IPv4Network(cidr), tier, zone)}
    with_ipv6 = both and tier in _WITH_IPV6
    return found | ({"ipv6_slot": ipv6_slot(zone, TIERS.index(tier))} if with_ipv6 else {})


def further_place(cidrs: Sequence[str], number: int, zone: int, both: bool) -> Mapping[str, Json]:
    """Id, range and slot of the private subnet in a further range, which has to be there first."""
    cidr = cidrs[number]
    found = {"id": further_subnet_id(cidr, zone + 1), "number": zone, "cidr": further_cidr(IPv4Network(cidr), zone)}
    slot = {"ipv6_slot": ipv6_slot(zone, 0, number + 1)} if both else {}
    return found | slot | {"waits": (range_id(cidr),)}


def subnet(place: Place, table_id: str) -> Iterator[AWSObject]:
    waits = [*place.waits, *([IPV6_ID] if place.ipv6_slot is not None else [])]
    yield ec2.Subnet(
        place.id,
        VpcId=Ref(VPC_ID),
        AvailabilityZone=Select(place.number, GetAZs("")),
        CidrBlock=place.cidr,
        MapPublicIpOnLaunch=False,
        Tags=place.tags,
        **_ipv6(place),
        **({"DependsOn": waits} if waits else {}),
    )
    yield ec2.SubnetRouteTableAssociation(f"{place.id}Routes", SubnetId=Ref(place.id), RouteTableId=Ref(table_id))


def _ipv6(place: Place) -> dict[str, Json]:
    if place.ipv6_slot is None:
        return {}
    whole = Select(0, GetAtt(VPC_ID, "Ipv6CidrBlocks"))
    found = {"Ipv6CidrBlock": Select(place.ipv6_slot, Cidr(whole, _IPV6_SUBNETS, 64))}
    return found | ({"AssignIpv6AddressOnCreation": True} if place.private else {})


def ipv6_routes(public_table: str, private_tables: Sequence[str]) -> Iterator[ec2.Route]:
    everywhere = {"DestinationIpv6CidrBlock": "::/0"}
    yield ec2.Route(
        "PublicRouteIpv6",
        RouteTableId=Ref(public_table),
        GatewayId=Ref(GATEWAY_ID),
        DependsOn=[ATTACHMENT_ID],
        **everywhere,
    )
    for zone, table in enumerate(private_tables, 1):
        gateway = {"EgressOnlyInternetGatewayId": Ref(IPV6_GATEWAY_ID)}
        yield ec2.Route(f"PrivateRoute{zone}Ipv6", RouteTableId=Ref(table), **everywhere, **gateway)
