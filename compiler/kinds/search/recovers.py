"""How a search comes back in another region: AWS copies neither a domain's snapshots nor collections there."""

from __future__ import annotations

from compiler.meaning.recovery import Recovers, Wish
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec


def recovers(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Recovers:
    return Recovers((), "", "")
