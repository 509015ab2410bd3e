"""What can be wrong around a command."""

from __future__ import annotations

import os
import pwd
import resource
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from tests.surroundings.running import Surrounding, no_rights_of_root


def _nobody_reads() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    os.dup2(writing, 1)
    os.close(writing)


def _full(number: int) -> Surrounding:
    return lambda: _ignored(os.dup2(os.open("/dev/full", os.O_WRONLY), number))


def _closed(*numbers: int) -> Surrounding:
    def close() -> None:
        for number in numbers:
            os.close(number)

    return close


def _no_home() -> None:
    def nobody(_number: int) -> NoReturn:
        raise KeyError

    os.environ.pop("HOME", None)
    pwd.getpwuid = nobody


def _home_of_another() -> None:
    Path("home").mkdir()
    os.environ["HOME"] = str(Path("home").absolute())
    Path("home").chmod(0)
    no_rights_of_root()


def _ascii() -> None:
    os.environ |= {"PYTHONIOENCODING": "ascii", "LANG": "xx_YY.nothing", "LC_ALL": "C"}


def _read_only_home() -> None:
    Path("home").mkdir()
    os.environ["HOME"] = str(Path("home").absolute())
    Path("home").chmod(0o500)
    no_rights_of_root()


SAME: Mapping[str, Surrounding] = {
    "nobody reads the output": _nobody_reads,
    "standard input is closed": _closed(0),
    "standard output is closed": _closed(1),
    "standard error is closed": _closed(2),
    "all streams are closed": _closed(0, 1, 2),
    "standard error is full": _full(2),
    "there is no home": _no_home,
    "the home is another's": _home_of_another,
    "the home is read-only": _read_only_home,
    "the terminal knows ASCII alone": _ascii,
}
"""What changes nothing of how a command ends."""


def _read_only_folder() -> None:
    Path().chmod(0o500)
    no_rights_of_root()


def _no_room() -> None:
    """No file can become longer than nothing; what is printed goes to pipes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def _deleted_folder() -> None:
    Path("below").mkdir()
    os.chdir("below")
    Path("../below").rmdir()


TOLD: Mapping[str, Surrounding] = {
    "the output is full": _full(1),
    "the folder is read-only": _read_only_folder,
    "the folder is deleted": _deleted_folder,
    "there is no room on the disk": _no_room,
}
"""What some commands fail at, with a diagnostic."""


def _replaced(make: Callable[[Path], None]) -> Callable[[Path], None]:
    def replace(spec: Path) -> None:
        spec.rename(spec.with_name("other.yaml"))
        make(spec)

    return replace


SPECS: Mapping[str, tuple[bool, Callable[[Path], None]]] = {
    "a link": (True, _replaced(lambda spec: spec.symlink_to("other.yaml"))),
    "of Windows": (True, lambda spec: _ignored(spec.write_bytes(spec.read_bytes().replace(b"\n", b"\r\n")))),
    "marked as Unicode": (True, lambda spec: _ignored(spec.write_bytes(b"\xef\xbb\xbf" + spec.read_bytes()))),
    "a folder": (False, _replaced(Path.mkdir)),
    "a link to itself": (False, _replaced(lambda spec: spec.symlink_to(spec.name))),
    "a link to nothing": (False, _replaced(lambda spec: spec.symlink_to("nothing"))),
    "a pipe": (False, _replaced(os.mkfifo)),
    "an empty device": (False, _replaced(lambda spec: spec.symlink_to(os.devnull))),
    "an endless device": (False, _replaced(lambda spec: spec.symlink_to("/dev/zero"))),
    "gone": (False, Path.unlink),
}
"""What a SPEC is → whether it is a spec, and what makes it so."""


def _ignored(_value: object) -> None: ...
