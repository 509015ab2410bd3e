"""What is wrong with a key beyond its schema: a replica where its primary is, or that is a primary itself."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.arns import region_in


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    primary, default = component.settings["replica_of"], component.kind["properties"]["rotation_days"]["default"]
    if primary and region_in(primary) == spec.region:
        message = f"the primary key is in {spec.region}, as the replica would be"
        yield Fault("replica-region", message, ("replica_of",), "name a key of another region")
    if primary and component.settings["multi_region"]:
        message = "a replica is a multi-Region key by itself, and no primary"
        yield Fault("unused-setting", message, ("multi_region",), "remove one of the two")
    if primary and component.settings["rotation_days"] != default:
        message = "a replica rotates with its primary key, as that one's setting says"
        help_text = "set 'rotation_days' for the primary key, and remove it here"
        yield Fault("unused-setting", message, ("rotation_days",), help_text)
