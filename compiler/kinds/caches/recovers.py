"""How a cache comes back in another region: one that keeps data has no copy there, and others start empty."""

from __future__ import annotations

from compiler.meaning.recovery import Recovers, Wish
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec


def recovers(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Recovers | None:
    """Snapshots stay in their region (ElastiCache user guide, exporting a backup): a person exports and copies them."""
    return Recovers((), "keeps_data", "") if component.settings["keeps_data"] else None
