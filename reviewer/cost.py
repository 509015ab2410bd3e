"""What a change costs as far as it is known without prices: resources that are billed as long as they exist.

Source: the pricing page of each service, which bills these by the hour or second whether or not they are used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from reviewer.causes import Causes
from reviewer.change import Change, Risk
from reviewer.reasons import place_behind
from reviewer.values import counted, joined, value_text

HOURLY: Mapping[str, str] = {
    "AWS::DocDB::DBInstance": "DocumentDB instance",
    "AWS::EC2::Instance": "EC2 instance",
    "AWS::EC2::NatGateway": "NAT gateway",
    "AWS::EKS::Cluster": "EKS cluster",
    "AWS::ElastiCache::ReplicationGroup": "cache",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "load balancer",
    "AWS::Neptune::DBInstance": "Neptune instance",
    "AWS::OpenSearchServerless::Collection": "OpenSearch collection",
    "AWS::OpenSearchService::Domain": "OpenSearch domain",
    "AWS::RDS::DBInstance": "database instance",
    "AWS::RDS::DBProxy": "database proxy",
    "AWS::SageMaker::Endpoint": "SageMaker endpoint",
}
"""Type → noun."""


_SIZES = frozenset({"CacheNodeType", "DBInstanceClass", "InstanceType"})
"""Properties of those types that have a price of their own for each value."""


def cost_risks(causes: Causes, changes: Sequence[Change]) -> Iterator[Risk]:
    """One line of what is billed by the hour from now on, one of what no longer is, and one for each other size."""
    count = Counter(_step(change) for change in changes if change.resource_type in HOURLY)
    nouns = sorted(HOURLY)
    more = [counted(count[kind, "Add"] - count[kind, "Remove"], HOURLY[kind]) for kind in nouns if _grows(count, kind)]
    less = [
        counted(count[kind, "Remove"] - count[kind, "Add"], HOURLY[kind]) for kind in nouns if _grows(count, kind, -1)
    ]
    if more:
        yield Risk("cost", "", f"billed by the hour from now on: {joined(more)}", serious=False)
    if less:
        yield Risk("cost", "", f"no longer billed by the hour: {joined(less)}", serious=False)
    yield from _other_prices(causes, changes)


def _other_prices(causes: Causes, changes: Sequence[Change]) -> Iterator[Risk]:
    for change in changes:
        resized = [one for one in change.details if one.top in _SIZES and one.before != one.after]
        if change.resource_type in HOURLY and change.action == "Modify" and resized:
            sizes = f"{value_text(resized[0].before)} → {value_text(resized[0].after)}"
            place = place_behind(causes, change, resized[0].top)
            yield Risk("cost", change.component, f"another price by the hour: {sizes}", place, serious=False)


def _step(change: Change) -> tuple[str, str]:
    return change.resource_type, change.action


def _grows(count: Counter[tuple[str, str]], kind: str, sign: int = 1) -> bool:
    return sign * (count[kind, "Add"] - count[kind, "Remove"]) > 0
