"""Domains, as those see them that answer under one."""

from __future__ import annotations

from compiler.program.component import Component, Platform, Value
from compiler.shared.aliases import AliasZone
from compiler.source.frozen import frozen


@frozen(kw_only=True)
class Site(Component):
    """A domain name with its zone and its certificate."""

    domain: str

    @property
    def certificate_id(self) -> str:
        """Logical id of the certificate."""
        raise NotImplementedError

    @property
    def zone_id(self) -> Value:
        raise NotImplementedError

    def alias_zone(self, platform: Platform) -> AliasZone:
        """The zone, for the records of what serves the domain."""
        raise NotImplementedError

    @property
    def hosts(self) -> tuple[str, ...]:
        """All names that the certificate is for, the domain first."""
        raise NotImplementedError


def domain_of(platform: Platform, name: str | None) -> Site | None:
    """The domain of that name, for what serves it; none for no name."""
    return next((one for one in platform.of(Site) if one.address == name), None)
