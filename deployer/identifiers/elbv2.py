"""Load balancers: their ARN, by their name."""

from __future__ import annotations

from deployer.question import maybe
from deployer.session import Aws


def _load_balancer(aws: Aws, name: str) -> str | None:
    if name.startswith("arn:"):
        return name
    found = maybe(lambda: aws.client("elbv2", aws.region).describe_load_balancers(Names=[name])["LoadBalancers"])
    return str(found[0]["LoadBalancerArn"]) if found else None


NAMED = {"AWS::ElasticLoadBalancingV2::LoadBalancer": _load_balancer}
