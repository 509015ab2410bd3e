"""Repositories."""

from __future__ import annotations

from deployer.sandbox.seed import Seed

SEEDS = {"AWS::ECR::Repository": Seed(("ecr", "_repositories"), lambda wanted: {"RepositoryName": wanted.name})}
