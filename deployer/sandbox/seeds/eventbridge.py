"""Event buses."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, arn


def _bus(wanted: Wanted) -> Properties:
    return {"Name": wanted.name}


SEEDS = {"AWS::Events::EventBus": Seed(("eventbridge", "_event_buses"), _bus, looks=arn("events", "event-bus/"))}
