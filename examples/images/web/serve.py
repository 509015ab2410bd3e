"""The pages of newsroom.yaml: a front page, and what the health check asks for."""

from __future__ import annotations

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = 8080
WIRED = ("MAIN_HOST", "PAGES_HOST", "MEDIA_NAME", "MAILS_URL")


class Pages(BaseHTTPRequestHandler):
    """GET alone."""

    def do_GET(self) -> None:
        """Tell which components are wired in."""
        told = "ok" if self.path == "/health" else "\n".join(f"{name}: {name in os.environ}" for name in WIRED)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(told.encode())


if __name__ == "__main__":
    ThreadingHTTPServer(("", PORT), Pages).serve_forever()
