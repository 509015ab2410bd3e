"""Clusters."""

from __future__ import annotations

from deployer.sandbox.seed import Seed

SEEDS = {"AWS::ECS::Cluster": Seed(("ecs", "_clusters"), lambda wanted: {"ClusterName": wanted.name})}
