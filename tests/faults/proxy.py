"""A loopback proxy between the SDK and the sandbox, which does to one request of a run what networks and AWS do."""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.faults.answers import Answer, Called, error
from tests.faults.faults import Fault

CALLED = "X-Called"
"""Header in which a traced session names the operation: ``service operation protocol``."""
_HOP = frozenset({"connection", "transfer-encoding", "content-length", "date", "server", "host"})


@dataclass(slots=True)
class Injection:
    """A fault, and the number of the request that it meets, counted from one; zero: each call meets it."""

    fault: Fault | None = None
    at: int = 0
    met: Called | None = None
    """The operation that was met."""
    calls: tuple[Called, ...] = ()
    """All calls of the run; their further attempts too."""
    firsts: list[Called] = field(default_factory=list)
    """Their first attempts."""


@dataclass(slots=True)
class Proxy:
    """Forwards to the sandbox and records what was called."""

    sandbox: str
    url: str = ""
    calls: list[Called] = field(default_factory=list)
    injection: Injection = field(default_factory=Injection)
    instead: Callable[[Called, bytes, str], Answer | None] = lambda _called, _body, _authorization: None
    """What the sandbox has not: the answer to a request with its authorization, or None for the sandbox's own."""
    after: Callable[[Called, str], None] = lambda _called, _authorization: None
    """Called with the request's authorization when it was forwarded, before it is answered."""
    kill: Callable[[], None] = lambda: None
    """Ends the command that runs in a process of its own."""
    late_seconds: float = 0.5
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, fault: Fault | None = None, at: int = 0) -> Injection:
        """Count from one again."""
        with self._lock:
            self.calls, self.injection = [], Injection(fault, at)
            return self.injection

    def next_step(self, called: Called, attempt: int) -> str:
        """What becomes of this request: ``pass``, or a step of the fault."""
        with self._lock:
            self.calls.append(called)
            self.injection.firsts += [called] if attempt == 1 else []
            injection, number = self.injection, len(self.calls)
            if injection.fault is None or number < injection.at:
                return "pass"
            if injection.at == 0:
                injection.met = called
                return injection.fault.step_of_all(attempt)
            if number == injection.at:
                injection.met = called
            same = injection.met == called
            return injection.fault.step(number - injection.at, same)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    proxy: Proxy

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the calls are recorded."""

    def handle_expect_100(self) -> bool:
        self.send_response_only(100)
        self.end_headers()
        self.wfile.flush()
        return True

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        called = self._called()
        step = self.proxy.next_step(called, self._attempt())
        if step == "killed":
            self.proxy.kill()
        if step in ("reset", "killed"):
            self._reset()
            return
        answer = error(step, called) if step in ("throttled", "500", "503", "expired", "denied") else None
        if answer is None:
            answer = self.proxy.instead(called, body, self.headers.get("Authorization", "")) or self._forward(body)
            self.proxy.after(called, self.headers.get("Authorization", ""))
        if step == "killed-after":
            self.proxy.kill()
        if step in ("lost", "killed-after"):
            self._reset()
            return
        if step == "late":
            time.sleep(self.proxy.late_seconds)
        self._answer(_cut(answer) if step == "truncated" else answer)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = _handle

    def _called(self) -> Called:
        service, operation, protocol = self.headers.get(CALLED, "sts Unnamed query").split(" ")
        return Called(service, operation, protocol, self.command)

    def _attempt(self) -> int:
        """The number that the SDK gives to each attempt of a call: ``attempt=2; max=5``."""
        found = re.search(r"attempt=(\d+)", self.headers.get("amz-sdk-request", ""))
        return int(found[1]) if found else 1

    def _forward(self, body: bytes) -> Answer:
        where = urlsplit(self.proxy.sandbox)
        connection = HTTPConnection(where.hostname or "", where.port, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in (*_HOP, "expect")}
        headers |= {"Host": self.headers["Host"], "Content-Length": str(len(body))}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        kept = tuple((name, value) for name, value in answer.getheaders() if name.lower() not in _HOP)
        content = answer.read()
        length = answer.getheader("Content-Length")
        connection.close()
        if self.command == "HEAD" and length:
            kept = (*kept, ("Content-Length", length))
        return Answer(answer.status, kept, content)

    def _answer(self, answer: Answer) -> None:
        try:
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if self.command != "HEAD" and answer.status != 204:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)
            self.wfile.flush()
        except OSError:  # the client has given up
            self.close_connection = True

    def _reset(self) -> None:
        """End the connection as a network does that fails: RST, no answer."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RD)
        self.rfile.close()
        self.connection.close()


def _cut(answer: Answer) -> Answer:
    headers = tuple(pair for pair in answer.headers if pair[0].lower() != "content-md5")
    return Answer(answer.status, headers, answer.body[: len(answer.body) // 2])


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A reset connection can't be written to: that is what it is for."""


@contextmanager
def running_proxy(sandbox: str) -> Iterator[Proxy]:
    """A proxy in front of the sandbox's URL, on a port of its own."""
    proxy = Proxy(sandbox)
    handler = type("Handler", (_Handler,), {"proxy": proxy})
    server = _Server(("127.0.0.1", 0), handler)
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
