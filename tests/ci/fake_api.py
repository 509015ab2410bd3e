"""GitHub's and GitLab's comments on loopback: what they keep, what was called, and what tokens may not do."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from compiler.source.json_value import Json

TOKEN = "made-up-token"
_SOMEBODY = {"id": 1, "login": "somebody", "type": "User"}
_BOT = {"id": 2, "login": "bot", "type": "Bot"}


@dataclass
class FakeApi:
    """One conversation, in both forms. A page has `per_page` comments, whatever is asked."""

    url: str = ""
    comments: list[dict[str, Json]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    """Method and path of each call."""
    per_page: int = 2
    read_only: bool = False
    """As the token of a fork's pull request."""
    faults: list[int | None] = field(default_factory=list)
    """Statuses of the next answers, None for none; 0 drops the connection after the call was carried out."""
    headers: dict[str, str] = field(default_factory=dict)
    """With each fault."""

    @property
    def writes(self) -> list[str]:
        return [call.split()[0] for call in self.calls if not call.startswith("GET")]

    @property
    def bodies(self) -> list[str]:
        return [one["body"] for one in self.comments]

    def add(self, body: str, author: dict[str, Json] = _BOT, association: str = "NONE") -> dict[str, Json]:
        row = {"id": len(self.comments) + 1, "body": body, "author": author, "user": author, "system": False}
        row |= {"author_association": association, "html_url": f"{self.url}/comment/{len(self.comments) + 1}"}
        self.comments.append(row)
        return row

    def from_outside(self, body: str) -> None:
        """A comment of somebody who has no part in the project."""
        self.add(body, _SOMEBODY)

    def answer(self, method: str, path: str, body: Json) -> tuple[int, Json]:
        if method == "GET":
            return (200, _BOT) if path == "/user" else (200, None)
        if self.read_only:
            return 403, {"message": "Resource not accessible by integration"}
        if len(body["body"]) > 65_536:
            return 422, {"message": "body is too long (maximum is 65536 characters)"}
        if method == "POST":
            return 201, self.add(body["body"])
        number = int(path.rsplit("/", 1)[1])
        self.comments[number - 1]["body"] = body["body"]
        return 200, self.comments[number - 1]


_PATHS = (
    ("GET", r"/repos/acme/shop/issues/7/comments"),
    ("POST", r"/repos/acme/shop/issues/7/comments"),
    ("PATCH", r"/repos/acme/shop/issues/comments/\d+"),
    ("GET", r"/user"),
    ("GET", r"/projects/55/merge_requests/7/notes"),
    ("POST", r"/projects/55/merge_requests/7/notes"),
    ("PUT", r"/projects/55/merge_requests/7/notes/\d+"),
)


def _handler(api: FakeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            api.calls.append(f"{self.command} {parts.path}")
            fault = api.faults.pop(0) if api.faults else None
            if fault:
                self._send(fault, {"message": "fault"}, api.headers)
                return
            if TOKEN not in (self.headers.get("PRIVATE-TOKEN"), self.headers.get("Authorization", "")[7:]):
                self._send(401, {"message": "Bad credentials"}, {})
                return
            if not any(self.command == method and re.fullmatch(path, parts.path) for method, path in _PATHS):
                self._send(404, {"message": "Not Found"}, {})
                return
            status, answer = api.answer(self.command, parts.path, body)
            if fault == 0:
                self.close_connection = True
                return
            page = int(parse_qs(parts.query).get("page", ["1"])[0])
            self._send(status, *((answer, {}) if answer is not None else self._page(parts.path, page)))

        def _page(self, path: str, page: int) -> tuple[Json, dict[str, str]]:
            start = (page - 1) * api.per_page
            more = len(api.comments) > start + api.per_page
            link = {"Link": f'<{api.url}{path}?page={page + 1}>; rel="next"'} if more else {}
            return api.comments[start : start + api.per_page], link

        def _send(self, status: int, answer: Json, headers: dict[str, str]) -> None:
            text = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = do_PUT = _serve

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@contextmanager
def fake_api() -> Iterator[FakeApi]:
    """The API, as long as the block runs."""
    api = FakeApi()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(api))
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
