"""What the routes of a VPC make of its subnets."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from deployer.finders.network import tiers


def routes(*targets: dict[str, str]) -> list[Json]:
    return [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}, *targets]


EVERYWHERE = {"DestinationCidrBlock": "0.0.0.0/0"}


@pytest.mark.parametrize(
    ("way", "tier"),
    [
        ([], "isolated"),
        ([{"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"}], "isolated"),
        ([{"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"}], "isolated"),
        ([{"DestinationCidrBlock": "10.1.0.0/16", "GatewayId": "igw-1"}], "isolated"),
        ([EVERYWHERE | {"GatewayId": "igw-1"}], "public"),
        ([EVERYWHERE | {"NatGatewayId": "nat-1"}], "private"),
        ([EVERYWHERE | {"TransitGatewayId": "tgw-1"}], "private"),
        ([EVERYWHERE | {"GatewayId": "vgw-1"}], "private"),
        ([EVERYWHERE | {"NetworkInterfaceId": "eni-1", "State": "blackhole"}], "private"),
    ],
)
@pytest.mark.parametrize("main", [True, False])
def test_a_tier_is_what_the_default_route_makes_of_it(way: list[dict[str, str]], tier: str, main: bool) -> None:
    subnet = {"SubnetId": "s", "AvailabilityZone": "a", "CidrBlock": "10.0.0.0/24", "State": "available"}
    other = {"Associations": [{"Main": not main}], "Routes": routes(EVERYWHERE | {"GatewayId": "igw-2"})}
    own = {"Associations": [{"Main": True} if main else {"SubnetId": "s"}], "Routes": routes(*way)}
    assert {name for name, ids in tiers([subnet], [other, own]).items() if ids} == {tier}


def test_of_several_subnets_in_a_zone_the_lowest_range_is_taken() -> None:
    def subnet(name: str, zone_name: str, cidr: str, **more: Json) -> Json:
        return {"SubnetId": name, "AvailabilityZone": zone_name, "CidrBlock": cidr, "State": "available", **more}

    subnets = [
        subnet("late", "a", "10.0.10.0/24"),
        subnet("early", "a", "10.0.9.0/24"),
        subnet("post", "a", "10.0.1.0/24", OutpostArn="arn"),
        subnet("six", "a", "10.0.2.0/24", Ipv6Native=True),
        subnet("pending", "b", "10.0.0.0/24") | {"State": "pending"},
    ]
    assert tiers(subnets, [])["isolated"] == ["early"]
