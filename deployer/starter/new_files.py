"""Write files where there are none: all of them or none, and nothing that is there is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from compiler.source.diagnostics import Diagnostic, Place, SpecError

_LISTS = frozenset({".gitignore"})
"""Files whose lines stand each for itself."""
_MOVE = "move it, then run this again"


def write_new(files: Mapping[str, str], root: Path) -> tuple[str, ...]:
    """Write each file below `root` that is not there with this content; returns their names.

    Raises `SpecError` with every file that is in the way, or when a file can't be written.
    """
    new = [name for name, text in files.items() if not _has(root / name, text)]
    blocked = [found for name in new for found in _in_the_way(root, name, files[name])]
    if blocked:
        raise SpecError(dict.fromkeys(blocked))
    _write({root / name: files[name] for name in new}, root)
    return tuple(new)


def _has(path: Path, text: str) -> bool:
    """Whether a file has this content already; of a list, whether it has all of these lines."""
    try:
        there = path.read_text(encoding="utf-8") if path.is_file() else None
    except (OSError, UnicodeDecodeError):
        return False
    if there is not None and path.name in _LISTS:
        return {*text.splitlines()} <= {*there.splitlines()}
    return there == text


def _in_the_way(root: Path, name: str, text: str) -> Iterator[Diagnostic]:
    path = root / name
    over = [folder for folder in path.parents if folder.is_relative_to(root) and folder != root]
    for found in (folder for folder in reversed(over) if _is_there(folder) and not folder.is_dir()):
        yield _refused(found.relative_to(root), "a folder is needed here, and this is a file", _MOVE)
    if _is_there(path):
        lines = f"add to it the lines {' '.join(text.splitlines())}, then run this again"
        suggestion = lines if path.name in _LISTS else _MOVE
        yield _refused(path.relative_to(root), "this file is in the way, and nothing is overwritten", suggestion)


def _is_there(path: Path) -> bool:
    """A link that leads nowhere is there too."""
    return path.is_symlink() or path.exists()


def _refused(name: Path, message: str, suggestion: str) -> Diagnostic:
    return Diagnostic("file-in-the-way", message, Place(name.as_posix(), 1, 1), suggestion=suggestion)


def _write(files: Mapping[Path, str], root: Path) -> None:
    """Everything is first written beside its place; what fails leaves nothing behind."""
    beside = {path: path.with_name(f".{path.name}.new") for path in files}
    folders = [folder for path in files for folder in reversed(path.parents) if not folder.exists()]
    placed: list[Path] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside[path].write_text(text, encoding="utf-8", newline="")
        for path in files:
            beside[path].replace(path)
            placed.append(path)
    except OSError as problem:
        _undo([*placed, *beside.values()], folders)
        place = Place(str(problem.filename or root), 1, 1)
        message = f"the file can't be written: {problem.strerror}"
        raise SpecError([Diagnostic("unwritable-output", message, place)]) from None


def _undo(files: list[Path], folders: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
    for folder in reversed([*dict.fromkeys(folders)]):
        if folder.is_dir():
            folder.rmdir()
