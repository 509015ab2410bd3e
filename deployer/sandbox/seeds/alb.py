"""Load balancers and their listeners, which answer 404."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, arn


def _load_balancer(wanted: Wanted) -> Properties:
    return {"Name": wanted.name.split("/")[1], "Type": "application", "SecurityGroups": _groups(wanted)}


def _groups(wanted: Wanted) -> list[str]:
    """The security group that the spec names beside the ARN."""
    sides = [one for one in wanted.settings.values() if isinstance(one, dict) and one.get("arn") == wanted.id]
    return [one["security_group"] for one in sides if one.get("security_group")]


def _listener(wanted: Wanted) -> Properties:
    """Its ARN is that of its load balancer with one more part (Elastic Load Balancing user guide, "Listeners")."""
    of_balancer = wanted.id.replace(":listener/", ":loadbalancer/").rsplit("/", 1)[0]
    refused = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    return {"LoadBalancerArn": of_balancer, "Port": 443, "Protocol": "HTTPS", "DefaultActions": [refused]}


def _arn(resource: str) -> str:
    return arn("elasticloadbalancing", resource)


SEEDS = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": Seed(
        ("alb", "_lbs"), _load_balancer, looks=_arn("loadbalancer/app/[^*?$:/]+/")
    ),
    "AWS::ElasticLoadBalancingV2::Listener": Seed(
        ("alb", "_listeners"), _listener, looks=_arn("listener/app/[^*?$:/]+/[^*?$:/]+/")
    ),
}
