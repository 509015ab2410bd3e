"""Clusters."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, arn


def _cluster(wanted: Wanted) -> Properties:
    return {"ClusterName": wanted.name}


SEEDS = {"AWS::ECS::Cluster": Seed(("ecs", "_clusters"), _cluster, looks=arn("ecs", "cluster/"))}
