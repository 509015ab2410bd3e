"""What caches on nodes have alike: the subnets they lie in and their parameter group."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import elasticache

from compiler.kinds.caches.engines import family
from compiler.kinds.caches.settings import CacheSettings
from compiler.program.component import Platform
from compiler.shared.subnets import isolated_subnets


def subnet_group(cache: CacheSettings, platform: Platform) -> elasticache.SubnetGroup:
    return elasticache.SubnetGroup(
        cache.part("Subnets"),
        Description=f"Isolated subnets of {cache.name}",
        SubnetIds=isolated_subnets(platform),
    )


def parameter_group(cache: CacheSettings, fixed: Mapping[str, str]) -> elasticache.ParameterGroup:
    """The parameters of the spec, and those that follow from other settings."""
    parameters = {**{name: str(value) for name, value in cache.engine_parameters.items()}, **fixed}
    return elasticache.ParameterGroup(
        cache.part("Parameters"),
        Description=f"Parameters of {cache.name}",
        CacheParameterGroupFamily=family(cache.engine, cache.version),
        **({"Properties": parameters} if parameters else {}),
    )
