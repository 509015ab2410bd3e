"""The report of `compile`: which templates were written, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from compiler.language.fleet import Fleet
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled


def compiled_lines(compiled: Sequence[Compiled], out: str) -> Iterator[str]:
    """One line for each root: its number of resources and nested stacks, and the folder."""
    for root in compiled:
        count = len(root.children)
        where = f" in {root.region}" if len(root.regions) > 1 else ""
        stacks = f"{count} nested stack{'s' if count != 1 else ''}"
        stacks = _of_fleet(root.fleet, stacks if count else "one template") if root.fleet else stacks
        yield f"{root.environment}{where}: {_resources(root)} resources in {stacks} → {_folder(root, out)}"


def _of_fleet(fleet: Fleet, stacks: str) -> str:
    units, accounts, regions = len(fleet.organizational_units), len(fleet.accounts), len(fleet.regions)
    who = _counted(accounts, "account") if accounts else _counted(units, "organizational unit")
    return f"{stacks}, for {who} × {_counted(regions, 'region')}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"


def compiled_rows(compiled: Sequence[Compiled], out: str) -> list[dict[str, Json]]:
    """The same as JSON."""
    return [
        {
            "environment": root.environment,
            "region": root.region,
            "stack": root.stack_name,
            "resources": _resources(root),
            "nested_stacks": len(root.children),
            "folder": str(_folder(root, out)),
        }
        for root in compiled
    ]


def _resources(compiled: Compiled) -> int:
    return sum(len(template.body["Resources"]) for template in compiled.children or compiled.templates)


def _folder(compiled: Compiled, out: str) -> Path:
    return Path(out, compiled.platform, compiled.environment)
