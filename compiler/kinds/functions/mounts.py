"""File systems that a function sees as folders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import GetAtt, awslambda

from compiler.program.component import Platform
from compiler.shared.mountable import Mountable
from compiler.source.frozen import frozen


@frozen()
class Mount:
    """Where the function sees a file system, and through which of its access points."""

    path: str
    access_point: str | None


def file_systems(platform: Platform, mounts: Mapping[str, Mount]) -> Iterator[awslambda.FileSystemConfig]:
    """What may be mounted, and that mount targets are there first, is a matter of `uses`."""
    for one in platform.of(Mountable):
        mount = mounts.get(one.address)
        if mount:
            point = mount.access_point or one.points[0]
            arn = GetAtt(one.point_id(point), "Arn")
            yield awslambda.FileSystemConfig(Arn=arn, LocalMountPath=mount.path)
