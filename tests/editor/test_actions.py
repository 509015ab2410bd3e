"""What is offered to do about a diagnostic, and that it mends it."""

from __future__ import annotations

import pytest

from reviewer.editor.actions import Action, actions
from reviewer.editor.verdict import judged
from tests.editor.reading import LANGUAGE, read

SHOP = """\
# 🐕
platform: shop
environments:
  dev: {posture: development}
databases: {main: {engine: postgres, version: "17"}}
queues:
  jobs:
    retention_days: 3
functions:
  worker:
    runtime: python3.13
    code: ./worker
    handler: app.handler
    uses: {jobs: [send], main: connect}
    environment: {LINK: "é ${jobs.url}"}
"""
DATABASE = 'databases: {main: {engine: postgres, version: "17"}}'


def offered(text: str) -> list[tuple[str, Action]]:
    """The code of each diagnostic with what can be done about it."""
    reading = read(text)
    return [(one.code, action) for one in judged(reading).diagnostics for action in actions(reading, LANGUAGE, one)]


def test_the_spec_is_valid() -> None:
    assert judged(read(SHOP)).diagnostics == ()


@pytest.mark.parametrize(
    ("before", "after", "code", "title"),
    [
        ("{jobs: [send]", "{jbos: [send]", "unknown-component", "Change to 'jobs'"),
        ("[send]", "[sned]", "unknown-verb", "Change to 'send'"),
        ("${jobs.url}", "${jobs.ulr}", "unknown-attribute", "Change to 'url'"),
        ("${jobs.url}", "${jbos.url}", "unknown-component", "Change to 'jobs'"),
        ("retention_days", "retention_dyas", "unknown-property", "Change to 'retention_days'"),
        ("queues:", "queeus:", "unknown-section", "Change to 'queues'"),
        ("posture: development", "posture: developmnt", "not-allowed", "Change to 'development'"),
        ("engine: postgres", "engine: postgers", "not-allowed", "Change to 'postgres'"),
        ('version: "17"', "version: 17", "wrong-type", "Quote 17"),
        ("{posture: development}", "{}", "missing-property", "Add 'posture'"),
        (DATABASE, "databases:\n  main:\n    version: '17'", "missing-property", "Add 'engine'"),
        ("engine: postgres, ", "", "missing-property", "Add 'engine'"),
    ],
)
def test_what_is_offered_mends_the_spec(before: str, after: str, code: str, title: str) -> None:
    reading = read(SHOP.replace(before, after, 1))
    found = offered(reading.text.content)
    assert (code, title) in [(one, action.title) for one, action in found]
    chosen = [action.change for one, action in found if (one, action.title) == (code, title)]
    assert judged(read(reading.text.changed(chosen))).errors == ()


def test_a_version_is_quoted_as_it_is_written() -> None:
    (change,) = [action.change for _, action in offered(SHOP.replace('"17"', "17.10"))]
    assert change.text == '"17.10"'


@pytest.mark.parametrize(
    ("lint", "result"),
    [
        ("", "lint:\n  ignore:\n    - {rule: "),
        ("lint: {}\n", "lint: {ignore: [{rule: "),
        ("lint: {ignore: [{rule: E3012, component: queues.jobs, reason: y}]}\n", "lint: {ignore: [{rule: open"),
        ("lint:\n  ignore:\n    - {rule: E3012, component: queues.jobs, reason: y}\n", "    - {rule: E3012"),
    ],
)
def test_a_warning_is_accepted_once_its_reason_is_written(lint: str, result: str) -> None:
    text = SHOP + 'apis: {public: {routes: {"GET /": worker}}}\n' + lint
    reading = read(text)
    (found,) = [action for code, action in offered(text) if code == "open-route"]
    assert found.title == "Accept 'open-route' of apis.public, with a reason"
    after = reading.text.changed([found.change])
    assert result in after
    assert judged(read(after)).errors, "the reason is missing"
    assert judged(read(after.replace('reason: ""', "reason: so"))).diagnostics == ()


def test_nothing_is_offered_where_nobody_knows_what_to_write() -> None:
    assert offered(SHOP.replace("postgres", "zzz")) == []
    assert offered("platform: [") == []


def test_a_warning_of_what_each_makes_is_accepted_for_all_of_them() -> None:
    text = SHOP + 'apis: {"public-{a}": {each: {a: [x, y]}, routes: {"GET /": worker}}}\n'
    found = [action for code, action in offered(text) if code == "open-route"]
    assert {one.title for one in found} == {"Accept 'open-route' of apis.public-{a}, with a reason"}
    after = read(text).text.changed([found[0].change]).replace('reason: ""', "reason: so")
    assert judged(read(after)).diagnostics == ()


def test_a_warning_of_a_group_is_accepted_for_all_of_it() -> None:
    text = SHOP + 'groups: {a: {each: {a: [x, y]}, apis: {"public-{a}": {routes: {"GET /": worker}}}}}\n'
    found = [action for code, action in offered(text) if code == "open-route"]
    assert {one.title for one in found} == {"Accept 'open-route' of apis.public-{a}, with a reason"}
    after = read(text).text.changed([found[0].change]).replace('reason: ""', "reason: so")
    assert judged(read(after)).diagnostics == ()
