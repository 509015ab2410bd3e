"""The network's subnets and routes, as those see them that lie in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troposphere import Ref, ec2

from compiler.program.component import Component, Platform
from compiler.shared.digest import mark
from compiler.source.frozen import frozen

GATEWAY_ID = "InternetGateway"
ATTACHMENT_ID = "InternetGatewayAttachment"
ISOLATED_TABLE_ID = "IsolatedRouteTable"


@frozen(kw_only=True)
class Subnets(Component):
    """What has the subnets of a platform."""

    def count(self, tier: str) -> int:
        """How many subnets a tier has: ``Public``, ``Private`` or ``Isolated``."""
        raise NotImplementedError

    def further(self) -> Sequence[str]:
        """Logical ids of private subnets in further ranges of the VPC."""
        return ()

    def ways_out(self) -> Sequence[ec2.SecurityGroupRule]:
        """Egress rules of those that call others; a group without any lets nothing out."""
        raise NotImplementedError

    @property
    def dual_stack(self) -> bool:
        """Whether public and private subnets have IPv6 addresses too."""
        return False


@frozen(kw_only=True)
class TagsSubnets(Component):
    """What is found by tags of the subnets, which the network itself puts on them: no other component changes them."""

    def subnet_tags(self, tier: str) -> Mapping[str, str]:
        """Tags of each subnet of a tier."""
        raise NotImplementedError


def subnet_tags(platform: Platform, tier: str) -> Mapping[str, str]:
    """All tags that components of the platform want on the subnets of a tier."""
    wanted: dict[str, str] = {}
    for one in platform.of(TagsSubnets):
        wanted |= one.subnet_tags(tier)
    return wanted


def public_subnets(platform: Platform) -> list[Ref]:
    """For load balancers. Only where the platform has a network, as with the other tiers."""
    return _tier(platform, "Public")


def internet(platform: Platform) -> list[str]:
    """Logical ids that public addresses wait for: AWS wants the gateway before them, and does not detach it under them.

    Sources: template reference, AWS::EC2::EIP; VPC user guide, "Internet gateways". An existing network has its own.
    """
    return [ATTACHMENT_ID for network in platform.of(Subnets) if network.existing is None]


def private_subnets(platform: Platform) -> list[Ref]:
    """For tasks and functions: out through NAT, nothing comes in from the internet."""
    return _tier(platform, "Private")


def running_subnets(platform: Platform) -> list[Ref]:
    """For tasks and functions, of which there may be many in a zone: private subnets of all ranges of the VPC.

    Load balancers, endpoints and mount targets take one subnet of a zone.
    """
    (network,) = platform.of(Subnets)
    return [*private_subnets(platform), *map(Ref, network.further())]


def further_subnet_id(cidr: str, zone: int) -> str:
    return f"PrivateSubnet{zone}In{mark(cidr)}"


def dual_stack(platform: Platform) -> bool:
    """Whether what lies in public and private subnets may have IPv6 addresses."""
    return any(network.dual_stack for network in platform.of(Subnets))


def isolated_subnets(platform: Platform) -> list[Ref]:
    """For databases and caches: no way to or from the internet."""
    return _tier(platform, "Isolated")


def _tier(platform: Platform, tier: str) -> list[Ref]:
    (network,) = platform.of(Subnets)
    return [Ref(f"{tier}Subnet{zone}") for zone in range(1, network.count(tier) + 1)]
