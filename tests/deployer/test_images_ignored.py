"""What a `.dockerignore` leaves out, as Docker's documentation and moby/patternmatcher have it."""

from __future__ import annotations

import pytest

from deployer.images.ignored import left_out, rules


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("", "a", False),
        ("a", "a", True),
        ("a", "a/b/c", True),
        ("a", "b/a", False),
        ("/a", "a", True),
        ("a/", "a/b", True),
        ("./a", "a", True),
        ("b/../a", "a", True),
        ("  a  ", "a", True),
        ("# a", "# a", False),
        ("*", "a", True),
        ("*.md", "a.md", True),
        ("*.md", "docs/a.md", False),
        ("*/temp*", "dir/temporary.txt", True),
        ("*/temp*", "dir/sub/temporary.txt", False),
        ("*/*/temp*", "dir/sub/temporary.txt", True),
        ("temp?", "tempa", True),
        ("temp?", "temp", False),
        ("**/*.go", "a.go", True),
        ("**/*.go", "a/b/c.go", True),
        ("a/**", "a/b/c", True),
        ("**", "a/b", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("[ab].txt", "a.txt", True),
        ("[ab].txt", "c.txt", False),
        ("[^a].txt", "a.txt", False),
        ("a.b", "axb", False),
        ("a+(b)", "a+(b)", True),
        (r"a\*", "a*", True),
        (r"a\*", "ab", False),
        ("*.md\n!README.md", "README.md", False),
        ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", True),
        ("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", False),
        ("a\n!a/b", "a/b", False),
        ("a\n!a/b", "a/c", True),
        ("*\n!src", "src/app.py", False),
        (".", "a", False),
        ("\ufeffa", "a", True),
        ("a\r\nb", "a", True),
    ],
)
def test_a_path(text: str, name: str, expected: bool) -> None:
    assert left_out(name, rules(text)) is expected


@pytest.mark.parametrize("line", ["!", "[z-a]"])
def test_a_line_that_is_no_pattern(line: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        rules(f"a\n{line}\n")
