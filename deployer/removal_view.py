"""What a removal would do, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployer.destroy import Removal


def removal_lines(removals: Mapping[str, Removal], name_region: bool) -> Iterator[str]:
    """Each stack with the resources that stay; its region where there are several, or where it was asked for."""
    for region, removal in removals.items():
        where = f" in {region}" if len(removals) > 1 or name_region else ""
        count, kept = len(removal.resources), len(removal.kept)
        yield f"{removal.stack.name}{where}: {count} resources, {kept} of them {'is' if kept == 1 else 'are'} retained"
        yield from (f"  {resource}" for resource in removal.kept)
