"""Checks of repositories: settings of images in one of code."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    if data["content"] == "code" and data["mutable_tags"]:
        yield Fault("unused-setting", "code has no tags of images", ("mutable_tags",), "remove it")
