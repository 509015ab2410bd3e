"""What an image is built from: files of the context, as they are on every machine, and the hash of all of it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from compiler.program.built_image import BuiltImage
from compiler.source.frozen import frozen
from deployer.errors import DeployError, refused
from deployer.images.ignored import Rule, left_out, rules

_FORM = 1
"""Of what is hashed: another one gives every image another tag."""
_OLD = 315_532_800
"""Of each file that is built from, 1980: a time of its own would be in the image's layers."""
_IGNORE = ".dockerignore"


@frozen(eq=True)
class _Entry:
    name: str
    """Relative to the context, with ``/``."""
    kind: str
    """``file``, ``program`` or ``link``: owners, times and other rights are not the same on every machine."""


@frozen(eq=True)
class Context:
    """The files of one image, and how it is built from them."""

    image: BuiltImage
    folder: Path
    entries: tuple[_Entry, ...]
    digest: str
    """SHA-256 of the files, the arguments, the target and the platform."""

    @property
    def tag(self) -> str:
        return self.digest[:32]

    def copy_to(self, folder: Path) -> None:
        """Exactly what was hashed: a builder sees nothing else."""
        for entry in self.entries:
            source, copy = self.folder / entry.name, folder / entry.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if entry.kind == "link":
                copy.symlink_to(os.readlink(source))  # noqa: PTH115
                continue
            shutil.copyfile(source, copy)
            copy.chmod(0o755 if entry.kind == "program" else 0o644)
        for path in (folder, *folder.rglob("*")):
            os.utime(path, (_OLD, _OLD), follow_symlinks=False)
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)


def read_context(image: BuiltImage, spec_dir: Path) -> Context:
    """Raises `DeployError` when there is nothing to build from, or it can't be read."""
    folder = spec_dir / image.context
    try:
        _check(image, folder)
        entries = tuple(sorted(_entries(image, folder), key=lambda one: one.name))
        return Context(image, folder, entries, _digest(image, folder, entries))
    except OSError as fault:
        raise _bad(image, f"cannot read '{image.context}': {fault.strerror}") from fault


def _check(image: BuiltImage, folder: Path) -> None:
    if not folder.is_dir():
        raise _bad(image, f"there is no folder '{image.context}'", "paths are relative to the folder of the spec")
    if not (folder / image.file).is_file():
        message = f"there is no file '{image.file}' in '{image.context}'"
        raise _bad(image, message, "add it, or name another one with 'file'")


def _entries(image: BuiltImage, folder: Path) -> Iterator[_Entry]:
    """The Dockerfile is there for the builder whatever is left out."""
    yield _Entry(image.file, "file")
    wanted = _rules(image, folder)
    for name in _names(folder, wanted):
        if name != image.file and not left_out(name, wanted):
            yield from _entry(folder / name, name)


def _rules(image: BuiltImage, folder: Path) -> tuple[Rule, ...]:
    """A file beside the Dockerfile, named after it, goes before the one of the context."""
    for path in (folder / f"{image.file}{_IGNORE}", folder / _IGNORE):
        if path.is_file():
            try:
                return rules(path.read_text(encoding="utf-8"))
            except ValueError as fault:
                raise _bad(
                    image, f"'{path.name}' in '{image.context}' has a line that is no pattern: {fault}"
                ) from fault
    return ()


def _names(folder: Path, wanted: Sequence[Rule]) -> Iterator[str]:
    """Folders that are links are entries of their own; those that nothing takes in again are not looked into."""
    whole = any(rule.exception for rule in wanted)
    for where, folders, files in os.walk(folder, onerror=_raise):
        here = Path(where).relative_to(folder)
        linked = [name for name in folders if (Path(where) / name).is_symlink()]
        yield from ((here / name).as_posix() for name in (*files, *linked))
        folders[:] = [name for name in folders if whole or not left_out((here / name).as_posix(), wanted)]


def _raise(fault: OSError) -> None:
    raise fault


def _entry(path: Path, name: str) -> Iterator[_Entry]:
    """Sockets and devices are no part of a context."""
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        yield _Entry(name, "link")
    elif stat.S_ISREG(mode):
        yield _Entry(name, "program" if mode & 0o100 else "file")


def _digest(image: BuiltImage, folder: Path, entries: Sequence[_Entry]) -> str:
    """Each part is told by its length or its own hash, so that no two contexts give the same bytes."""
    how = [_FORM, image.file, sorted(image.args.items()), image.target, image.platform]
    found = hashlib.sha256(json.dumps(how).encode())
    for entry in entries:
        found.update(json.dumps([entry.name, entry.kind, _content(folder / entry.name, entry.kind)]).encode())
    return found.hexdigest()


def _content(path: Path, kind: str) -> str:
    if kind == "link":
        return os.readlink(path)  # noqa: PTH115
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bad(image: BuiltImage, message: str, hint: str = "") -> DeployError:
    return refused(message, hint, "bad-context", image.component)
