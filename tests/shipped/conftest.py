"""The address that takes the provider's answers, and the services that it asks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.shipped.provider import Aws, CloudFormation


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    found = CloudFormation()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "" and len(body) <= 4096
            if found.refuses:
                found.refuses -= 1
                self.send_error(503)
                return
            found.answers.append(json.loads(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Tests print nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}/answer"
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    found = Aws()
    monkeypatch.setattr("boto3.client", found.client)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return found
