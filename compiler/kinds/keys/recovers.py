"""How a key comes back in another region: only a replica that was made before decrypts what the key encrypted.

Source: KMS developer guide, "Multi-Region keys": a replica is made in the primary key's region.
"""

from __future__ import annotations

from compiler.meaning.recovery import Recovers, Wish
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec


def recovers(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Recovers:
    wanted = "" if component.settings["multi_region"] else "set 'multi_region: true' and "
    return Recovers(
        (), "multi_region", f"{wanted}replicate it to {wish.region} with 'replica_of' in an environment of that region"
    )
