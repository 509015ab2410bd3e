"""GitHub's and GitLab's comments on loopback: what they keep, what was called, and what tokens may not do."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
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
    message: Json = "refused"
    """What each fault says of itself."""
    answers: list[Json] = field(default_factory=list)
    """The next answers, whatever was asked."""
    next_page: str = ""
    """Leads to pages that are somewhere else."""

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

    def page(self, path: str, number: int) -> tuple[Json, dict[str, str]]:
        """The comments of one page, and the header with the address of the next one."""
        start = (number - 1) * self.per_page
        more = len(self.comments) > start + self.per_page
        link = {"Link": f'<{self.next_page or self.url + path}?page={number + 1}>; rel="next"'} if more else {}
        return self.comments[start : start + self.per_page], link


_PATHS = (
    ("GET", r"/repos/acme/shop/issues/7/comments"),
    ("POST", r"/repos/acme/shop/issues/7/comments"),
    ("PATCH", r"/repos/acme/shop/issues/comments/\d+"),
    ("GET", r"/user"),
    ("GET", r"/projects/55/merge_requests/7/notes"),
    ("POST", r"/projects/55/merge_requests/7/notes"),
    ("PUT", r"/projects/55/merge_requests/7/notes/\d+"),
)


class _Handler(BaseHTTPRequestHandler):
    """One call; the server that it belongs to has the API."""

    @property
    def api(self) -> FakeApi:
        assert isinstance(self.server, _Server)
        return self.server.api

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length)) if length else None
        self.api.calls.append(f"{self.command} {parts.path}")
        fault = self.api.faults.pop(0) if self.api.faults else None
        refused = fault or self._refused(parts.path)
        if refused:
            self._send(refused, {"message": self.api.message}, self.api.headers)
            return
        if self.api.answers:
            self._send(200, self.api.answers.pop(0), {})
            return
        status, answer = self.api.answer(self.command, parts.path, body)
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        if fault == 0:
            self.close_connection = True
        elif answer is None:
            self._send(status, *self.api.page(parts.path, page))
        else:
            self._send(status, answer, {})

    def _refused(self, path: str) -> int:
        if TOKEN not in (self.headers.get("PRIVATE-TOKEN"), self.headers.get("Authorization", "")[7:]):
            return 401
        known = any(self.command == method and re.fullmatch(form, path) for method, form in _PATHS)
        return 0 if known else 404

    def _send(self, status: int, answer: Json, headers: Mapping[str, str]) -> None:
        text = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PATCH = do_PUT = _serve

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def __init__(self, api: FakeApi) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api


@contextmanager
def fake_api() -> Iterator[FakeApi]:
    """The API, as long as the block runs."""
    api = FakeApi()
    server = _Server(api)
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
