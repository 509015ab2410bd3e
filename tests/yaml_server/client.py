"""A client of the YAML language server: JSON-RPC over the pipes of one process."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import IO, Self

from compiler.source.json_value import Json

SETTINGS: dict[str, Json] = {
    "yaml": {
        "validate": True,
        "completion": True,
        "hover": True,
        "schemaStore": {"enable": False},
        "kubernetesCRDStore": {"enable": False},
    },
    "http": {},
}
"""As an editor has them, but for the catalogue of schemas on the internet."""
CAPABILITIES: dict[str, Json] = {
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown", "plaintext"]}},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "publishDiagnostics": {"relatedInformation": True},
    },
    "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}},
}
_PATIENCE = 120.0


@dataclass(slots=True)
class Client:
    """One running server; documents are opened with their text, whether or not there is such a file."""

    command: Sequence[str]
    folder: Path
    _process: subprocess.Popen[bytes] = field(init=False)
    _read: SimpleQueue[Json] = field(init=False, default_factory=SimpleQueue)
    _diagnostics: dict[str, list[Json]] = field(init=False, default_factory=dict)
    _versions: dict[str, int] = field(init=False, default_factory=dict)
    _opened: int = field(init=False, default=0)
    _last: int = field(init=False, default=0)

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        threading.Thread(target=_reading, args=(self._out(), self._read.put), daemon=True).start()
        self._ask("initialize", {"processId": None, "rootUri": self.folder.as_uri(), "capabilities": CAPABILITIES})
        self._send({"method": "initialized", "params": {}})
        self._send({"method": "workspace/didChangeConfiguration", "params": {"settings": SETTINGS}})
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def worked(self) -> float:
        """Seconds of processor time that the server has used; on Linux."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def write(self, name: str, text: str) -> None:
        """Open the document, or replace its text."""
        uri, version = self.uri(name), self._versions.get(name, 0) + 1
        self._versions[name] = version
        if version == 1:
            about = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
            self._send({"method": "textDocument/didOpen", "params": {"textDocument": about}})
        else:
            params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]}
            self._send({"method": "textDocument/didChange", "params": params})

    def marks(self, name: str, text: str) -> list[Json]:
        """What the server says of a document with this text.

        It does not say of which version of a document, so that each text gets a document of its own beside `name`.
        """
        self._opened += 1
        path = PurePosixPath(name)
        own = str(path.with_name(f"{path.stem}-{self._opened}{path.suffix}"))
        self.write(own, text)
        while self.uri(own) not in self._diagnostics:
            self._take()
        self._send({"method": "textDocument/didClose", "params": {"textDocument": {"uri": self.uri(own)}}})
        return self._diagnostics[self.uri(own)]

    def completion(self, name: str, line: int, character: int) -> list[Json]:
        found = self._at("textDocument/completion", name, line, character)
        return list(found["items"]) if found else []

    def hover(self, name: str, line: int, character: int) -> str:
        found = self._at("textDocument/hover", name, line, character)
        return str(found["contents"]["value"]) if found else ""

    def _at(self, method: str, name: str, line: int, character: int) -> Json:
        place = {"textDocument": {"uri": self.uri(name)}, "position": {"line": line, "character": character}}
        return self._ask(method, place)

    def _ask(self, method: str, params: Json) -> Json:
        self._last += 1
        asked = self._last
        self._send({"id": asked, "method": method, "params": params})
        while True:
            message = self._take()
            if message.get("id") == asked and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]

    def _take(self) -> Json:
        """The next message; what the server asks or tells by the way is answered and kept."""
        try:
            message = self._read.get(timeout=_PATIENCE)
        except Empty:
            raise TimeoutError("the language server says nothing") from None
        if message.get("method") == "textDocument/publishDiagnostics":
            about = message["params"]
            self._diagnostics[about["uri"]] = about["diagnostics"]
        elif "method" in message and "id" in message:
            self._send({"id": message["id"], "result": _answer(message)})
        return message

    def _send(self, message: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _out(self) -> IO[bytes]:
        assert self._process.stdout
        return self._process.stdout


def _answer(message: Json) -> Json:
    if message["method"] == "workspace/configuration":
        return [SETTINGS.get(item["section"]) for item in message["params"]["items"]]
    return None


def _reading(pipe: IO[bytes], put: Callable[[Json], None]) -> None:
    """Every message of the server, until it ends."""
    while head := pipe.readline():
        length = 0
        while head.strip():
            name, _, value = head.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
            head = pipe.readline()
        put(json.loads(pipe.read(length)))
