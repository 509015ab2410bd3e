"""Compare what a spec compiles to with the files on disk, and tell apart how they come to differ."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from compiler.source.diagnostics import Diagnostic, Place
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.emit import MANIFEST, strays

Way = Literal["missing", "folder", "line-ends", "edited", "outdated", "extra", "unreadable"]
_TEXTS: Mapping[Way, str] = {
    "missing": "is missing",
    "folder": "is a folder instead of a file",
    "line-ends": "differs only in its line ends: CRLF instead of LF",
    "edited": "was edited after it was compiled",
    "outdated": "differs from what the spec compiles to",
    "extra": "is no longer part of the spec",
    "unreadable": "can't be read",
}
_LINE_ENDS = "to keep git from changing line ends, put this into .gitattributes: {folder}/** text eol=lf"


@frozen(eq=True)
class Difference:
    """A file that is not what the spec compiles to."""

    path: str
    way: Way
    about: str = ""
    """What is to say of it, where that is not the same for all files that differ in this way."""

    def __str__(self) -> str:
        return f"{self.path} {self.about or _TEXTS[self.way]}"

    def to_json(self) -> dict[str, Json]:
        return {"path": self.path, "difference": self.way}


def file_differences(files: Mapping[str, bytes], out: str, owned: Iterable[str]) -> Iterator[Difference]:
    """Each file below `out` that differs from `files`; `owned` are folders that hold nothing else."""
    compiled = _compiled(files, out)
    for name, content in sorted(files.items()):
        path = Path(out, name)
        try:
            way, about = _way(path, content, compiled.get(name)), ""
        except OSError as problem:
            way, about = "unreadable", f"can't be read: {problem.strerror}"
        if way:
            yield Difference(str(path), way, about)
    yield from (Difference(str(path), "extra") for path in strays(files, out, owned))


def _way(path: Path, content: bytes, compiled: str | None) -> Way | None:
    """How a file differs; `compiled` is the digest that the manifest beside it has."""
    if not path.is_file():
        return "folder" if path.is_dir() else "missing"
    found = path.read_bytes()
    if found == content:
        return None
    plain = found.replace(b"\r\n", b"\n")
    if plain == content:
        return "line-ends"
    return "edited" if compiled and compiled != hashlib.sha256(plain).hexdigest() else "outdated"


def _compiled(files: Iterable[str], out: str) -> dict[str, str]:
    """Template → the digest that it had when it was compiled, in the manifests on disk."""
    found: dict[str, str] = {}
    for name in files:
        folder, _, file = name.rpartition("/")
        if file == MANIFEST:
            found |= {f"{folder}/{template}": digest for template, digest in _digests(Path(out, name))}
    return found


def _digests(manifest: Path) -> Iterator[tuple[str, str]]:
    try:
        roots = json.loads(manifest.read_text(encoding="utf-8"))["roots"]
        for part in (part for root in roots for part in (root, *root["stacks"])):
            yield str(part["template"]), str(part["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return  # missing or edited itself


def command_again(spec: str, environments: Sequence[str], out: str, form: str) -> str:
    """The command that writes the files that `compile --check` looked at with these options."""
    options = [("--env", name) for name in environments]
    options += [("--out", out)] if out != "templates_out" else []
    options += [("--template-format", form)] if form != "json" else []
    return shlex.join(["stackwright", "compile", spec, *(word for option in options for word in option)])


def mending_lines(differences: Iterable[Difference], again: str, out: str) -> list[str]:
    """What to do about them, for people."""
    line_ends = any(one.way == "line-ends" for one in differences)
    return [f"run: {again}", *([_LINE_ENDS.format(folder=Path(out).as_posix())] if line_ends else ())]


def difference_diagnostics(spec: str, differences: Iterable[Difference], again: str) -> Iterator[Diagnostic]:
    """The same for the formats of CI systems, which take diagnostics."""
    for difference in differences:
        yield Diagnostic("output-differs", str(difference), Place(spec, 1, 1), suggestion=f"run: {again}")
