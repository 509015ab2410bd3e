"""Whether private subnets lead anywhere at all, by the settings of the network."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json

EVERYWHERE = "0.0.0.0/0"


def leads_out(network: Mapping[str, Json]) -> bool:
    """By NAT, or by a transit gateway that has the default route."""
    return network["nat"] != "none" or any(
        EVERYWHERE in one["cidrs"] and "private" in one["tiers"] for one in network["transit_gateways"].values()
    )
