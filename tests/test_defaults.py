"""`defaults:` by section: who wins, what an environment changes, and where a fault in a default is told."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform

HEAD = "platform: demo\n"
ENVIRONMENTS = "environments: {dev: {posture: development}, prod: {posture: production, %s}}\n"


def component(text: str, name: str, environment: str = "dev", prod: str = "") -> dict[str, Json]:
    """One component's resolved settings."""
    document = platform(HEAD + ENVIRONMENTS % prod + text, environment).document
    found: dict[str, Json] = document.data["queues"][name]
    return found


def test_every_component_of_the_section_has_them_and_its_own_settings_win() -> None:
    text = "defaults: {queues: {retention_days: 9, delay_seconds: 2}}\nqueues: {a: {}, b: {retention_days: 3}}\n"
    assert [component(text, name)["retention_days"] for name in "ab"] == [9, 3]
    assert [component(text, name)["delay_seconds"] for name in "ab"] == [2, 2]


def test_maps_merge_and_null_goes_back_to_the_language_s_own_default() -> None:
    text = (
        "defaults: {queues: {delay_seconds: 7, dead_letter: {after: 9}}}\n"
        "queues: {a: {dead_letter: {retention_days: 8}}, b: {delay_seconds: null, dead_letter: null}}\n"
    )
    assert component(text, "a")["dead_letter"] == {"after": 9, "queue": None, "retention_days": 8}
    assert component(text, "b")["dead_letter"] == {"after": 5, "queue": None, "retention_days": 14}
    assert component(text, "b")["delay_seconds"] == 0


def test_an_environment_changes_defaults_and_its_changes_of_a_component_win() -> None:
    prod = "defaults: {queues: {delay_seconds: 8, wait_seconds: null}}, queues: {b: {delay_seconds: 1}}"
    text = "defaults: {queues: {delay_seconds: 7, wait_seconds: 5}}\nqueues: {a: {}, b: {}}\n"
    assert [component(text, name, prod=prod)["delay_seconds"] for name in "ab"] == [7, 7]
    assert [component(text, name, "prod", prod)["delay_seconds"] for name in "ab"] == [8, 1]
    assert [component(text, "a", one, prod)["wait_seconds"] for one in ("dev", "prod")] == [5, 20]


def test_only_an_environment_may_have_defaults() -> None:
    prod = "defaults: {queues: {delay_seconds: 8}}"
    assert component("queues: {a: {}}\n", "a", "prod", prod)["delay_seconds"] == 8


def test_a_component_that_an_environment_takes_away_stays_away() -> None:
    text = (
        HEAD + ENVIRONMENTS % "queues: {a: null}" + "defaults: {queues: {delay_seconds: 8}}\nqueues: {a: {}, b: {}}\n"
    )
    assert set(platform(text, "prod").components) - {"encryption"} == {"queues.b"}


def test_null_in_raw_properties_takes_a_property_away() -> None:
    text = "defaults: {queues: {properties: {KmsMasterKeyId: null}}}\nqueues: {a: {}}\n"
    one = compiled(HEAD + ENVIRONMENTS % "" + text)
    resources = next(child.body["Resources"] for child in one.children if child.name == "messaging")
    assert "KmsMasterKeyId" not in resources["AQueue"]["Properties"]


def test_defaults_of_a_section_that_is_not_there_do_nothing() -> None:
    text = HEAD + ENVIRONMENTS % "" + "defaults: {topics: {fifo: false}, buckets: null}\nqueues: {a: {}}\n"
    assert set(platform(text).components) == {"queues.a", "encryption"}


@pytest.mark.parametrize(
    ("defaults", "told"),
    [
        ("{queues: {retention_days: 99}}", [("out-of-range", 3, 37)]),
        ("{queues: {retention: 9}}", [("unknown-property", 3, 21)]),
        ("{queues: {only: [dev]}}", [("unknown-property", 3, 21)]),
        ("{queus: {}}", [("unknown-section", 3, 12)]),
        ("{network: {nat: none}}", [("unknown-section", 3, 12)]),
        ("{queues: [1]}", [("wrong-type", 3, 20)]),
        ("[queues]", [("wrong-type", 3, 11)]),
        ("{queues: {retention_days: 14, dead_letter: {retention_days: 2}}}", [("short-retention", 3, 71)]),
    ],
)
def test_a_fault_in_a_default_is_told_once_and_there(defaults: str, told: list[tuple[str, int, int]]) -> None:
    text = (
        f"{HEAD}environments: {{dev: {{posture: development}}}}\ndefaults: {defaults}\nqueues: {{a: {{}}, b: {{}}}}\n"
    )
    assert [(one.code, one.place.line, one.place.column) for one in faults(text)] == told


def test_a_fault_in_an_environment_s_default_is_told_there() -> None:
    prod = "defaults: {queues: {delay_seconds: -1}}"
    (one,) = faults(HEAD + ENVIRONMENTS % prod + "queues: {a: {}, b: {}}\n")
    assert (one.code, one.place.line) == ("out-of-range", 2)


def test_a_fault_of_the_component_itself_is_told_at_the_component() -> None:
    text = HEAD + ENVIRONMENTS % "" + "defaults: {queues: {delay_seconds: 8}}\nqueues:\n  a: {fif: true}\n  A: {}\n"
    assert [(one.code, one.place.line) for one in faults(text)] == [("unknown-property", 5), ("bad-name", 6)]
