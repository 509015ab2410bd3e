"""Times as text: the same bytes as the number, finer where AWS takes that, and faults as they were written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from compiler.language.accept import Acceptor
from compiler.language.described import settings as described
from compiler.language.editor import editor_schema
from compiler.language.schema import load_schema
from compiler.language.times import bounds, in_seconds, plain, spelled
from compiler.language.validate import validator
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

PAGE = Path(__file__).parents[1] / "docs" / "language.md"
SCHEMA = load_schema()
HEAD = "platform: demo\nenvironments: {dev: {posture: development}}\n"
UNITS = ("seconds", "minutes", "hours", "days")
LENGTH = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


def _below(section: str, schema: Json) -> Iterator[tuple[str, Mapping[str, Json]]]:
    properties = schema.get("properties", {})
    return ((f"{section}.{one.path}", one.about) for one in described(SCHEMA, properties))


ALL = [
    *(found for section, kind in SCHEMA.kinds.items() for found in _below(section, kind)),
    *(found for name, about in SCHEMA.base["$defs"].items() if "properties" in about for found in _below(name, about)),
]
TIMES = [(name, about) for name, about in ALL if "x-time" in about]


def numbers(about: Mapping[str, Json]) -> list[int]:
    return [
        one
        for one in (*about.get("enum", ()), about.get("minimum"), about.get("maximum"), *about["examples"])
        if one is not None and not isinstance(one, str)
    ]


def test_every_setting_that_is_a_time_takes_text() -> None:
    named = [name for name, about in ALL if re.search(r"(^|_|\.)(days|hours|minutes|seconds)$", name) and about]
    assert len(TIMES) > 100
    assert {name for name in named if dict(ALL)[name].get("type") not in ("boolean", "object")} <= {*dict(TIMES)}


@pytest.mark.parametrize(("name", "about"), TIMES, ids=[name for name, _ in TIMES])
def test_a_text_is_the_number_that_it_stands_for(name: str, about: Mapping[str, Json]) -> None:
    letter = about["x-time"]["unit"][0]
    for number in numbers(about):
        text = f"{number}{letter}"
        assert plain(text, about) == number
        assert Acceptor({}).accepts(about, text) and validator(about).is_valid(text)
    for text in (f"{10**9}d", "4 days", "1.5h", "-1d", "4D", "", "d", "4d\n", "٤d"):
        assert not Acceptor({}).accepts(about, text) and not validator(about).is_valid(text)


@pytest.mark.parametrize(("name", "about"), TIMES, ids=[name for name, _ in TIMES])
def test_the_unit_is_the_one_of_the_name(name: str, about: Mapping[str, Json]) -> None:
    last = re.split(r"[._]", name)[-1]
    assert about["x-time"]["unit"] == (last if last in UNITS else about["x-time"]["unit"])
    words = about["description"].lower()
    assert last in UNITS or about["x-time"]["unit"][:-1] in words


@given(st.sampled_from(TIMES), st.integers(0, 10**6), st.sampled_from("smhd"))
@settings(max_examples=300, deadline=None)
def test_both_validators_agree_and_what_they_take_keeps_its_length(
    setting: tuple[str, Mapping[str, Json]], number: int, letter: str
) -> None:
    _, about = setting
    text, unit = f"{number}{letter}", about["x-time"]["unit"]
    taken = Acceptor({}).accepts(about, text)
    assert validator(about).is_valid(text) is taken
    if taken:
        length = number * next(LENGTH[one] for one in UNITS if one[0] == letter)
        assert in_seconds(plain(text, about), unit) == length
        low, high = bounds(about)
        assert "enum" in about or low <= length <= (high or length)


@given(st.integers(0, 10**9), st.sampled_from(["", "s", "m", "h", "d"]))
@settings(max_examples=200, deadline=None)
def test_a_spelled_time_is_as_long(seconds: int, letter: str) -> None:
    assert in_seconds(spelled(seconds, letter), "seconds") == seconds


def written(text: str) -> list[str]:
    made = compiled(HEAD + text)
    return [json.dumps(body) for body in (made.root.body, *(child.body for child in made.children))]


SAME = [
    ("queues: {jobs: {retention_days: %s}}", 2, ("2d", "48h", "2880m", "172800s")),
    ("queues: {jobs: {visibility_seconds: %s}}", 7200, ("2h", "120m", "7200s")),
    ("roles: {app: {trusted: {services: [ec2.amazonaws.com]}, session_hours: %s}}", 2, ("2h", "120m")),
    ("tables: {t: {key: {partition: id}, recovery_days: %s}}", 7, ("7d", "168h")),
    ("streams: {s: {retention_hours: %s}}", 48, ("48h", "2d")),
    ("buckets: {b: {expire: %s}}", 30, ("30d", "720h")),
]


@pytest.mark.parametrize(("text", "number", "spellings"), SAME)
def test_number_and_text_compile_to_the_same_bytes(text: str, number: int, spellings: tuple[str, ...]) -> None:
    wanted = written(text % number)
    assert [written(text % one) for one in spellings] == [wanted] * len(spellings)


CLIENT = "auth: {users: {clients: {web: {%s}}}}"
FINER: list[tuple[str, str, str, Json]] = [
    ("queues: {jobs: {retention_days: 90s}}", "JobsQueue", "MessageRetentionPeriod", 90),
    ("queues: {jobs: {retention_days: 12h}}", "JobsQueue", "MessageRetentionPeriod", 43200),
    (
        "queues: {jobs: {retention_days: 1m, dead_letter: {retention_days: 36h}}}",
        "JobsQueueDeadLetter",
        "MessageRetentionPeriod",
        129600,
    ),
    (CLIENT % "access_minutes: 330s", "UsersUserPoolWebClient", "AccessTokenValidity", 330),
    (CLIENT % "refresh_days: 90m", "UsersUserPoolWebClient", "RefreshTokenValidity", 90),
    (
        CLIENT % "refresh_days: 90m, id_minutes: 450s",
        "UsersUserPoolWebClient",
        "TokenValidityUnits",
        {"AccessToken": "minutes", "IdToken": "seconds", "RefreshToken": "minutes"},
    ),
    (
        "roles: {app: {trusted: {services: [ec2.amazonaws.com]}, session_hours: 90m}}",
        "AppRole",
        "MaxSessionDuration",
        5400,
    ),
]


@pytest.mark.parametrize(("text", "logical_id", "name", "wanted"), FINER)
def test_a_time_finer_than_the_unit(text: str, logical_id: str, name: str, wanted: Json) -> None:
    assert dict(resources(compiled(HEAD + text)))[logical_id]["Properties"][name] == wanted


def test_a_collection_keeps_events_for_hours() -> None:
    text = "network: {}\nsearch: {logs: {collection: {type: logs, expire_days: 36h}}}"
    found = dict(resources(compiled(HEAD + text)))["LogsSearchRetention"]["Properties"]["Policy"]
    assert '"MinIndexRetention":"36h"' in str(found).replace(" ", "")


BAD = [
    ("retention_days: 5s", "out-of-range", "'retention_days' is at least 60s, not \"5s\"", ""),
    ("retention_days: 20d", "out-of-range", "'retention_days' is at most 14d, not \"20d\"", ""),
    ("retention_days: 400h", "out-of-range", "'retention_days' is at most 336h, not \"400h\"", ""),
    ("retention_days: 0", "out-of-range", "'retention_days' is at least 1, not 0", 'a shorter time is text: "1m"'),
    ("retention_days: 4 days", "bad-time", "'retention_days' can't be \"4 days\": ", "did you mean '4d'?"),
    ("retention_days: 1d12h", "bad-time", "'retention_days' can't be \"1d12h\": ", "did you mean '36h'?"),
    ("retention_days: 1d 12h", "bad-time", "'retention_days' can't be \"1d 12h\": ", "did you mean '36h'?"),
    ("retention_days: 12h1d", "bad-time", "'retention_days' can't be \"12h1d\": it takes a number of days", ""),
    ('retention_days: "4"', "bad-time", "'retention_days' can't be \"4\": ", 'write 4 without quotes, or "4d"'),
    ("retention_days: 1.5d", "bad-time", 'it takes a number of days, or a time such as "4d"', ""),
    ("delay_seconds: 1h", "out-of-range", "'delay_seconds' is at most 15m, not \"1h\"", ""),
    ("retention_days: true", "wrong-type", 'must be a whole number or a time such as "4d", not true', ""),
    ("retention_days: 5d, dead_letter: {retention_days: 90m}", "short-retention", "less than the queue's 5 days", ""),
    ("retention_days: 90m, dead_letter: {retention_days: 80m}", "short-retention", "than the queue's 90m", "90m"),
]


@pytest.mark.parametrize(("settings_of", "code", "message", "suggestion"), BAD)
def test_a_bad_time_is_told_as_it_was_written(settings_of: str, code: str, message: str, suggestion: str) -> None:
    (fault,) = faults(f"{HEAD}queues: {{jobs: {{{settings_of}}}}}")
    assert fault.code == code
    assert message in fault.message
    assert suggestion in fault.suggestion


def test_a_time_between_two_that_aws_takes_names_both() -> None:
    (fault,) = faults(f"{HEAD}streams: {{s: {{retention_hours: 1501m}}}}")
    assert (fault.code, fault.suggestion) == ("bad-time", "write 25h or 26h")
    assert fault.message.endswith('can\'t be "1501m": AWS takes whole hours here')


def test_a_time_of_a_list_of_values() -> None:
    text = f"{HEAD}functions: {{f: {{runtime: python3.13, code: job, handler: a.b, logs: {{days: %s}}}}}}"
    (fault,) = faults(text % "2d")
    assert fault.code == "not-allowed"
    assert 'can\'t be "2d"; it is one of 1d, 3d, 5d' in fault.message


def test_an_environment_and_a_default_may_say_a_time() -> None:
    text = """
platform: demo
defaults: {queues: {retention_days: 2h}}
environments: {dev: {posture: development, queues: {jobs: {delay_seconds: 1m}}}}
queues: {jobs: {}, "mails-{of}": {each: {of: {acme: {keep: 90s}, globex: {keep: 3}}}, retention_days: "{of.keep}"}}
"""
    found = dict(resources(compiled(text)))
    kept = {name: found[name]["Properties"]["MessageRetentionPeriod"] for name in ("JobsQueue", "MailsAcmeQueue")}
    assert kept == {"JobsQueue": 7200, "MailsAcmeQueue": 90}
    assert found["MailsGlobexQueue"]["Properties"]["MessageRetentionPeriod"] == 3 * 86400
    assert found["JobsQueue"]["Properties"]["DelaySeconds"] == 60


def test_editors_offer_the_text() -> None:
    schema = editor_schema(SCHEMA)
    head = {"platform": "demo", "environments": {"dev": {"posture": "development"}}}
    validator_of_editors = Draft7Validator(schema)
    for text, sound in (("90s", True), ("90 s", False), (4, True), (99, False), ("{of.keep}", False)):
        spec = {**head, "queues": {"jobs": {"retention_days": text}}}
        assert validator_of_editors.is_valid(spec) is sound, text
    for text, sound in ((30, True), ("30d", True), (31, False), ("30 days", False)):
        spec = {
            **head,
            "functions": {"f": {"runtime": "python3.13", "code": "f", "handler": "a.b", "logs": {"days": text}}},
        }
        assert validator_of_editors.is_valid(spec) is sound, text
    assert validator_of_editors.is_valid({**head, "defaults": {"queues": {"retention_days": "90s"}}})


def test_the_example_of_the_page_is_what_the_page_says() -> None:
    (block,) = re.findall(r"### Times\n.*?```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    found = dict(resources(compiled(block)))
    queues = {name: found[name]["Properties"]["MessageRetentionPeriod"] for name in ("OrdersQueue", "PricesQueue")}
    assert queues == {"OrdersQueue": 4 * 86400, "PricesQueue": 90}
    assert found["OrdersQueue"]["Properties"]["VisibilityTimeout"] == 300
    assert found["PricesQueueDeadLetter"]["Properties"]["MessageRetentionPeriod"] == 43200
    assert found["ClerkRole"]["Properties"]["MaxSessionDuration"] == 5400
