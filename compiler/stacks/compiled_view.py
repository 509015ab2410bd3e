"""What a compile wrote, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled


def compiled_lines(compiled: Sequence[Compiled], out: str) -> Iterator[str]:
    """A line a root: its resources, its nested stacks and where they were written."""
    for one in compiled:
        count = len(one.children)
        where = f" in {one.region}" if len(one.regions) > 1 else ""
        stacks = f"{count} nested stack{'s' if count != 1 else ''}"
        yield f"{one.environment}{where}: {_resources(one)} resources in {stacks} → {_folder(one, out)}"


def compiled_rows(compiled: Sequence[Compiled], out: str) -> list[dict[str, Json]]:
    """The same as JSON."""
    return [
        {
            "environment": one.environment,
            "region": one.region,
            "stack": one.stack_name,
            "resources": _resources(one),
            "nested_stacks": len(one.children),
            "folder": str(_folder(one, out)),
        }
        for one in compiled
    ]


def _resources(compiled: Compiled) -> int:
    return sum(len(template.body["Resources"]) for template in compiled.children)


def _folder(compiled: Compiled, out: str) -> Path:
    return Path(out, compiled.platform, compiled.environment)
