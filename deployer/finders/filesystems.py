"""An existing file system of EFS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from compiler.source.json_value import Json
from deployer.question import Question


def find(question: Question) -> Mapping[str, Json]:
    """The security group of an EFS file system's mount targets, and its access points."""
    file_system = {"FileSystemId": question.id}
    targets = question.pages("efs", "describe_mount_targets", "MountTargets", **file_system)
    groups = [group for target in targets for group in _groups(question, target["MountTargetId"])]
    points = question.pages("efs", "describe_access_points", "AccessPoints", **file_system)
    return {"security_group": question.one_group(groups), "access_points": access_points(points)}


def _groups(question: Question, mount_target: str) -> list[str]:
    client = question.client("efs")
    response = question.ask(lambda: client.describe_mount_target_security_groups(MountTargetId=mount_target))
    return list(response["SecurityGroups"])


def access_points(points: Iterable[Json]) -> dict[str, str]:
    """Word → id: by name, else by the last folder of the path; by the id where two would have one word."""
    available = [point for point in points if point.get("LifeCycleState") == "available"]
    words = [_word(point) for point in available]
    return {
        word if word and words.count(word) == 1 else point["AccessPointId"]: point["AccessPointId"]
        for word, point in zip(words, available, strict=True)
    }


def _word(point: Json) -> str:
    """Lower-case words joined by hyphens, as names of components are; empty where nothing gives one."""
    folder = point.get("RootDirectory", {}).get("Path", "").rstrip("/").split("/")[-1]
    words = re.findall("[a-z0-9]+", (point.get("Name") or folder).lower())
    name = "-".join(words)[:32].rstrip("-")
    return name if re.match("[a-z]", name) else ""
