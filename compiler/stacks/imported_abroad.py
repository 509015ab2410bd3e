"""Values of platforms below in other regions than the platform's own, which is the only one that has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.program.component import Platform
from compiler.program.program import Program
from compiler.source.diagnostics import Diagnostic


def imported_abroad(platform: Platform, program: Program, region_of: Mapping[str, str]) -> Iterator[Diagnostic]:
    """A fault for each component that needs an imported value where AWS wants its resource."""
    for name, resource in program.resources.items() if platform.document.imported else ():
        read = sorted(target.logical_id for target in resource.targets)
        values = [platform.document.imported[one] for one in read if one in platform.document.imported]
        if values and region_of[name] != platform.region:
            owner, value = platform.components[resource.component].path, values[0]
            message = f"needs '{value.export}' of {value.platform} in {region_of[name]}, which exports it to "
            place = platform.document.key_place(tuple(owner.split(".")))
            help_text = f"use a component of this platform, or describe {value.component} with 'existing'"
            yield Diagnostic("imported-elsewhere", f"{message}{platform.region} alone", place, owner, help_text)
