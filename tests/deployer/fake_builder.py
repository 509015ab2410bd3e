"""A fake docker, podman or buildx on the PATH: it notes its arguments and what it is given, and builds nothing."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from compiler.source.json_value import Json

_SCRIPT = """#!{python}
import json, os, pathlib, sys
arguments, log = sys.argv[1:], pathlib.Path({log!r})
wanted = json.loads(pathlib.Path({answers!r}).read_text())
given = "" if sys.stdin.isatty() else sys.stdin.read()
folder = pathlib.Path(arguments[-1])
build = "build" in arguments and folder.is_dir()
files = {{}}
for path in sorted(folder.rglob("*")) if build else ():
    if path.is_symlink():
        files[path.relative_to(folder).as_posix()] = "-> " + os.readlink(path)
    elif path.is_file():
        files[path.relative_to(folder).as_posix()] = f"{{path.stat().st_mode & 0o777:o}} {{int(path.stat().st_mtime)}}"
config = pathlib.Path(os.environ.get("DOCKER_CONFIG", "/nowhere"), "config.json")
note = {{"name": pathlib.Path(sys.argv[0]).name, "arguments": arguments, "given": given, "files": files}}
note["config"] = json.loads(config.read_text()) if config.is_file() else None
with log.open("a") as file:
    file.write(json.dumps(note) + "\\n")
verb = next((one for one in ("login", "push", "version", "build") if one in arguments), "")
status, lines = wanted.get(verb, [0, []])
print("\\n".join(lines))
sys.exit(status)
"""


@dataclass(frozen=True, slots=True)
class FakeBuilder:
    """What was called, in order."""

    folder: Path

    def install(self, *names: str) -> None:
        """Be there under these names; where nothing else is said, each call succeeds."""
        self.answer()
        for name in names:
            script = self.folder / name
            text = _SCRIPT.format(python=sys.executable, log=str(self._log), answers=str(self._answers))
            script.write_text(text, encoding="utf-8")
            script.chmod(0o755)

    def answer(self, **of_verbs: tuple[int, list[str]]) -> None:
        """Status and lines by verb: ``build``, ``login``, ``push`` or ``version``."""
        self._answers.write_text(json.dumps(of_verbs), encoding="utf-8")

    def calls(self, verb: str = "") -> list[Json]:
        lines = self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []
        return [one for one in map(json.loads, lines) if not verb or verb in one["arguments"]]

    @property
    def _log(self) -> Path:
        return self.folder / "calls.jsonl"

    @property
    def _answers(self) -> Path:
        return self.folder / "answers.json"
