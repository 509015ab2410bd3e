"""Paths and fingerprints of diagnostics as CI systems want them: relative, and the same from run to run."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from compiler.source.diagnostics import Diagnostic


def relative(file: str) -> str:
    """A file's path from the folder that the command runs in, with slashes: the only form that CI systems lead back."""
    return Path(os.path.relpath(file)).as_posix()


def fingerprinted(diagnostics: Iterable[Diagnostic]) -> Iterator[tuple[Diagnostic, str]]:
    """Each diagnostic with what identifies it whatever line it moves to; equal ones are counted, so none is twice."""
    seen: Counter[str] = Counter()
    for found in diagnostics:
        file = relative(found.place.file) if found.place.file else ""
        _, *inner = found.resource.split("/")[1:] or [""]
        about = [found.code, file, found.component, found.setting, "/".join(inner), found.message]
        identity = json.dumps(about)
        seen[identity] += 1
        digest = hashlib.sha256(f"{identity}{seen[identity]}".encode())
        yield found, digest.hexdigest()[:32]
