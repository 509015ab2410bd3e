"""Which schedule expressions AWS takes, and what is said about the others.

Source: EventBridge user guide, "Cron expressions reference" and "Rate expressions reference".
"""

from __future__ import annotations

import pytest

from compiler.language.schedule_expression import bad_schedule, longest_gap, real_time
from tests.kinds.building import faults

ALL = {"takes": ["rate", "cron", "at"]}
HOURLY = {"takes": ["cron"], "at_most_hourly": True}
HEAD = "platform: demo\nenvironments:\n  dev: {posture: development}\n"
SETTINGS = {
    "functions": "functions: {f: {runtime: python3.13, code: ./f, handler: a.b, triggers: [{schedule: SCHEDULE}]}}",
    "jobs": "jobs: {report: {image: 'example.com/report:1', schedule: SCHEDULE}}",
    "schedules": "queues: {jobs: {}}\nschedules: {nightly: {when: SCHEDULE, to: jobs}}",
    "services": "services: {api: {image: 'example.com/api:1', scale: {min: 1, max: 1, schedule: {night: "
    "{when: SCHEDULE, min: 1, max: 1}}}}}",
    "backups": "tables: {orders: {key: id}}\nbackups: {daily: {of: [orders], rules: {daily: {schedule: SCHEDULE}}}}",
}
"""Every section that takes a schedule."""


@pytest.mark.parametrize(
    "text",
    [
        "cron(0 6 ? * MON-FRI *)",
        "cron(0 6 L * ? *)",
        "cron(0 6 LW * ? *)",
        "cron(0 6 31W 1 ? *)",
        "cron(0 6 1,15W,L * ? *)",
        "cron(0 6 31 2,3 ? *)",
        "cron(0 6 29 2 ? *)",
        "cron(0 6 29 FEB ? 2028)",
        "cron(0 6 * * ? *)",
        "cron(0 5 ? * * *)",
        "cron(15 10 ? * 6L 2022-2023)",
        "cron(15 10 ? * FRIL *)",
        "cron(0 0 ? * L *)",
        "cron(0/15 10-16 ? JAN,MAR-JUN SUN#5 1970-2199/2)",
        "cron(*/59 0-23/23 1/31 1/12 ? *)",
        "cron(0/30 20-2 ? * MON-FRI *)",
        "cron(0 6 ? * FRI-MON *)",
        "cron(50-10/5 6 28-3 NOV-FEB ? *)",
        "cron(0  6 * * ? *)",
        "rate(1 minute)",
        "rate(1 hour)",
        "rate(1 day)",
        "rate(20 hours)",
        "at(2028-02-29T23:59:59)",
    ],
)
def test_what_aws_takes(text: str) -> None:
    assert bad_schedule(text, ALL) is None


@pytest.mark.parametrize(
    ("text", "reason", "suggestion"),
    [
        ("every hour", "expected rate(…), cron(…) or at(…)", "write rate(1 hour), cron(0 6 * * ? *) or at(2"),
        ("cron(0 6 * * ? *) ", "expected rate(…)", "write rate(1 hour)"),
        ("cron(0 6 * * *)", "cron(…) has six fields (minutes hours day-of-month", "write, for example, cron(0 6"),
        ("cron(0 6 * * ? * *)", "six fields", "cron(0 6 * * ? *)"),
        ("cron()", ", not 0", ""),
        ("cron(0 6 * * * *)", "day-of-month and day-of-week are both set", "write cron(0 6 * * ? *)"),
        ("cron(0 6 * * MON-FRI *)", "both set", "write cron(0 6 ? * MON-FRI *)"),
        ("cron(0 6 1 * MON *)", "both set", "write cron(0 6 1 * ? *)"),
        ("cron(0 6 ? * ? *)", "are both '?'", "write cron(0 6 * * ? *)"),
        ("cron(60 6 * * ? *)", "minutes can't be '60'", "write 0 to 59, a list"),
        ("cron(0 25 * * ? *)", "hours can't be '25'", "write 0 to 23"),
        ("cron(? 6 * * ? *)", "minutes can't be '?'", ""),
        ("cron(L 6 * * ? *)", "minutes can't be 'L'", ""),
        (
            "cron(0 6 0 * ? *)",
            "day-of-month can't be '0'",
            "a range (a-b), a step (a/n) or *, ?, L",
        ),
        ("cron(0 6 32 * ? *)", "day-of-month can't be '32'", ""),
        ("cron(0 6 32W * ? *)", "day-of-month can't be '32W'", ""),
        ("cron(0 6 W * ? *)", "day-of-month can't be 'W'", ""),
        ("cron(0 6 5L * ? *)", "day-of-month can't be '5L'", ""),
        ("cron(0 6 MON * ? *)", "day-of-month can't be 'MON'", ""),
        ("cron(0 6 * 13 ? *)", "month can't be '13'", "write 1 to 12 or JAN to DEC"),
        ("cron(0 6 * JUNE ? *)", "month can't be 'JUNE'", ""),
        ("cron(0 6 ? * 0 *)", "day-of-week can't be '0'", "write 1 to 7 or SUN to SAT"),
        ("cron(0 6 ? * 8 *)", "day-of-week can't be '8'", ""),
        ("cron(0 6 ? * MON-FUN *)", "day-of-week can't be 'FUN' in 'MON-FUN'", ""),
        ("cron(0 6 * * ? 2030-2027)", "year '2030-2027' ends before it starts", "write 2027-2030"),
        ("cron(0 6 30-31 2-2 ? *)", "never comes in month '2-2'", ""),
        ("cron(0 6 ? * 3W *)", "day-of-week can't be '3W'", ""),
        ("cron(0 6 ? * 3#6 *)", "day-of-week '3#6' is not a day and week", "FRI#3"),
        ("cron(0 6 ? * 3#1,6#3 *)", "is more than one day#week", "a schedule for each"),
        ("cron(0 6 * * ? 1969)", "year can't be '1969'", "write 1970 to 2199"),
        ("cron(0 6 * * ? 2200)", "year can't be '2200'", ""),
        ("cron(0/0 6 * * ? *)", "minutes '0/0' has the step '0'", "a step is 1 to 59"),
        ("cron(0/60 6 * * ? *)", "has the step '60'", ""),
        ("cron(0/ 6 * * ? *)", "has the step ''", ""),
        ("cron(0, 6 * * ? *)", "minutes can't be ''", ""),
        ("cron(5- 6 * * ? *)", "minutes can't be '' in '5-'", ""),
        ("cron(*-5 6 * * ? *)", "minutes can't be '*' in '*-5'", ""),
        ("cron(-1 6 * * ? *)", "minutes can't be '' in '-1'", ""),
        ("cron(\u0661 6 * * ? *)", "minutes can't be", ""),
        ("cron(0 6 31 2 ? *)", "day-of-month '31' never comes in month '2'", "write L"),
        ("cron(0 6 30,31 FEB ? *)", "never comes in month 'FEB'", ""),
        ("cron(0 6 31 4,6,9,NOV ? *)", "never comes in month '4,6,9,NOV'", ""),
        ("cron(0 6 29 2 ? 2027)", "never comes in month '2' of year '2027'", ""),
        ("cron(0 6 29 2 ? 2100)", "of year '2100'", ""),
        ("cron(0 6 31W 2 ? *)", "'31W' never comes", ""),
        ("rate(1 hours)", "the unit of a rate is singular after 1", "write rate(1 hour)"),
        ("rate(5 hour)", "the unit of a rate is plural after 5", "write rate(5 hours)"),
        ("rate(0 minutes)", "a rate is at least 1", "write rate(1 minute)"),
        ("rate(-1 hours)", "a rate is a number and minutes, hours or days", ""),
        ("rate(1 week)", "a rate is a number and minutes, hours or days", "write rate(5 minutes)"),
        ("rate(5minutes)", "a rate is a number and minutes", ""),
        ("at(2027-02-29T00:00:00)", "'2027-02-29T00:00:00' is not a time", "write at(2027-01-01T00:00:00)"),
        ("at(2027-01-01)", "'2027-01-01' is not a time", ""),
        ("at(2027-01-01T00:00:00Z)", "is not a time", ""),
    ],
)
def test_what_aws_refuses(text: str, reason: str, suggestion: str) -> None:
    bad = bad_schedule(text, ALL)
    assert bad and reason in bad.reason and suggestion in bad.suggestion, bad


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rate(1 hour)", "expected cron(…)"),
        ("at(2027-01-01T00:00:00)", "expected cron(…)"),
        ("cron(0,30 * * * ? *)", "minutes '0,30' start it more than once an hour"),
        ("cron(* 6 * * ? *)", "minutes '*' start it more than once"),
        ("cron(0/30 6 * * ? *)", "minutes '0/30' start it more than once"),
    ],
)
def test_what_aws_backup_refuses(text: str, reason: str) -> None:
    bad = bad_schedule(text, HOURLY)
    assert bad and bad.reason.startswith(reason), bad


@pytest.mark.parametrize("text", ["cron(15 * ? * * *)", "cron(30/30 6 * * ? *)", "cron(0 12 * * ? *)"])
def test_what_aws_backup_takes(text: str) -> None:
    assert bad_schedule(text, HOURLY) is None


@pytest.mark.parametrize(
    ("text", "real"),
    [
        ("2027-12-31T23:59:59Z", True),
        ("2000-02-29T00:00:00", True),
        ("2100-02-29T00:00:00", False),
        ("2027-00-01T00:00:00", False),
        ("2027-13-01T00:00:00", False),
        ("2027-01-00T00:00:00", False),
        ("2027-01-01T24:00:00", False),
        ("2027-01-01T00:60:00", False),
        ("2027-01-01T00:00:60", False),
        ("tomorrow", False),
    ],
)
def test_times_of_the_calendar_and_the_clock(text: str, real: bool) -> None:
    assert real_time(text) is real


@pytest.mark.parametrize("section", SETTINGS)
@pytest.mark.parametrize(("text", "code"), [("cron(0 6 * * * *)", {"bad-schedule"}), ("cron(0 6 * * ? *)", set())])
def test_every_schedule_is_checked_at_its_place(section: str, text: str, code: set[str]) -> None:
    spec = f"{HEAD}{SETTINGS[section]}\n".replace("SCHEDULE", text)
    found = faults(spec)
    assert {one.code for one in found} == code
    for one in found:
        assert spec.splitlines()[one.place.line - 1][one.place.column - 1 :].startswith(text)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("cron(0 * * * ? *)", 60),
        ("cron(0 */4 * * ? *)", 240),
        ("cron(0 3 * * ? *)", 24 * 60),
        ("cron(0 3 ? * * *)", 24 * 60),
        ("cron(0 0,6 * * ? *)", 18 * 60),
        ("cron(0 8-17 * * ? *)", 15 * 60),
        ("cron(0 3 ? * SUN *)", 7 * 24 * 60),
        ("cron(0 3 ? * MON-FRI *)", 3 * 24 * 60),
        ("cron(0 3 ? * MON,THU *)", 4 * 24 * 60),
        ("cron(0 3 ? * 6#3 *)", 31 * 24 * 60),
        ("cron(0 3 1 * ? *)", 31 * 24 * 60),
        ("cron(0 3 L * ? *)", 31 * 24 * 60),
        ("cron(0 3 * 1 ? *)", 366 * 24 * 60),
        ("cron(0 3 * * ? 2030)", 366 * 24 * 60),
    ],
)
def test_the_longest_time_between_two_starts(text: str, minutes: int) -> None:
    assert bad_schedule(text, HOURLY) is None
    assert longest_gap(text) == minutes
