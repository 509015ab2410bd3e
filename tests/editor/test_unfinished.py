"""Texts as they are while somebody writes: cut off anywhere, with a character too many or too few."""

from __future__ import annotations

import random

import pytest

from reviewer.editor.completion import completions
from reviewer.editor.hover import beside
from reviewer.editor.outline import outline
from reviewer.editor.renaming import Refused, renamed
from reviewer.editor.verdict import judged
from tests.editor.lsp import ROOT
from tests.editor.reading import LANGUAGE, read

SPECS = sorted((ROOT / "spec").glob("*.yaml"))
GROUPS = ROOT / "tests" / "golden" / "groups" / "spec.yaml"
WILD = "{}[]:,#&*!|>'\"%@`-? \n\t$\\0é🐕\u2028\x85"


def ask(content: str, offset: int) -> None:
    """Everything that an editor asks about an offset; none of it may fail."""
    reading = read(content)
    offset = min(offset, len(reading.text.content))
    completions(reading, reading, LANGUAGE, offset)
    beside(reading, LANGUAGE, offset)
    outline(reading)
    try:
        renamed(reading, offset, "brand-new")
    except Refused as problem:
        assert str(problem)


@pytest.mark.parametrize("spec", [*SPECS, GROUPS], ids=lambda path: path.stem)
def test_a_spec_that_is_cut_off_anywhere(spec: object) -> None:
    content = (ROOT / "spec" / str(spec)).read_text("utf-8")
    for end in range(0, len(content), 241):
        ask(content[:end], end)
        ask(content, end)


def test_a_spec_with_wild_characters(caplog: pytest.LogCaptureFixture) -> None:
    content, choose = SPECS[-1].read_text("utf-8"), random.Random(11)
    for _ in range(80):
        place, length = choose.randrange(len(content)), choose.choice((0, 0, 1, 5))
        wild = "".join(choose.choice(WILD) for _ in range(choose.randint(0, 3)))
        text = content[:place] + wild + content[place + length :]
        ask(text, place + len(wild))
        reading = read(text)
        for one in judged(reading).diagnostics:
            span = reading.text.span(one.place)
            assert 0 <= span.start <= span.end <= len(reading.text.content)
    assert not caplog.records, "a bug of validate would be logged"


def test_the_outline_has_groups_with_their_components() -> None:
    found = {one.name: one for one in outline(read(GROUPS.read_text("utf-8")))}
    tenant, market = found["groups"].inside
    assert [(one.name, one.detail, one.component) for one in (tenant, market)] == [
        ("tenant", "group", False),
        ("market", "group", False),
    ]
    assert [(one.name, [inner.name for inner in one.inside]) for one in tenant.inside] == [
        ("each", []),
        ("queues", ["jobs-{tenant}"]),
        ("tables", ["{tenant}-{store}"]),
        ("functions", ["worker-{tenant}"]),
    ]
    assert [(one.detail, one.component) for one in tenant.inside[1].inside] == [("queue", True)]
