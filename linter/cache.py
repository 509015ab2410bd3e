"""Cache cfn-lint's findings, so that unchanged templates are not linted again."""

from __future__ import annotations

import contextlib
import datetime
import functools
import hashlib
import importlib.util
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from compiler.source.whole_file import write_whole
from linter.around import Around
from linter.finding import Finding
from linter.home import home

_SETTINGS = (".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml")


class Cache:
    """One file a verdict in `folder`. Its name covers all that cfn-lint's answer depends on."""

    def __init__(self, folder: Path, around: Around, tool: Iterable[Path] | None = None) -> None:
        """`tool` has the files that decide over the verdicts of another tool than cfn-lint."""
        self._folder = folder
        self._tool = None if tool is None else b"another tool\0" + _read(tool)
        self.around = around

    def read(self, name: str, files: Mapping[str, bytes]) -> tuple[Finding, ...] | None:
        """The verdict on the template `name` of `files`, or None when there is none."""
        try:
            rows = json.loads(self._file(name, files).read_bytes())
            found = tuple(Finding(**{**row, "template": name}) for row in rows)
        except (OSError, ValueError, TypeError, RecursionError):
            return None  # absent, or written by another version: lint again
        return found if isinstance(rows, list) and all(map(Finding.sound, found)) else None

    def write(self, name: str, files: Mapping[str, bytes], findings: tuple[Finding, ...]) -> None:
        """Keep a verdict; a cache that can't be written only costs time."""
        path = self._file(name, files)
        rows = [asdict(finding) for finding in findings]
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, json.dumps(rows).encode())

    def _file(self, name: str, files: Mapping[str, bytes]) -> Path:
        digest = hashlib.sha256()
        for part in (
            _surroundings() if self._tool is None else self._tool,
            *self.around.of(name),
            name.rpartition("/")[2].encode(),
            files[name],
        ):
            digest.update(hashlib.sha256(part).digest())
        if name.endswith("/root.template.json"):
            folder = name.rpartition("/")[0]
            for child in sorted(one for one in files if one.startswith(f"{folder}/") and one != name):
                digest.update(hashlib.sha256(files[child]).digest())
        return self._folder / f"{digest.hexdigest()}.json"


@functools.cache
def _surroundings() -> bytes:
    """What decides besides the template: cfn-lint, its schemas and settings, our rules, the day (runtimes grow old)."""
    return datetime.datetime.now(datetime.UTC).date().isoformat().encode() + _read(_deciding_files())


def _read(files: Iterable[Path]) -> bytes:
    return b"\0".join(map(_content, files))


def _content(file: Path) -> bytes:
    """Of a file that is not there, or that nobody may read, nothing."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _deciding_files() -> Iterator[Path]:
    yield from _own_rules()
    spec = importlib.util.find_spec("cfnlint")
    if spec and spec.origin:
        package = Path(spec.origin).parent
        yield package / "version.py"
        yield package / "data" / "schemas" / "version.json"
    here = home()
    caches = (here / ".cache", here / "Library" / "Caches") if here else ()
    given = os.environ.get("XDG_CACHE_HOME")
    for cache in (*([given] if given else ()), *caches):
        # a newer set of schemas that `cfn-lint --update-specs` fetched is used instead of the packaged one
        yield from sorted(Path(cache, "aws", "cfn-lint", "schemas").rglob("version.json"))
    for folder in (here, Path()):
        yield from (folder / name for name in _SETTINGS if folder)


def _own_rules() -> Iterator[Path]:
    """The files of our rules, and of what they share."""
    for package in ("linter.own", "linter.rules"):
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            yield from sorted(Path(folder).glob("*.py"))
    variables = importlib.util.find_spec("compiler.meaning.variable_rules")
    if variables and variables.origin:
        yield Path(variables.origin)
