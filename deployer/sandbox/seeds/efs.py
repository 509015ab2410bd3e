"""File systems and access points."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted


def _access_point(wanted: Wanted) -> Properties:
    points = wanted.settings.get("access_points") or {}
    names = [name for name, point in points.items() if point == wanted.id]
    return {"FileSystemId": wanted.setting("name", ""), "RootDirectory": {"Path": f"/{names[0] if names else ''}"}}


SEEDS = {
    "AWS::EFS::FileSystem": Seed(("efs", "_file_systems"), lambda wanted: {"Encrypted": True}, looks="fs-[0-9a-f]+"),
    "AWS::EFS::AccessPoint": Seed(("efs", "_access_points"), _access_point),
}
