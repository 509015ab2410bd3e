"""What platforms above may import; `compiler.program.exported` writes the values beside each component."""

from __future__ import annotations

from collections.abc import Iterable

from troposphere import AWSObject

from compiler.program.component import Component, Platform
from compiler.source.frozen import frozen


@frozen(kw_only=True)
class Export(Component):
    """One component under the name that platforms above know it by."""

    component: str | None

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        return ()

    def answering_ids(self, platform: Platform) -> Iterable[str]:
        return ()


KIND = Export
