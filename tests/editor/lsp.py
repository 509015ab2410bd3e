"""A small editor: it starts `stackwright lsp` and talks to it as editors do, over its standard input and output."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO

from compiler.source.json_value import Json

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60
CURSOR = "‸"


class RefusedError(Exception):
    """The server's answer to a request that it refuses."""


class Editor:
    """One running server with the documents that are open in it."""

    def __init__(self, *specs: str, encodings: tuple[str, ...] = (), options: Json = None) -> None:
        command = [sys.executable, "-m", "cli", "lsp", *specs]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.published: dict[str, queue.Queue[Json]] = {}
        self.messages: list[str] = []
        self.errors: list[str] = []
        self.asked: list[str] = []
        """Requests of the server."""
        self._answers: dict[int, queue.Queue[Json]] = {}
        self._versions: dict[str, int] = {}
        self._count = 0
        self._threads = [threading.Thread(target=one, daemon=True) for one in (self._read, self._read_errors)]
        for thread in self._threads:
            thread.start()
        general = {"positionEncodings": list(encodings)} if encodings else {}
        capabilities = {"general": general, **(options or {})}
        self.capabilities = self.request("initialize", processId=None, rootUri=None, capabilities=capabilities)[
            "capabilities"
        ]
        self.notify("initialized")

    def __enter__(self) -> Editor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.request("shutdown")
        self.notify("exit")
        self.process.wait(PATIENCE)
        for thread in self._threads:
            thread.join(PATIENCE)
        for stream in (self._stdin, self._stdout, self._stderr):
            stream.close()

    # Documents

    def open(self, text: str, name: str = "shop.yaml", language: str = "yaml") -> str:
        """Open a document that nobody has saved; its URI."""
        uri = f"file:///nowhere/{name}"
        self._versions[uri] = 1
        self.published.setdefault(uri, queue.Queue())
        about = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", textDocument=about)
        return uri

    def change(self, uri: str, text: str) -> int:
        """Another text; its version."""
        self._versions[uri] += 1
        about = {"uri": uri, "version": self._versions[uri]}
        self.notify("textDocument/didChange", textDocument=about, contentChanges=[{"text": text}])
        return self._versions[uri]

    def close(self, uri: str) -> None:
        self.notify("textDocument/didClose", textDocument={"uri": uri})

    def diagnostics(self, uri: str, version: int = 1) -> list[Json]:
        """What the server publishes of a version."""
        while True:
            told = self.published[uri].get(timeout=PATIENCE)
            if told.get("version") == version:
                found: list[Json] = told["diagnostics"]
                return found

    def at(self, method: str, uri: str, line: int, character: int, **more: Json) -> Json:
        """The answer to a request about a position."""
        position = {"line": line, "character": character}
        return self.request(f"textDocument/{method}", textDocument={"uri": uri}, position=position, **more)

    # Messages

    def request(self, method: str, **params: Json) -> Json:
        """The result of a request. Raises `RefusedError` for an error."""
        self._count += 1
        answer = self._answers[self._count] = queue.Queue()
        self._send({"jsonrpc": "2.0", "id": self._count, "method": method, "params": params})
        message = answer.get(timeout=PATIENCE)
        if "error" in message:
            assert "Traceback" not in json.dumps(message["error"])
            raise RefusedError(message["error"]["message"])
        return message["result"]

    def notify(self, method: str, **params: Json) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def _send(self, message: Json) -> None:
        body = json.dumps(message).encode()
        self._stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._stdin.flush()

    def _read(self) -> None:
        while True:
            length = 0
            while line := self._stdout.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            if not length:
                return self._ended()
            self._took(json.loads(self._stdout.read(length)))

    def _ended(self) -> None:
        """Wake whoever waits for an answer of a server that is gone."""
        for answer in self._answers.values():
            answer.put({"error": {"message": f"the server ended: {''.join(self.errors)}"}})

    def _took(self, message: Json) -> None:
        if "method" not in message:
            self._answers[message["id"]].put(message)
        elif message["method"] == "textDocument/publishDiagnostics":
            self.published.setdefault(message["params"]["uri"], queue.Queue()).put(message["params"])
        elif message["method"] == "window/showMessage":
            self.messages.append(message["params"]["message"])
        elif "id" in message:
            self.asked.append(message["method"])
            self._send({"jsonrpc": "2.0", "id": message["id"], "result": None})

    def _read_errors(self) -> None:
        self.errors += (line.decode(errors="replace") for line in self._stderr)

    @property
    def _stdin(self) -> IO[bytes]:
        assert self.process.stdin
        return self.process.stdin

    @property
    def _stdout(self) -> IO[bytes]:
        assert self.process.stdout
        return self.process.stdout

    @property
    def _stderr(self) -> IO[bytes]:
        assert self.process.stderr
        return self.process.stderr


def cursor(text: str) -> tuple[str, int, int]:
    """A text without its cursor, and where that is, in units of UTF-16."""
    before, _, after = text.partition(CURSOR)
    line = before.rpartition("\n")[2]
    return before + after, before.count("\n"), units(line)


def units(text: str) -> int:
    """The length of a text in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def applied(text: str, edits: list[Json]) -> str:
    """A text after edits of the server."""
    lines = text.splitlines(keepends=True)

    def offset(position: Json) -> int:
        start = sum(map(len, lines[: position["line"]]))
        line = lines[position["line"]] if position["line"] < len(lines) else ""
        return start + len(line.encode("utf-16-le")[: 2 * position["character"]].decode("utf-16-le"))

    for edit in sorted(edits, key=lambda one: offset(one["range"]["start"]), reverse=True):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text
