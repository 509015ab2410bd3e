"""Hosted zones that are made: the networks of a private one, and the delegation to a public one."""

from __future__ import annotations

from troposphere import GetAtt, Ref, route53

from compiler.program.component import Component, Platform
from compiler.shared.security_groups import VPC_ID
from compiler.shared.sites import Site
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_TTL = "172800"
"""What is usual for NS records (Route 53 developer guide, "Routing traffic for subdomains")."""


@frozen()
class Network:
    """A VPC beside the platform's own."""

    id: str
    region: str | None


@frozen()
class Zone:
    """A zone to make, or the id of one that is there."""

    create: bool
    id: str | None
    private: bool
    vpcs: tuple[Network, ...]
    delegated_in: str | None


def networks(zone: Zone, platform: Platform) -> dict[str, Json]:
    """The VPCs that resolve the names of a private zone; none for a public one."""
    if not zone.private:
        return {}
    own = route53.HostedZoneVPCs(VPCId=Ref(VPC_ID), VPCRegion=platform.region)
    others = [route53.HostedZoneVPCs(VPCId=one.id, VPCRegion=one.region or platform.region) for one in zone.vpcs]
    return {"VPCs": [own, *others]}


def delegation_id(domain: Component) -> str:
    return f"{domain.stem}Delegation"


def delegation(domain: Site, zone_id: str, parent: str) -> route53.RecordSetType:
    """The record in the zone above, beside the new zone in its region."""
    return route53.RecordSetType(
        delegation_id(domain),
        HostedZoneId=parent,
        Name=domain.domain,
        Type="NS",
        TTL=_TTL,
        ResourceRecords=GetAtt(zone_id, "NameServers"),
    )
