"""Platforms below; `compiler.program.imported` reads their values, and records which of them are used."""

from __future__ import annotations

from collections.abc import Iterable

from troposphere import AWSObject

from compiler.program.component import Component, Platform
from compiler.source.frozen import frozen


@frozen(kw_only=True)
class Import(Component):
    """One environment of another platform."""

    platform: str
    environment: str
    components: tuple[str, ...] | None

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        """Its one resource is made of what all others read."""
        return ()

    def answering_ids(self, platform: Platform) -> Iterable[str]:
        return ()


KIND = Import
