"""The capacity providers of a service: on demand, Spot, or a mix of both."""

from __future__ import annotations

from troposphere import ecs

from compiler.program.encode import alike
from compiler.source.frozen import frozen


@frozen()
class Capacity:
    """Tasks that are on demand in any case, and the weights of on demand and of Spot among all others."""

    base: int
    on_demand: int
    spot: int


def _share(spot: int) -> Capacity:
    """A share of Spot, in percent; below 100 the first task is on demand."""
    return Capacity(int(0 < spot < 100), 100 - spot, spot)


def strategy(wanted: Capacity | None, spot: int | bool) -> list[ecs.CapacityProviderStrategyItem]:
    """Always a strategy and never a launch type, so that another one changes the service in place."""
    capacity = wanted or _share(100 if spot is True else int(spot))
    weights = {"FARGATE": capacity.on_demand, "FARGATE_SPOT": capacity.spot}
    bases = (capacity.base if capacity.spot else 0, 0)
    return [
        _item(name, weight, base) for (name, weight), base in zip(weights.items(), bases, strict=True) if weight or base
    ]


@alike
def _item(name: str, weight: int, base: int) -> ecs.CapacityProviderStrategyItem:
    first = {"Base": base} if base else {}
    return ecs.CapacityProviderStrategyItem(CapacityProvider=name, Weight=weight, **first)
