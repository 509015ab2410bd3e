"""A fleet with its scripted service, and the steps that people take."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from compiler.pipeline import compile_spec
from compiler.stacks.compiled import Compiled
from deployer.fleets.apply import apply_fleet_plan
from deployer.fleets.plan import Choices, FleetPlan, make_fleet_plan
from deployer.fleets.run import Ended, FleetOutcome
from deployer.fleets.state import read_state
from deployer.fleets.view import ended_lines, plan_lines, state_lines
from deployer.publish import Choice
from deployer.session import Aws
from tests.deployer.scripted_sets import Scripted

ACCOUNTS = ("111111111111", "222222222222", "333333333333")
REGIONS = ("us-east-1", "eu-west-1")
SPEC = """platform: PLATFORM
environments:
  prod:
    posture: production
    fleet:
      accounts: [ACCOUNTS]
      regions: [us-east-1, eu-west-1]
      concurrency: 2
      failure_tolerance: 10%
      MORE
queues:
  jobs: {retention_days: DAYS}
"""
UNITS = """platform: PLATFORM
environments:
  prod:
    posture: production
    fleet:
      organizational_units: [ou-ab12-34cd56ef]
      organization: o-a1b2c3d4e5
      regions: [us-east-1]
      delegated_administrator: true
      auto_deploy: true
queues:
  jobs: {retention_days: DAYS}
"""


class House:
    """One fleet of a platform with a name of its own, its scripted service, and the steps that people take."""

    def __init__(self, aws: Aws, folder: Path, text: str = SPEC) -> None:
        self.folder, self.text = folder, text.replace("PLATFORM", f"p{zlib.crc32(folder.name.encode())}")
        self.said: list[str] = []
        self.service = Scripted(self._template)
        self._real = aws
        self.aws = replace(aws, cloudformation=self.service.client(), poll_seconds=0.0)

    def _template(self, url: str) -> str:
        bucket, key = url.split("amazonaws.com/")[1].split("/", 1)
        return str(self._real.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode())

    def compiled(self, accounts: Sequence[str] = ACCOUNTS, days: int = 4, more: str = "") -> Compiled:
        text = self.text.replace("ACCOUNTS", ", ".join(f'"{one}"' for one in accounts))
        (self.folder / "spec.yaml").write_text(text.replace("DAYS", str(days)).replace("MORE", more))
        (root,) = compile_spec(str(self.folder / "spec.yaml"))
        return root

    def plan(self, root: Compiled | None = None, retain: bool = False, retry: bool = False) -> FleetPlan:
        choices = Choices(Choice(), self.folder, retain, retry)
        return make_fleet_plan(self.aws, root or self.compiled(), choices)

    def apply(self, plan: FleetPlan) -> FleetOutcome:
        return apply_fleet_plan(self.aws, plan, self.said.append, self.told)

    def told(self, ended: Ended) -> None:
        self.said += ended_lines(ended)

    def deploy(self, root: Compiled | None = None) -> FleetOutcome:
        return self.apply(self.plan(root))

    def shown(self, root: Compiled | None = None) -> str:
        fleet = (root or self.compiled()).fleet
        assert fleet
        name = self.compiled().stack_name
        return "\n".join(state_lines(name, read_state(self.aws, name, fleet), regions=fleet.regions))


def text(plan: FleetPlan) -> str:
    return "\n".join(plan_lines(plan))
