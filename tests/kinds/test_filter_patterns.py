"""Filter patterns of CloudWatch Logs: what is taken, and what is seen to be wrong."""

from __future__ import annotations

import pytest

from compiler.shared.filter_patterns import has_regex, wrong

TAKEN = (
    "",
    "ERROR",
    "ERROR Timeout",
    '"Task timed out" -REPORT',
    "?ERROR ?WARN",
    '?"Internal Server Error" -healthcheck',
    '"say \\"no\\""',
    "%AUTHORIZED%",
    "%[Ee]rror|[Ff]ail%",
    r"%\d{1,3}\.\d{1,3}%",
    '{ $.level = "error" }',
    "{ $.level = error* }",
    '{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }',
    "{ $.status >= 500 || $.latency > 1e3 }",
    "{ $.sourceIPAddress != 123.123.* }",
    "{ $.flag IS TRUE }",
    "{ $.gone IS NULL }",
    "{ $.gone NOT EXISTS }",
    "{ $.eventType = %Trail% && $.a = 1 }",
    "{ $.latency = * }",
    "{ $['cluster.name'] = \"c\" }",
    "[ip, id, user, timestamp, request, status_code = 4*, size]",
    "[..., status_code=404, size]",
    '[host, logName, user, timestamp, request=%POST%, status!="200" && status!=204, bytes > 1000]',
    "[w1!=ERROR && w1!=WARN, w2]",
    '"${jobs.name}" ERROR',
)
WRONG = (
    ('"open', '" that is not closed'),
    ("50%", "% that is not closed"),
    ("Error:", "double quotation marks"),
    ("[ERROR]]x", "does not end with ]"),
    ("%(a|b)%", "regular expression"),
    ("%something!%", "regular expression"),
    ("%a% %b% %c%", "more than 2 regular expressions"),
    ('{ $.level = "error"', "does not end with }"),
    ("{ }", "not a comparison"),
    ("{ level = 1 }", "not a comparison"),
    ("{ $.level }", "not a comparison"),
    ("{ $.level == 1 }", "not a comparison"),
    ("{ $.level = 1 && }", "not a comparison"),
    ("{ ($.level = 1 }", "not a comparison"),
    ("{ $.a IS EXISTS }", "not a comparison"),
    ("[a, , b]", "field without a name"),
    ("[..., a, ...]", "more than once"),
)


@pytest.mark.parametrize("pattern", TAKEN)
def test_patterns_of_the_user_guide_are_taken(pattern: str) -> None:
    assert wrong(pattern) == ""


@pytest.mark.parametrize(("pattern", "about"), WRONG)
def test_what_cloudwatch_would_refuse(pattern: str, about: str) -> None:
    assert about in wrong(pattern)


@pytest.mark.parametrize(
    ("pattern", "found"), [("%a%", True), ("{ $.a = %b% }", True), ('"100%"', False), ("ERROR", False)]
)
def test_regular_expressions_are_counted(pattern: str, found: bool) -> None:
    assert has_regex(pattern) is found
