"""How much the YAML language server works on the reference platforms: ``python -m tests.yaml_server``.

In seconds of processor time, which other work on the machine changes little. On Linux.
"""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

from tests.yaml_server.client import Client

ROOT = Path(__file__).parents[2]
SERVER = ROOT / ".editor-tools" / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
ROUNDS = 3


def main() -> None:
    print("| platform | lines | start and first marks | marks after a change | completion | hover |")
    print("|---|---|---|---|---|---|")
    for spec in sorted(ROOT.glob("spec/*.yaml")):
        text = spec.read_text(encoding="utf-8")
        told = " | ".join(f"{seconds:.2f} s" for seconds in measured(spec.name, text))
        print(f"| `{spec.stem}` | {len(text.splitlines())} | {told} |")


def measured(name: str, text: str) -> tuple[float, ...]:
    """Seconds until a new server has marked a spec, and of marks, completion and hover after a change: medians."""
    rounds = [one_round(name, text) for _ in range(ROUNDS)]
    return tuple(sorted(column)[ROUNDS // 2] for column in zip(*rounds, strict=True))


def one_round(name: str, text: str) -> tuple[float, ...]:
    lines = text.splitlines()
    line = next(number for number, content in enumerate(lines) if content.startswith("environments:")) + 2
    with Client([shutil.which("node") or "node", str(SERVER), "--stdio"], ROOT / "spec") as server:
        times = [0.0]

        def told(_: object) -> None:
            times.append(server.worked())

        changed = "\n".join([*lines[:line], "    ", *lines[line:], ""])
        told(server.marks(name, text))
        told(server.marks(name, changed))
        server.write(name, changed)
        told(server.completion(name, line, 4))
        told(server.hover(name, line + 1, 5))
        return tuple(later - earlier for earlier, later in itertools.pairwise(times))


if __name__ == "__main__":
    main()
