"""Lines of templates, by path and back."""

from __future__ import annotations

import pytest

from compiler.source.document import Path
from compiler.stacks.json_text import indented
from linter.policy.lines import column_of, line_of, resource_at

BODY = {
    "Outputs": {"A": {"Value": "x"}},
    "Resources": {
        "A": {"Properties": {"List": [1, {"B": 2}, [], {"B": {"C": "Resources"}}], "Ü/1": "y"}, "Type": "T"},
        "B": {"Type": "T"},
    },
}
LINES = indented(BODY).splitlines()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), "{"),
        (("Outputs",), '"Outputs": {'),
        (("Resources", "B"), '"B": {'),
        (("Resources", "A", "Type"), '"Type": "T"'),
        (("Resources", "A", "Properties", "Ü/1"), '"Ü/1": "y"'),
        (("Resources", "A", "Properties", "List", 0), "1,"),
        (("Resources", "A", "Properties", "List", 1, "B"), '"B": 2'),
        (("Resources", "A", "Properties", "List", 3, "B", "C"), '"C": "Resources"'),
        (("Resources", "A", "Properties", "List", 7), '"List": ['),
        (("Resources", "A", "Properties", "Missing"), '"Properties": {'),
    ],
)
def test_a_path_has_a_line(path: Path, text: str) -> None:
    line = line_of(LINES, path)
    assert LINES[line - 1].strip().startswith(text)
    assert LINES[line - 1][column_of(LINES, line) - 1 :].startswith(text)


@pytest.mark.parametrize(
    ("text", "name"), [('"C": "Resources"', "A"), ('    "B": {', "A"), ('    "A": {\n', ""), ('"Value": "x"', "")]
)
def test_a_line_has_a_resource(text: str, name: str) -> None:
    number = next(number for number, line in enumerate(LINES, start=1) if text.rstrip("\n") in line)
    assert resource_at(LINES, number) == name
