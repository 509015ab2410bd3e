"""Disk, volumes and file systems of a task."""

from __future__ import annotations

from compiler.source.json_value import Json
from deployer.migration.draft import Draft, slug
from deployer.migration.part import Part

_INCLUDED = 20
"""GiB that Fargate gives by itself."""
_FILES = "files"
"""Copilot has one file system in an environment, with an access point for each service that mounts it."""


def storage(part: Part, draft: Draft, name: str, uses: dict[str, Json]) -> dict[str, Json]:
    """The settings of `storage`, of the manifest and of its main container."""
    inner = part.part("storage")
    disk = inner.number("ephemeral")
    found: dict[str, Json] = {"storage_gb": disk if disk and disk > _INCLUDED else None}
    found["read_only_root"] = True if inner.flag("readonly_fs") else None
    volumes: dict[str, Json] = {}
    mounts: dict[str, Json] = {}
    for volume in inner.names("volumes"):
        _volume(inner.part("volumes", volume), draft, name, (volumes, mounts))
    if mounts:
        uses[f"filesystems.{_FILES}"] = "mount"
    return {**found, "volumes": volumes or None, "mounts": mounts or None}


def _volume(part: Part, draft: Draft, name: str, found: tuple[dict[str, Json], dict[str, Json]]) -> None:
    volumes, mounts = found
    path, read_only = part.text("path"), part.flag("read_only")
    efs = part.look("efs")
    if path is None:
        draft.lost(part.place(), "this volume has no path", "add `volumes` or `mounts` to the service")
        part.take()
    elif efs is None or efs is False:
        part.take("efs")
        volumes[slug(str(part.path[-1]))] = path
    elif isinstance(efs, dict) and part.look("efs", "id") is not None:
        _existing(part, draft)
    else:
        mounts[f"filesystems.{_FILES}"] = _managed(part, draft, name, path, read_only is not False)


def _existing(part: Part, draft: Draft) -> None:
    part.take("efs")
    told = f"the file system {part.look('efs', 'id')} exists, and has to be looked up before it is mounted"
    help_text = (
        "add it as `filesystems: {…: {existing: {id: fs-…}}}` with `uses` and `mounts` of the service, "
        "and run `stackwright lookup`"
    )
    draft.lost(part.place("efs"), told, help_text)


def _managed(part: Part, draft: Draft, name: str, path: str, read_only: bool) -> dict[str, Json]:
    """The mount; the file system gets the access point of this service."""
    point = {"uid": part.number("efs", "uid"), "gid": part.number("efs", "gid")} if part.names("efs") else {}
    part.take("efs")
    there = draft.sections.get("filesystems", {}).get(_FILES, {})
    points = {**there.get("access_points", {}), name: {key: value for key, value in point.items() if value is not None}}
    draft.put("filesystems", _FILES, {"access_points": points}, part.place("efs"))
    told = "the spec makes a new, empty file system"
    help_text = "copy the files with AWS DataSync, or take the old one with `existing`"
    draft.changed(part.place("efs"), told, help_text)
    return {"path": path, "access_point": name, **({"read_only": True} if read_only else {})}
