"""The way from CloudFront to the internal load balancer, as a VPC origin.

Source: CloudFront developer guide, "Restrict access with VPC origins".
"""

from __future__ import annotations

from compiler.language.facts import fact
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.ingress import inside, internal_name, outside


def behind_vpc_origin(target: ResolvedComponent) -> bool:
    """Whether CloudFront reaches a component only through the internal load balancer."""
    return inside(target.settings) is not None and outside(target.settings) is None


def vpc_origin_id(spec: ResolvedSpec) -> str:
    """Logical id by protocol: AWS changes no VPC origin that a distribution uses, so another protocol needs another."""
    return "InternalHttpsVpcOrigin" if internal_name(spec) else "InternalVpcOrigin"


def prefix_list(spec: ResolvedSpec) -> str | None:
    """Prefix list with the addresses that CloudFront sends requests from: the configured one, or the region's."""
    named = (balancer.settings["cloudfront_prefix_list"] for balancer in spec.able("balance"))
    known = fact("cloudfront-prefix-lists").known().items()
    in_region = (name for name, about in known if about["region"] == spec.region)
    return next((name for name in named if name), next(in_region, None))
