"""The region in which the platform's data is copied, and the key that encrypts the copies there."""

from __future__ import annotations

from compiler.program.component import Component, Platform, Value
from compiler.source.frozen import frozen


@frozen(kw_only=True)
class RecoveryRegion(Component):
    """The component that has the key; `compiler.meaning.recovery` reads its other settings."""

    region: str

    @property
    def key_arn(self) -> Value:
        raise NotImplementedError


def copy_key(platform: Platform, region: str, stated: str | None) -> Value:
    """The stated key, or the platform's own in `region`; that there is one of the two is checked by `copy_keys`."""
    own = [one.key_arn for one in platform.of(RecoveryRegion) if one.region == region]
    return stated or own[0]
