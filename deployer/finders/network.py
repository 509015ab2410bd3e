"""The subnets of a VPC that is there already, by what their routes make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network

from compiler.source.json_value import Json
from deployer.finders.question import Question, Unfound

_EVERYWHERE = "0.0.0.0/0"


def network(question: Question) -> Mapping[str, Json]:
    """Range and subnets: one of a tier in each zone, in the order of the zones."""
    vpc = question.thing.said["vpc"]
    (about,) = question.pages("ec2", "describe_vpcs", "Vpcs", VpcIds=[vpc])
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    subnets = list(question.pages("ec2", "describe_subnets", "Subnets", Filters=of_vpc))
    tables = list(question.pages("ec2", "describe_route_tables", "RouteTables", Filters=of_vpc))
    answer = question.ask(question.client("ec2").describe_availability_zones)["AvailabilityZones"]
    zones = {one["ZoneName"] for one in answer if one.get("ZoneType", "availability-zone") == "availability-zone"}
    found = tiers([one for one in subnets if one["AvailabilityZone"] in zones], tables)
    if question.wants("private") and len(found["private"]) < 2:
        message = "fewer than two zones of it have a subnet with a default route that is not to an internet gateway"
        raise Unfound(f"{message}: set the ones to use as 'private'")
    if len(found["isolated"]) < 2:
        del found["isolated"]  # a data store wants two zones, and takes the private ones where there are no others
    return {"cidr": about["CidrBlock"], **found}


def tiers(subnets: Sequence[Json], tables: Sequence[Json]) -> dict[str, list[str]]:
    """Tier → subnet ids. Of several in a zone it is the one with the lowest range, which more of them do not change."""
    chosen: dict[str, dict[str, str]] = {"public": {}, "private": {}, "isolated": {}}
    for one in sorted(filter(_usable, subnets), key=_range):
        chosen[_tier(_table(one, tables))].setdefault(one["AvailabilityZone"], one["SubnetId"])
    return {tier: [ids[zone] for zone in sorted(ids)] for tier, ids in chosen.items()}


def _usable(subnet: Json) -> bool:
    return not subnet.get("Ipv6Native") and not subnet.get("OutpostArn") and subnet.get("State") == "available"


def _range(subnet: Json) -> IPv4Network:
    return IPv4Network(subnet["CidrBlock"])


def _table(subnet: Json, tables: Sequence[Json]) -> Json:
    """The subnet's own route table, or the main one."""
    ties = [(tie, table) for table in tables for tie in table.get("Associations", ())]
    own = [table for tie, table in ties if tie.get("SubnetId") == subnet["SubnetId"]]
    main = [table for tie, table in ties if tie.get("Main")]
    return next(iter((*own, *main)), {})


def _tier(table: Json) -> str:
    """Source: Amazon VPC user guide, "Subnets for your VPC", subnet types."""
    routes = [one for one in table.get("Routes", ()) if one.get("DestinationCidrBlock") == _EVERYWHERE]
    if not routes:
        return "isolated"
    return "public" if any(one.get("GatewayId", "").startswith("igw-") for one in routes) else "private"
