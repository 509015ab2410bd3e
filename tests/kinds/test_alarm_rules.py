"""Rules of composite alarms as text."""

from __future__ import annotations

import pytest

from compiler.kinds.monitoring.alarm_rule import State, read


def test_a_rule_names_its_alarms_once_and_in_order() -> None:
    rule = read('ALARM(web.Errors) AND ( OK("no-orders") OR NOT INSUFFICIENT_DATA(web.Errors) )')
    assert rule.wrong == "" and rule.alarms == ("web.Errors", "no-orders")
    assert rule.pieces[2:5] == ("(", State("OK", "no-orders"), "OR")


@pytest.mark.parametrize(
    "text",
    [
        "ALARM(a)",
        "TRUE",
        "NOT ALARM(a)",
        "NOT NOT OK(a)",
        "NOT (ALARM(a) OR ALARM(b))",
        "((ALARM(a)))",
        "ALARM(a) AND ALARM(b) OR FALSE",
        "ALARM (services.web.Errors1)",
    ],
)
def test_rules_that_cloudwatch_takes(text: str) -> None:
    assert read(text).wrong == ""


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("", "ends too early"),
        ("AND", "AND"),
        ("ALARM(a) AND", "ends too early"),
        ("ALARM(a) ALARM(b)", "ALARM(b)"),
        ("ALARM(a) OR OR OK(b)", "OR"),
        ("(ALARM(a)", "ends too early"),
        ("ALARM(a))", ")"),
        ("NOT", "ends too early"),
        ("ALARM()", "ALARM"),
        ("alarm(a)", "alarm(a)"),
        ("ALARM(a) && OK(b)", "&&"),
        ("XOR", "XOR"),
    ],
)
def test_what_is_no_rule(text: str, about: str) -> None:
    assert about in read(text).wrong
