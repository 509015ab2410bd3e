"""Checks of repositories: settings of images in one of code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.source.json_value import Json


def check(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["content"] == "code" and data["mutable_tags"]:
        yield Fault("unused-setting", "code has no tags of images", ("mutable_tags",), "take it out")
