"""Imported resources keep their names in the sandbox when they are updated.

ministack derives the name of a resource whose template gives none from its stack, its logical id and a seed that it
keeps with the resource, each time anew. What was imported has another name, so its first update would replace it, which
AWS does not do. Here the seed carries the name; a replacement has a seed of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compiler.source.json_value import Json

_IMPORTED = "imported:"


def keep_imported_names(provisioners: Json, changesets: Json) -> None:
    """Let ministack remember the names of what it imports, and use them."""
    provisioners._physical_name = _naming(provisioners._physical_name, provisioners._NAME_SEED)
    changesets._import_resources_async = _remembering(changesets._import_resources_async)


def _naming(generated: Callable[..., str], seed: ContextVar[str]) -> Callable[..., str]:
    def physical_name(*arguments: Json, **options: Json) -> str:
        if seed.get().startswith(_IMPORTED):
            return seed.get().removeprefix(_IMPORTED)
        return generated(*arguments, **options)

    return physical_name


def _remembering(imported: Callable[..., Json]) -> Callable[..., Json]:
    async def import_resources(change_set: Json, stack: Json, new_stack: bool) -> None:
        await imported(change_set, stack, new_stack)
        for entry in change_set["_resources_to_import"]:
            record = stack["_resources"].get(entry["LogicalResourceId"])
            if record:
                name = record["PhysicalResourceId"].rpartition("/")[2].rpartition(":")[2]
                record["_name_seed"] = f"{_IMPORTED}{name}"

    return import_resources
