"""Log groups."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted


def _group(wanted: Wanted) -> Properties:
    """An ARN may end with ``:*``, which stands for the streams of the group."""
    return {"LogGroupName": _name(wanted)}


def _name(wanted: Wanted) -> str:
    return wanted.name.removesuffix(":*")


SEEDS = {"AWS::Logs::LogGroup": Seed(("cloudwatch_logs", "_log_groups"), _group, _name)}
