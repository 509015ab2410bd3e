"""Paths of code and of build contexts: relative to the folder of the spec, known before the deployment."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.source.document import Path
from compiler.source.interpolation import OPEN


def path_faults(said: str, setting: tuple[str, str], path: Path) -> Iterator[Fault]:
    """`setting` is its name, and an example of a path."""
    name, example = setting
    normal = posixpath.normpath(said)
    if OPEN in said:
        message = f"'{name}' is a path known before deployment: it can't have an attribute of a component"
        yield Fault("bad-path", message, path, "only ${env}, ${platform} and ${region} are allowed here")
    elif posixpath.isabs(normal) or normal.startswith("~") or "\\" in said or ":" in said:
        help_text = f"write it from the folder of the spec, with /: ./{example}"
        yield Fault("bad-path", f"'{name}' must be a relative path, not '{said}'", path, help_text)
    elif normal.split("/").count("..") > 2:
        help_text = "keep the code in the repository of the spec: at most two .."
        yield Fault("bad-path", f"'{name}' leads out of the repository: '{said}'", path, help_text)
