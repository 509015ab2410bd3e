"""File systems, as those see them that mount one."""

from __future__ import annotations

from compiler.program.component import Component
from compiler.source.frozen import frozen


@frozen(kw_only=True)
class Mountable(Component):
    """What is mounted through access points."""

    @property
    def points(self) -> list[str]:
        """Names of the access points that users mount through."""
        raise NotImplementedError

    def point_id(self, name: str) -> str:
        """Logical id of an access point."""
        raise NotImplementedError
