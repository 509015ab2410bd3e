"""Package a file or folder as a zip that is the same on every machine; its S3 key is the hash of its content."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from compiler.program.artifact import Artifact
from compiler.source.frozen import frozen
from deployer.errors import DeployError, refused

MAX_UNZIPPED = 250 * 1024 * 1024
"""Bytes; AWS Lambda quota "Deployment package (.zip file archive) size", 250 MB unzipped."""

_AS_IT_IS = (".zip", ".jar", ".pem")
"""Endings of files that are uploaded unchanged: archives, and certificates of authorities."""
_EXCLUDED_FOLDERS = frozenset({"__pycache__", ".git"})
_EXCLUDED_SUFFIXES = frozenset({".pyc", ".pyo"})
_EXCLUDED_FILES = frozenset({".DS_Store"})
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that the zip format can hold."""


@frozen(eq=True)
class Package:
    """Bytes to upload, and the S3 key that names their content."""

    key: str
    body: bytes


@frozen(eq=True)
class _Entry:
    name: str
    path: Path
    mode: int


def package(artifact: Artifact, folder: Path) -> Package:
    """Zip `artifact.source`, relative to `folder`; an archive or a file of certificates is used as it is.

    Raises `DeployError` when the source is missing, empty, unreadable or over `MAX_UNZIPPED` bytes.
    """
    source = folder / artifact.source
    try:
        return _archive(source) if source.suffix in _AS_IT_IS and source.is_file() else _zip(artifact, source)
    except OSError as fault:
        raise _bad(artifact, f"cannot read '{artifact.source}': {fault.strerror}") from fault


def _archive(source: Path) -> Package:
    body = source.read_bytes()
    return Package(f"artifacts/{hashlib.sha256(body).hexdigest()}{source.suffix}", body)


def _zip(artifact: Artifact, source: Path) -> Package:
    entries = tuple(_entries(artifact, source))
    _check_size(artifact, entries)
    digest, buffer = hashlib.sha256(), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in entries:
            content = entry.path.read_bytes()
            # The key is taken from the content, not from the zip: zlib's output differs between its builds.
            digest.update(f"{len(entry.name)}:{entry.name}:{entry.mode:o}:{len(content)}:".encode())
            digest.update(content)
            archive.writestr(_info(entry), content)
    return Package(f"artifacts/{digest.hexdigest()}.zip", buffer.getvalue())


def _info(entry: _Entry) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(entry.name, _EPOCH)
    info.create_system = 3  # Unix, whatever the machine: only then the mode below counts
    info.external_attr = (0o100000 | entry.mode) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _entries(artifact: Artifact, source: Path) -> Iterator[_Entry]:
    if source.is_file():
        yield _entry(source, source.name)
        return
    if not source.is_dir():
        raise _bad(
            artifact,
            f"there is no file or folder '{artifact.source}'",
            "paths are relative to the folder of the spec",
        )
    names = sorted(_files(artifact, source))
    if not names:
        raise _bad(artifact, f"folder '{artifact.source}' has no file to package")
    yield from (_entry(source / name, name) for name in names)


def _entry(path: Path, name: str) -> _Entry:
    return _Entry(name, path, 0o755 if path.stat().st_mode & 0o100 else 0o644)


def _files(artifact: Artifact, source: Path) -> Iterator[str]:
    for where, folders, files in os.walk(source, onerror=_raise):
        folders[:] = [name for name in folders if name not in _EXCLUDED_FOLDERS]
        _check_links(artifact, Path(where), folders)
        yield from ((Path(where) / name).relative_to(source).as_posix() for name in files if _included(name))


def _raise(fault: OSError) -> None:
    raise fault


def _included(name: str) -> bool:
    return name not in _EXCLUDED_FILES and Path(name).suffix not in _EXCLUDED_SUFFIXES


def _check_links(artifact: Artifact, where: Path, folders: Sequence[str]) -> None:
    """A linked folder may lead in a cycle or out of the project, and leaving it out silently would break the code."""
    linked = [name for name in folders if (where / name).is_symlink()]
    if linked:
        raise _bad(artifact, f"'{linked[0]}' in '{artifact.source}' is a link to a folder", "copy it in")


def _check_size(artifact: Artifact, entries: Sequence[_Entry]) -> None:
    size = sum(entry.path.stat().st_size for entry in entries)
    if size > MAX_UNZIPPED:
        raise _bad(
            artifact,
            f"'{artifact.source}' has {size // 1024**2} MB, over the limit of 250 MB unzipped",
            "leave out what the code does not need, or use a container image",
        )


def _bad(artifact: Artifact, message: str, hint: str = "") -> DeployError:
    return refused(message, hint, "bad-artifact", artifact.component)
