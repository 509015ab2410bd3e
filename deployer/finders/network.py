"""An existing VPC and its subnets, by tier: public, private or isolated, which their routes decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network

from compiler.source.json_value import Json
from deployer.question import Question, Unfound

_EVERYWHERE = "0.0.0.0/0"


def find(question: Question) -> Mapping[str, Json]:
    """Range and subnets: one of a tier in each zone, in the order of the zones."""
    vpc = question.attributes["vpc"]
    (described,) = question.pages("ec2", "describe_vpcs", "Vpcs", VpcIds=[vpc])
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    subnets = list(question.pages("ec2", "describe_subnets", "Subnets", Filters=of_vpc))
    tables = list(question.pages("ec2", "describe_route_tables", "RouteTables", Filters=of_vpc))
    zones_of_region = question.ask(question.client("ec2").describe_availability_zones)["AvailabilityZones"]
    zones = {
        zone["ZoneName"] for zone in zones_of_region if zone.get("ZoneType", "availability-zone") == "availability-zone"
    }
    by_tier = tiers([subnet for subnet in subnets if subnet["AvailabilityZone"] in zones], tables)
    if question.wants("private") and len(by_tier["private"]) < 2:
        message = "fewer than two zones of it have a subnet with a default route that is not to an internet gateway"
        raise Unfound(f"{message}: set the ones to use as 'private'")
    if len(by_tier["isolated"]) < 2:
        del by_tier["isolated"]  # a data store wants two zones, and takes the private ones where there are no others
    return {"cidr": described["CidrBlock"], **by_tier}


def tiers(subnets: Sequence[Json], tables: Sequence[Json]) -> dict[str, list[str]]:
    """Tier → subnet ids. Of several in a zone it is the one with the lowest range, which more of them do not change."""
    chosen: dict[str, dict[str, str]] = {"public": {}, "private": {}, "isolated": {}}
    for subnet in sorted(filter(_usable, subnets), key=_range):
        chosen[_tier(_table(subnet, tables))].setdefault(subnet["AvailabilityZone"], subnet["SubnetId"])
    return {tier: [ids[zone] for zone in sorted(ids)] for tier, ids in chosen.items()}


def _usable(subnet: Json) -> bool:
    return not subnet.get("Ipv6Native") and not subnet.get("OutpostArn") and subnet.get("State") == "available"


def _range(subnet: Json) -> IPv4Network:
    return IPv4Network(subnet["CidrBlock"])


def _table(subnet: Json, tables: Sequence[Json]) -> Json:
    """The subnet's own route table, or the main one."""
    associations = [(association, table) for table in tables for association in table.get("Associations", ())]
    explicit = [table for association, table in associations if association.get("SubnetId") == subnet["SubnetId"]]
    main = [table for association, table in associations if association.get("Main")]
    return next(iter((*explicit, *main)), {})


def _tier(table: Json) -> str:
    """Source: Amazon VPC user guide, "Subnets for your VPC", subnet types."""
    routes = [route for route in table.get("Routes", ()) if route.get("DestinationCidrBlock") == _EVERYWHERE]
    if not routes:
        return "isolated"
    return "public" if any(route.get("GatewayId", "").startswith("igw-") for route in routes) else "private"
