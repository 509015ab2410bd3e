"""`each:` on a component: what it stands for, what its variables become, and what it can get wrong."""

from __future__ import annotations

import pytest

from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources

HEAD = "platform: demo\nenvironments: {dev: {posture: development, %s}}\n"
FUNCTION = "runtime: python3.13, code: ./code, handler: app.handler"


def queues(text: str, environment: str = "") -> dict[str, Json]:
    found: dict[str, Json] = platform(HEAD % environment + text).document.data["queues"]
    return found


def test_a_list_gives_a_component_for_each_word() -> None:
    text = 'queues: {first: {}, "jobs-{tenant}": {each: {tenant: [acme, globex]}, delay_seconds: 3}, last: {}}\n'
    found = queues(text)
    assert list(found) == ["first", "jobs-acme", "jobs-globex", "last"]
    assert [one["delay_seconds"] for one in found.values()] == [0, 3, 3, 0]
    assert all("each" not in one for one in found.values())


def test_a_map_gives_values_with_their_types() -> None:
    words = "{acme: {wait: 1, letters: {after: 2}}, globex: {wait: 4, letters: {after: 9}}}"
    text = (
        f'queues: {{"jobs-{{tenant}}": {{each: {{tenant: {words}}}, '
        'delay_seconds: "{tenant.wait}", dead_letter: "{tenant.letters}"}}\n'
    )
    found = queues(text)
    assert [one["delay_seconds"] for one in found.values()] == [1, 4]
    assert [one["dead_letter"]["after"] for one in found.values()] == [2, 9]


def test_a_value_without_anything_behind_it_is_a_value() -> None:
    assert list(queues('queues: {"jobs-{t}": {each: {t: {acme: , globex: {}}}}}\n')) == ["jobs-acme", "jobs-globex"]


def test_a_value_that_was_renamed_names_what_its_components_were() -> None:
    words = "{acme: {}, globe: {renamed_from: globex, wait: 3}}"
    text = f'queues: {{"jobs-{{t}}": {{each: {{t: {words}}}}}, '
    text += f'"m-{{t}}": {{each: {{t: {words}}}, renamed_from: "n-{{t}}"}}}}\n'
    assert {name: one["renamed_from"] for name, one in queues(text).items()} == {
        "jobs-acme": None,
        "jobs-globe": "jobs-globex",
        "m-acme": "n-acme",
        "m-globe": "n-globex",
    }


def test_values_that_give_one_name_are_told_apart_by_a_word() -> None:
    (found,) = faults(HEAD % "" + 'queues: {"j-{t}-{u}": {each: {t: [a-b, a], u: [c, b-c]}}}\n')
    assert (found.code, found.suggestion) == (
        "duplicate-name",
        "change one of the values, or put a word between the variables",
    )


def test_a_value_that_was_renamed_may_have_been_a_number() -> None:
    assert queues('queues: {"jobs-{t}": {each: {t: {2026: {renamed_from: 2025}}}}}\n')["jobs-2026"]["renamed_from"] == (
        "jobs-2025"
    )


@pytest.mark.parametrize("former", ["[old]", "{}", "1.5", "true"])
def test_a_former_value_is_text_or_a_number(former: str) -> None:
    """Anything else said nothing, and the components would have got new ids."""
    text = f'queues: {{"jobs-{{t}}": {{each: {{t: {{globe: {{renamed_from: {former}}}}}}}}}}}\n'
    assert [found.code for found in faults(HEAD % "" + text)] == ["wrong-type"]


def test_a_value_that_was_renamed_may_have_what_is_in_the_name() -> None:
    """Then the name stays, and nothing was called otherwise."""
    text = 'queues: {"jobs-{t.short}": {each: {t: {globe: {renamed_from: globex, short: g}}}}}\n'
    assert queues(text)["jobs-g"]["renamed_from"] is None


def test_several_variables_give_every_combination() -> None:
    text = 'queues: {"{a}-{b}": {each: {a: [x, y], b: {p: {s: 1}, q: {s: 2}}}, delay_seconds: "{b.s}"}}\n'
    assert {name: one["delay_seconds"] for name, one in queues(text).items()} == {
        "x-p": 1,
        "x-q": 2,
        "y-p": 1,
        "y-q": 2,
    }


def test_variables_stand_in_text_in_keys_and_inside_pointers() -> None:
    text = (
        'queues: {"jobs-{n}": {each: {n: [1, 2]}}}\n'
        'functions:\n  "worker-{n}":\n    each: {n: [1, 2]}\n'
        f'    {FUNCTION.replace(", ", chr(10) + "    ")}\n    uses: {{"jobs-{{n}}": send}}\n'
        '    environment: {ALL: "{n}: ${jobs-{n}.name} ${env} {{n}} {proxy+} {}", "NUMBER_{n}": "$${n}"}\n'
    )
    variables = resources(compiled(HEAD % "" + text))["Worker2Function"]["Properties"]["Environment"]["Variables"]
    assert variables["ALL"] == {"Fn::Sub": "2: ${Jobs2QueueQueueName} dev {n} {proxy+} {}"}
    assert variables["NUMBER_2"] == "${n}"
    assert variables["JOBS_2_URL"] == {"Ref": "Jobs2Queue"}


def test_strings_elsewhere_keep_their_braces() -> None:
    text = f"functions: {{one: {{{FUNCTION}, environment: {{TEXT: '{{tenant}}'}}}}}}\n"
    properties = resources(compiled(HEAD % "" + text))["OneFunction"]["Properties"]
    assert properties["Environment"]["Variables"] == {"TEXT": "{tenant}"}


def test_an_environment_changes_the_template_and_its_words() -> None:
    environment = 'queues: {"jobs-{t}": {each: {t: [acme]}, delay_seconds: 9}}'
    text = 'queues: {"jobs-{t}": {each: {t: [acme, globex]}, delay_seconds: 1}}\n'
    assert {name: one["delay_seconds"] for name, one in queues(text, environment).items()} == {"jobs-acme": 9}


def test_defaults_may_use_the_variables_of_a_template() -> None:
    text = 'defaults: {queues: {delay_seconds: 4}}\nqueues: {"jobs-{t}": {each: {t: [acme, globex]}}}\n'
    assert [one["delay_seconds"] for one in queues(text).values()] == [4, 4]


def test_only_keeps_all_of_them_to_an_environment() -> None:
    text = 'queues: {other: {}, "jobs-{t}": {only: [prod], each: {t: [acme]}}}\n'
    assert list(queues(text.replace("prod", "dev"))) == ["other", "jobs-acme"]
    with pytest.raises(SpecError):
        queues(text)


@pytest.mark.parametrize(
    ("component", "told"),
    [
        ('"a-{t}": {each: {t: [x, y]}, delay_seconds: "{tt}"}', [("unknown-variable", 4, 47)]),
        ('"a-{t}": {each: {t: [x, y]}, delay_seconds: "{t.size}"}', [("unknown-variable", 4, 47)]),
        ('"a-{t}": {each: {t: {x: {size: 1}}}, delay_seconds: "{t.sise}"}', [("unknown-variable", 4, 55)]),
        ('"a-{t}": {each: {t: {x: {m: {}}}}, visibility_seconds: "in {t.m}"}', [("variable-not-text", 4, 58)]),
        ('"a-{u}": {each: {t: [x, y]}}', [("unknown-variable", 4, 3)]),
        ("a: {each: {t: [x, y]}}", [("duplicate-name", 4, 3)]),
        ('"a-{t}": {each: {t: [x, y], u: [1, 2]}}', [("duplicate-name", 4, 3)] * 2),
        ('"a-{t}": {each: {t: [x]}}\n  a-x: {}', [("duplicate-name", 5, 3)]),
        ('"a-{t}": {each: {t: []}}', [("out-of-range", 4, 23)]),
        ('"a-{t}": {each: {}}', [("out-of-range", 4, 19)]),
        ('"a-{t}": {each: [x]}', [("wrong-type", 4, 19)]),
        ('"a-{t}": {each: {t: {x: 1}}}', [("wrong-type", 4, 27)]),
        ('"a-{t}": {each: {t: [x, x]}}', [("duplicate-value", 4, 23)]),
        ('"a-{t}": {each: {T: [x]}}', [("bad-name", 4, 20)]),
        ('"a-{t}": {each: {t: [X]}}', [("bad-name", 4, 3)]),
        ('"a-{t}": {each: {t: [x, y]}, delay: 1}', [("unknown-property", 4, 32)]),
        ('"a-{t}": {each: {t: [x]}, "{t}": 1, x: 2}', [("duplicate-key", 4, 39)]),
        ('"a-{t}": {}', [("bad-name", 4, 3)]),
    ],
)
def test_a_fault_is_told_at_the_template(component: str, told: list[tuple[str, int, int]]) -> None:
    text = f"platform: demo\nenvironments: {{dev: {{posture: development}}}}\nqueues:\n  {component}\n"
    assert [(one.code, one.place.line, one.place.column) for one in faults(text)] == told


def test_a_section_that_is_one_component_has_no_each() -> None:
    (one,) = faults(HEAD % "" + "network: {each: {t: [x]}}\n")
    assert one.code == "unknown-property"


def test_an_environment_may_make_existing_resources_of_them() -> None:
    text = 'queues: {"jobs-{tenant}": {each: {tenant: [acme, globex]}, delay_seconds: 3}}\n'
    found = queues(text, 'queues: {"jobs-{tenant}": {existing: "shared-{tenant}"}}')
    assert {name: one["existing"] for name, one in found.items()} == {
        "jobs-acme": "shared-acme",
        "jobs-globex": "shared-globex",
    }
