"""Kubernetes clusters."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, arn


def _cluster(wanted: Wanted) -> Properties:
    return {"Name": wanted.name, "ResourcesVpcConfig": {"SubnetIds": []}}


SEEDS = {"AWS::EKS::Cluster": Seed(("eks", "_clusters"), _cluster, looks=arn("eks", "cluster/"))}
