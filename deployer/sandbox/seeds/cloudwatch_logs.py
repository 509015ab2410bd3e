"""Log groups."""

from __future__ import annotations

from deployer.sandbox.seed import Seed

SEEDS = {"AWS::Logs::LogGroup": Seed(("cloudwatch_logs", "_log_groups"), lambda wanted: {"LogGroupName": wanted.name})}
