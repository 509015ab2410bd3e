"""One layout of a YAML file: it says the same, and laying it out again changes nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.source.json_value import Json
from compiler.source.layout import layout

ROOT = Path(__file__).parents[1]
SPECS = sorted([*(ROOT / "spec").glob("*.yaml"), *(ROOT / "examples").glob("*.yaml")])

CASES = {
    "nothing": ("", ""),
    "only a comment": ("  # here\n", "# here\n"),
    "steps of two": ("a:\n    b:\n        c: 1\n", "a:\n  b:\n    c: 1\n"),
    "lists below their key": ("a:\n- 1\n- b: 2\n  c: 3\nd: 4\n", "a:\n  - 1\n  - b: 2\n    c: 3\nd: 4\n"),
    "lists of lists": ("a:\n-   - 1\n    - 2\n", "a:\n  - - 1\n    - 2\n"),
    "lists of mappings with lists": ("a:\n- b:\n  - c\n  d: e\n", "a:\n  - b:\n      - c\n    d: e\n"),
    "a list at the top": ("-   a\n-   b: c\n    d: e\n", "- a\n- b: c\n  d: e\n"),
    "spaces in brackets": ("a: { b : 1,c: [ 1,2 ,3 ] }\n", "a: {b: 1, c: [1, 2, 3]}\n"),
    "empty brackets": ("a: { }\nb: [ ]\n", "a: {}\nb: []\n"),
    "nothing behind a key": ("a: {b:  , c: }\n", "a: {b: , c: }\n"),
    "nothing behind a key of a list": ("a: [b: ]\n", "a: [b: ]\n"),
    "spaces at the end of a block": ("a: |-\n  one  \nb: 1\n", "a: |-\n  one  \nb: 1\n"),
    "a comment behind a block at the end": ("a: |\n  one\n# end", "a: |\n  one\n# end\n"),
    "spaces before and behind": ("a  :   1   \n", "a: 1\n"),
    "an alias as a key": ("a: &x 1\n*x : 2\n", "a: &x 1\n*x : 2\n"),
    "merged": ("a: &x\n    b: 1\nc:\n    <<: *x\n", "a: &x\n  b: 1\nc:\n  <<: *x\n"),
    "quotation marks": ("a: 'b'\nc: 'it''s'\nd: '\"'\n'e': '\\'\n", "a: \"b\"\nc: 'it''s'\nd: '\"'\n\"e\": '\\'\n"),
    "comments behind": ("a: 1   #  one\nb:    # two\n    c: 2\n", "a: 1 #  one\nb: # two\n  c: 2\n"),
    "comments above": ("a:\n    # of b\n    b: 1\n# of c\nc: 2\n", "a:\n  # of b\n  b: 1\n# of c\nc: 2\n"),
    "a comment at the end of its block": ("a:\n    b: 1\n    # of a\nc: 2\n", "a:\n  b: 1\n  # of a\nc: 2\n"),
    "a comment in a list": ("a:\n- 1\n# two\n- 2\n", "a:\n  - 1\n  # two\n  - 2\n"),
    "a comment at the end": ("a:\n    b: 1\n    # last\n", "a:\n  b: 1\n  # last\n"),
    "empty lines": ("\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
    "brackets over lines": ("a:\n    b: {c: 1,\n        d: 2}\n", "a:\n  b: {c: 1,\n      d: 2}\n"),
    "brackets at the margin": ("a: [\n1,\n]\n", "a: [\n  1,\n  ]\n"),
    "a comment in brackets": ("a: [1, # one\n    2]\n", "a: [1, # one\n    2]\n"),
    "a value on its own line": ("a:\n      b\nc: 1\n", "a:\n  b\nc: 1\n"),
    "text over lines": ("a:\n    b: one\n      two\n\n      three\n", "a:\n  b: one\n    two\n\n    three\n"),
    "quoted text over lines": ('a:\n    b: "one\n      two"\n', 'a:\n  b: "one\n    two"\n'),
    "a block of text": (
        "a:\n    b: |\n        one\n          two\n\n    c: 1\n",
        "a:\n  b: |\n    one\n      two\n\n  c: 1\n",
    ),
    "a shallow block of text": ("a:\n  b: >-\n   one\n   two\n", "a:\n  b: >-\n    one\n    two\n"),
    "a block that says how deep it is": ("a:\n    b: |2\n        one\n", "a:\n  b: |2\n      one\n"),
    "a block with a comment": ("a: |   # why\n  one\n", "a: | # why\n  one\n"),
    "a block that ends without a line end": ("a: |\n  one", "a: |\n  one"),
    "a block that keeps its line ends": ("a: |+\n  one\n\n\nb: |+\n  two\n\n", "a: |+\n  one\n\n\nb: |+\n  two\n\n"),
    "ends of lines, and a mark": ("\ufeffa: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"),
    "no end of the last line": ("a: 1", "a: 1\n"),
    "a beginning of a document": ("---\na:\n    b: 1\n", "---\na:\n  b: 1\n"),
    "an explicit key": ("? a\n: b\n", "? a\n: b\n"),
    "an anchor with a comment": ("a:\n    - &x # one\n        b: 1\n", "a:\n  - &x # one\n    b: 1\n"),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_layout(text: str, expected: str) -> None:
    assert layout(text) == expected
    assert layout(expected) == expected


@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.stem)
def test_reference_platforms_have_it(file: Path) -> None:
    text = file.read_text("utf-8")
    assert layout(text) == text


@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.stem)
def test_it_does_not_depend_on_the_layout_before(file: Path) -> None:
    text = file.read_text("utf-8")
    assert layout(text.replace("\n", "\r\n").replace(": ", ":  ")) == layout(text.replace(": ", ":  "))
    if not re.search(r"^ *- ", text, re.MULTILINE):
        assert layout(re.sub(r"^ +", lambda found: found[0] * 2, text, flags=re.MULTILINE)) == text


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(alphabet="ab :#'\"\\\n-{[|é", max_size=12))
VALUES: st.SearchStrategy[Json] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("ab #:", max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(VALUES, st.sampled_from([None, True, False]), st.integers(2, 7), st.sampled_from([20, 1000]))
def test_it_says_the_same(value: Json, flow: bool | None, indent: int, width: int) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, indent=indent, width=width, allow_unicode=True)
    laid_out = layout(text)
    assert yaml.safe_load(laid_out) == value
    assert layout(laid_out) == laid_out
