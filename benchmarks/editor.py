"""How long the answers of the language server take on the reference platforms, in CPU time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from compiler.language.schema import load_schema
from reviewer.editor.completion import completions
from reviewer.editor.hover import beside
from reviewer.editor.language import Language
from reviewer.editor.outline import outline
from reviewer.editor.reading import Reading
from reviewer.editor.renaming import renamed
from reviewer.editor.text import Text
from reviewer.editor.verdict import judged

_SPECS = Path(__file__).parent.parent / "spec"
_LANGUAGE = Language(load_schema())


def table(runs: int) -> Iterator[str]:
    """A row of Markdown for each platform, milliseconds of the quickest run."""
    yield "| platform | lines | diagnostics | completion | hover | resources, first | rename | outline |"
    yield "|---|---|---|---|---|---|---|---|"
    for spec in sorted(_SPECS.glob("*.yaml")):
        content = spec.read_text("utf-8")
        cells = (spec.stem, len(content.splitlines()), *(_best(answer, content, runs) for answer in _ANSWERS))
        yield f"| {' | '.join(map(str, cells))} |"


def _best(answer: Callable[[Reading, int], Callable[[], object]], content: str, runs: int) -> int:
    """Each run has a text that nobody has read before."""
    first = _read(content)
    offset = next(one.span.start for one in first.mentions if one.declares and "." in one.address)
    taken = []
    for _ in range(runs):
        work = answer(_read(content), offset)
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return round(min(taken) * 1000)


def _read(content: str) -> Reading:
    return Reading("spec.yaml", Text(content), load_schema())


def _resources(reading: Reading, offset: int) -> Callable[[], object]:
    built, (one, *_) = judged(reading).built, reading.mentioned(offset)
    return lambda: [*built.lines(one.address)] if built else None


_ANSWERS: tuple[Callable[[Reading, int], Callable[[], object]], ...] = (
    lambda reading, _: lambda: judged(reading),
    lambda reading, _: lambda: completions(reading, reading, _LANGUAGE, reading.text.content.find("uses: {") + 7),
    lambda reading, offset: lambda: beside(reading, _LANGUAGE, offset),
    _resources,
    lambda reading, offset: lambda: renamed(reading, offset, "brand-new"),
    lambda reading, _: lambda: outline(reading),
)
