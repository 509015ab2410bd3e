"""VPCs, subnets, security groups and endpoints."""

from __future__ import annotations

from ipaddress import ip_network

from deployer.sandbox.seed import Properties, Seed, Wanted

_TIERS = ("public", "private", "isolated")


def _vpc(wanted: Wanted) -> Properties:
    return {"CidrBlock": wanted.setting("cidr", "10.0.0.0/16"), "EnableDnsSupport": True, "EnableDnsHostnames": True}


def _subnet(wanted: Wanted) -> Properties:
    """The subnets of a tier are in one zone each, in their order."""
    tiers = [wanted.settings.get(tier) or [] for tier in _TIERS]
    known = list(dict.fromkeys(subnet for tier in tiers for subnet in tier))
    place = next((tier.index(wanted.id) for tier in tiers if wanted.id in tier), 0)
    return {
        "VpcId": wanted.setting("vpc", ""),
        "CidrBlock": _range(wanted.setting("cidr", "10.0.0.0/16"), known.index(wanted.id) if known else 0),
        "AvailabilityZone": wanted.region + "abcdef"[place % 6],
    }


def _range(cidr: str, number: int) -> str:
    """One of the ranges that the VPC's is divided into."""
    whole = ip_network(cidr)
    return str(list(whole.subnets(new_prefix=min(whole.prefixlen + 5, 28)))[number])


def _group(wanted: Wanted) -> Properties:
    return {"GroupName": f"existing-{wanted.id}", "GroupDescription": "Existing security group"}


def _endpoint(wanted: Wanted) -> Properties:
    return {"VpcEndpointType": "Interface", "ServiceName": f"com.amazonaws.{wanted.region}.execute-api"}


SEEDS = {
    "AWS::EC2::VPC": Seed(("ec2", "_vpcs"), _vpc, looks="vpc-[0-9a-f]+"),
    "AWS::EC2::Subnet": Seed(("ec2", "_subnets"), _subnet, looks="subnet-[0-9a-f]+"),
    "AWS::EC2::SecurityGroup": Seed(("ec2", "_security_groups"), _group, looks="sg-[0-9a-f]+"),
    "AWS::EC2::VPCEndpoint": Seed(("ec2", "_vpc_endpoints"), _endpoint, looks="vpce-[0-9a-f]+"),
}
