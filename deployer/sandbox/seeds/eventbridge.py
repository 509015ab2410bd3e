"""Event buses."""

from __future__ import annotations

from deployer.sandbox.seed import Seed

SEEDS = {"AWS::Events::EventBus": Seed(("eventbridge", "_event_buses"), lambda wanted: {"Name": wanted.name})}
