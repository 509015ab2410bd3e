"""Volumes of a task: folders of EFS file systems, and empty ones that its containers share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import Ref, ecs

from compiler.language.address import name_of
from compiler.program.component import Platform
from compiler.shared.mountable import Mountable
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class Mount:
    """Where a file system appears in a container."""

    path: str
    access_point: str | None
    read_only: bool


def task_volumes(platform: Platform, mounts: Mapping[str, Mount], shared: Iterable[str]) -> dict[str, Json]:
    """All volumes of a task definition."""
    found = [_file_system(platform, address, mount) for address, mount in sorted(mounts.items())]
    found += [ecs.Volume(Name=name) for name in sorted(shared)]
    return {"Volumes": found} if found else {}


def _file_system(platform: Platform, address: str, mount: Mount) -> ecs.Volume:
    """Through an access point, as the task's role, over TLS (ECS developer guide, "Using Amazon EFS volumes")."""
    target = platform.components[address]
    assert isinstance(target, Mountable)
    point = mount.access_point or target.points[0]
    return ecs.Volume(
        Name=target.name,
        EFSVolumeConfiguration=ecs.EFSVolumeConfiguration(
            FilesystemId=Ref(target.main_id),
            TransitEncryption="ENABLED",
            AuthorizationConfig=ecs.AuthorizationConfig(AccessPointId=Ref(target.point_id(point)), IAM="ENABLED"),
        ),
    )


def mount_points(mounts: Mapping[str, Mount], volumes: Mapping[str, str]) -> dict[str, Json]:
    """Where a container sees the volumes."""
    found = [
        ecs.MountPoint(SourceVolume=name_of(address), ContainerPath=one.path, ReadOnly=one.read_only)
        for address, one in sorted(mounts.items())
    ]
    found += [
        ecs.MountPoint(SourceVolume=name, ContainerPath=path, ReadOnly=False) for name, path in sorted(volumes.items())
    ]
    return {"MountPoints": found} if found else {}
