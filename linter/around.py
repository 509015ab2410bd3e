"""What decides over a verdict and does not stand in the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from compiler.source.frozen import frozen


@frozen(eq=True)
class Around:
    """The region, and how strict each environment is."""

    region: str
    postures: Mapping[str, str] = field(default_factory=dict)
    """The folder of an environment, ``rayman-portfolio/prod``, → its posture."""

    def posture(self, name: str) -> str:
        """The posture for the template `name`; empty if nobody knows it."""
        return self.postures.get("/".join(name.split("/")[:2]), "")

    def of(self, name: str) -> tuple[bytes, bytes]:
        """Both of them for the template `name`."""
        return self.region.encode(), self.posture(name).encode()
