"""The embedded sandbox: a stand-in for AWS on 127.0.0.1 that lives as long as one command and keeps its state."""

from __future__ import annotations

import fcntl
import importlib.metadata
import importlib.util
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, Literal

from compiler.source.frozen import frozen
from compiler.stacks.operation_limit import OPERATION_LIMIT
from deployer.sandbox.recorded_types import schema_files

MINISTACK_VERSION = "1.5.33"
DEFAULT_ACCOUNT = "000000000000"
START_SECONDS = 60.0
"""Longest start; the usual one takes half a second, a loaded machine needs more."""
STOP_SECONDS = 60.0

Support = Literal["emulated", "recorded"]


class SandboxUnavailable(Exception):
    """The sandbox can't be used; `hint` is what to do about it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@frozen(eq=True)
class Credentials:
    """What a client signs with. ministack takes the account from the access key id and checks no signature."""

    access_key_id: str
    secret_access_key: str = "sandbox"


@frozen(eq=True)
class Sandbox:
    """A running sandbox."""

    endpoint_url: str
    """``http://127.0.0.1:<port>``, for every service; S3 takes path-style URLs."""
    region: str
    account: str
    folder: Path
    credentials: Credentials
    operation_limit: int = OPERATION_LIMIT
    """The most resources that one stack operation touches; a larger one fails, as it does in AWS."""


@contextmanager
def open_sandbox(
    folder: Path,
    region: str,
    account: str = DEFAULT_ACCOUNT,
    wait_seconds: float = 30.0,
    operation_limit: int = OPERATION_LIMIT,
) -> Iterator[Sandbox]:
    """Run the sandbox whose state is in `folder`, made when missing; the state is saved on leaving.

    `account` is the 12-digit account that the sandbox plays, `operation_limit` as many resources as one stack operation
    may touch. Only one command at a time has the folder: another one
    waits `wait_seconds` for it. Raises `SandboxUnavailable`.
    """
    _check_installed()
    _check_account(account)
    folder = folder.absolute()
    with _only_user(folder, wait_seconds) as lock:
        remembered = _remembered(folder)
        child = _started(folder, region, lock)
        try:
            port = _announced_port(child, folder, (int(remembered.get("port", 0)), operation_limit))
            _wait_until_healthy(child, port, folder)
            _remember(folder, port)
            yield Sandbox(f"http://127.0.0.1:{port}", region, account, folder, Credentials(account), operation_limit)
        except BaseException:
            _stopped(child)
            raise
        if _stopped(child) != 0:
            hint = f"read {folder / 'ministack.log'}; the state from before this command is kept"
            raise SandboxUnavailable("the sandbox could not save its state", hint)


def support(types: Iterable[str]) -> Mapping[str, Support]:
    """Resource type → whether ministack has it or the sandbox only records it, sorted by type.

    Types that AWS does not have are left out. Custom resources are emulated. Raises `SandboxUnavailable`.
    """
    _check_installed()
    emulated, recorded = _emulated_types(), schema_files()
    support_of: dict[str, Support] = {}
    for name in sorted(set(types)):
        if name in emulated or name.startswith("Custom::"):
            support_of[name] = "emulated"
        elif name in recorded:
            support_of[name] = "recorded"
    return support_of


def _emulated_types() -> frozenset[str]:
    """The keys of ministack's table of handlers, read from its source: importing it takes a third of a second."""
    module = importlib.util.find_spec("ministack")
    assert module is not None and module.submodule_search_locations
    source = Path(module.submodule_search_locations[0], "services", "cloudformation", "provisioners.py")
    table = source.read_text("utf-8").split("\n_RESOURCE_HANDLERS = {\n", 1)[1].split("\n}\n", 1)[0]
    return frozenset(re.findall(r'^    "([A-Za-z0-9:]+)": \{', table, re.MULTILINE))


def _check_installed() -> None:
    hint = "pip install 'stackwright[sandbox]'"
    try:
        version = importlib.metadata.version("ministack")
    except importlib.metadata.PackageNotFoundError:
        raise SandboxUnavailable("the sandbox needs ministack, which is not installed", hint) from None
    if version != MINISTACK_VERSION:
        raise SandboxUnavailable(f"the sandbox needs ministack {MINISTACK_VERSION}, installed is {version}", hint)


def _check_account(account: str) -> None:
    if not re.fullmatch(r"[0-9]{12}", account):
        raise SandboxUnavailable(f"'{account}' is not an AWS account id", "give the 12 digits, quoted in YAML")


@contextmanager
def _only_user(folder: Path, wait_seconds: float) -> Iterator[IO[bytes]]:
    """The folder's lock. The child inherits it, so it is free only once the state is saved."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", "utf-8")
        lock = (folder / "lock").open("ab")
    except OSError as fault:
        hint = "work in a folder that can be written"
        raise SandboxUnavailable(f"cannot keep the sandbox in {folder}: {fault.strerror}", hint) from None
    with lock:
        _acquire(lock, folder, wait_seconds)
        yield lock


def _acquire(lock: IO[bytes], folder: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                message = f"another command is using the sandbox in {folder}"
                raise SandboxUnavailable(message, "wait until it has ended, then run this one again") from None
        time.sleep(0.05)


def _remembered(folder: Path) -> Mapping[str, str]:
    """What the last command noted about the state; refused when another version of ministack made it."""
    notes = folder / "sandbox.json"
    hint = f"remove {folder} to start with an empty sandbox"
    try:
        noted: Mapping[str, str] = json.loads(notes.read_text("utf-8")) if notes.exists() else {}
        version = noted.get("ministack", MINISTACK_VERSION)
    except (ValueError, AttributeError):
        raise SandboxUnavailable(f"{notes} is damaged", hint) from None
    if version != MINISTACK_VERSION:
        raise SandboxUnavailable(f"the sandbox's state was made by ministack {version}", hint)
    return noted


def _remember(folder: Path, port: int) -> None:
    notes = {"ministack": MINISTACK_VERSION, "port": str(port)}
    (folder / "sandbox.json").write_text(json.dumps(notes, indent=2) + "\n", "utf-8")


_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.stdin.buffer.readline()); "
    "from deployer.sandbox.server import main; sys.exit(main())"
)


def _started(folder: Path, region: str, lock: IO[bytes]) -> subprocess.Popen[bytes]:
    """The child, in a session of its own: Ctrl-C is for the command, which then lets the child save its state."""
    with (folder / "ministack.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-c", _BOOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=_environment(folder, region),
            cwd=folder,
            start_new_session=True,
            pass_fds=(lock.fileno(),),
        )


def _environment(folder: Path, region: str) -> dict[str, str]:
    """Nothing of the user's: functions run in the sandbox inherit this, and must find no credentials."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG", "LC_ALL") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "BIND_HOST": "127.0.0.1",
        "DOCKER_HOST": "unix:///nonexistent",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "MINISTACK_REGION": region,
    }


def _announced_port(child: subprocess.Popen[bytes], folder: Path, numbers: tuple[int, int]) -> int:
    """Send the child its folder, the preferred port and the limit of an operation; it returns the port it has bound."""
    assert child.stdin is not None and child.stdout is not None
    wanted = {"folder": str(folder), "port": numbers[0], "most": numbers[1]}
    paths = [str(Path(path).absolute()) for path in sys.path]
    try:
        child.stdin.write(f"{json.dumps(paths)}\n{json.dumps(wanted)}\n".encode())
        child.stdin.flush()
        return int(json.loads(child.stdout.readline())["port"])
    except (BrokenPipeError, ValueError):
        raise _not_started(folder) from None


def _wait_until_healthy(child: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    """The socket listens before ministack serves, so mostly the first request waits and is answered."""
    deadline = time.monotonic() + START_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        connection = HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        try:
            connection.request("GET", "/_ministack/health")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.05)
        finally:
            connection.close()
    raise _not_started(folder)


def _not_started(folder: Path) -> SandboxUnavailable:
    return SandboxUnavailable("the sandbox did not start", f"read {folder / 'ministack.log'}")


def _stopped(child: subprocess.Popen[bytes]) -> int:
    """End the child's input, upon which it saves its state and ends; returns its exit status."""
    assert child.stdin is not None and child.stdout is not None
    child.stdin.close()
    child.stdout.close()
    try:
        return child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()
