"""Parameters. What they hold is not known to the spec: the value of the stand-in is its own name."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted


def _parameter(wanted: Wanted) -> Properties:
    return {"Name": wanted.name, "Type": "String", "Value": wanted.name}


SEEDS = {"AWS::SSM::Parameter": Seed(("ssm", "_parameters"), _parameter)}
