"""Explanations of words, components and settings, and of names that there are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from compiler.language.schema import load_schema
from reviewer.explain.codes import codes
from reviewer.explain.topics import plain, settings_of, topic
from reviewer.explain.words import explain_word

ROOT = Path(__file__).parents[2]
SCHEMA = load_schema()
SPEC = """
platform: shop
environments:
  dev: {posture: development}
  prod: {posture: production, queues: {orders: {delay_seconds: 9}}}
queues: {orders: {delay_seconds: 5}, mails: {}}
topics: {mails: {}}
functions:
  worker: {runtime: python3.13, code: x, handler: a.b, uses: {orders: consume}, triggers: [{queue: queues.mails}]}
buckets: {old: {existing: shop-old}}
"""


@pytest.fixture
def spec(tmp_path: Path) -> str:
    file = tmp_path / "spec.yaml"
    file.write_text(SPEC, encoding="utf-8")
    return str(file)


def explain(*words: str) -> Result:
    return CliRunner().invoke(main, ["explain", *words])


def no_rule(code: str) -> tuple[str, ...]:
    return ()


@pytest.mark.parametrize("section", SCHEMA.kinds)
def test_every_word_of_a_section_is_explained(section: str) -> None:
    kind, words = SCHEMA.kinds[section], {section}
    words |= {f"{section}.{one}" for told in ("x-verbs", "x-attributes", "x-alarms") for one in kind.get(told, ())}
    words |= {f"{section}.{setting.path}" for setting in settings_of(SCHEMA, section)}
    assert all(topic(word, SCHEMA).about["description"] for word in words)
    assert all(topic(plain(word), SCHEMA).lines for word in words)


def test_every_setting_of_the_header_is_explained() -> None:
    for name in SCHEMA.base["properties"]:
        assert topic(name, SCHEMA).about["description"]


def test_a_setting_has_its_value_default_by_posture_and_example() -> None:
    assert explain("services.scale.max").stdout.splitlines() == [
        "services.scale.max",
        "The most tasks.",
        "",
        "value    integer, 0 to 5000",
        "default  development: 2, staging: 4, production: 4",
        "example  10",
    ]


def test_every_code_of_the_page_is_explained() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    entries = {code for line in re.findall(r"^### (.+)$", page, re.MULTILINE) for code in line.split(", ")}
    assert codes().keys() == entries
    for code in entries:
        assert explain_word(code, SCHEMA, no_rule).about["description"], code
    assert not entries & {*SCHEMA.kinds, *SCHEMA.base["properties"]}


def test_a_rule_of_cfn_lint_is_explained() -> None:
    assert "cfn-lint/blob/main/docs" in explain("E3012").stdout


@pytest.mark.parametrize("word", ["F3012", "e3012"])
def test_the_same_rule_of_aws_and_in_small_letters_is_that_of_cfn_lint(word: str) -> None:
    assert explain(word).stdout == explain("E3012").stdout


def test_a_rule_of_our_own_is_explained_with_what_to_do() -> None:
    found = explain("W9701", "--format", "json")
    assert found.exit_code == 0
    assert "rule of Stackwright" in found.stdout
    assert "switch deletion protection on" in found.stdout


UNKNOWN = {
    "queus": "did you mean 'queues'?",
    "queues.retention": "did you mean 'retention_days'?",
    "imag-tag": "did you mean 'image-tag'?",
    "E9999": "available:",
    "F9999": "there is no code 'F9999'",
    "CKV_AWS_18": "look it up at https://www.checkov.io/",
}


@pytest.mark.parametrize("word", UNKNOWN)
def test_an_unknown_word_gets_the_nearest(word: str) -> None:
    found = explain(word)
    assert found.exit_code == 1
    assert "error[unknown-subject]" in found.stderr
    assert UNKNOWN[word] in found.stderr


UNKNOWN_IN_SPEC = {
    "queues.order": "did you mean 'queues.orders'?",
    "workr": "did you mean 'worker'?",
    "mails": "write 'queues.mails'",
    "worker.uses.order": "did you mean 'orders'?",
    "queues.orders.delay_second": "did you mean 'delay_seconds'?",
    "worker.triggers.3": "available: 0",
}


@pytest.mark.parametrize("subject", UNKNOWN_IN_SPEC)
def test_an_unknown_name_of_a_spec_gets_the_nearest(spec: str, subject: str) -> None:
    found = explain(spec, subject, "--env", "dev")
    assert found.exit_code == 1
    assert "error[unknown-subject]" in found.stderr
    assert UNKNOWN_IN_SPEC[subject] in found.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("a", "b", "c"), "name one thing"),
        (("spec.yaml",), "stackwright explain spec.yaml COMPONENT"),
    ],
)
def test_wrong_arguments_are_status_2(words: tuple[str, ...], told: str) -> None:
    found = explain(*words)
    assert found.exit_code == 2
    assert told in found.stderr


def test_of_several_environments_one_is_named(spec: str) -> None:
    found = explain(spec, "worker")
    assert (found.exit_code, "choose one with --env" in found.stderr) == (2, True)


def test_a_component_shows_resources_connections_and_names(spec: str) -> None:
    shown = explain(spec, "queues.orders", "--env", "dev").stdout
    assert "Resources in messaging\n  OrdersQueueDeadLetter, SQS::Queue\n" in shown
    assert f"Used by\n  functions.worker: consume ({spec}:9:63)\n" in shown
    assert "  arn = OrdersQueue.Arn\n" in shown
    assert "  OrdersQueueUrl = OrdersQueue\n" in shown
    worker = explain(spec, "worker", "--env", "dev").stdout
    assert f"queues.mails: trigger, by functions.worker.triggers[0].queue ({spec}:9:" in worker


def test_nothing_is_created_for_an_existing_component(spec: str) -> None:
    shown = explain(spec, "buckets.old", "--env", "dev").stdout
    assert "existing: shop-old; nothing is created for it" in shown
    assert "Resources" not in shown


def test_a_setting_shows_the_line_that_set_it_and_the_properties(spec: str) -> None:
    shown = {name: explain(spec, "queues.orders.delay_seconds", "--env", name).stdout for name in ("dev", "prod")}
    assert shown["dev"].startswith(f"queues.orders.delay_seconds = 5\n{spec}:6:34 in dev\n")
    assert shown["prod"].startswith(f"queues.orders.delay_seconds = 9\n{spec}:5:64 in prod\n")
    assert "Properties with this value\n  messaging/OrdersQueue.DelaySeconds\n" in shown["dev"]
    default = explain(spec, "queues.mails.delay_seconds", "--env", "dev").stdout
    assert default.startswith("queues.mails.delay_seconds = 0\nnot set: the default in dev\n")


def test_the_page_shows_what_the_command_prints() -> None:
    page = (ROOT / "docs" / "explain.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    spec = str(ROOT / "spec" / "rayman-portfolio.yaml")
    told = explain(spec, "services.web.uses.main", "--env", "prod").stdout.replace(f"{ROOT}/", "")
    assert set(shown.splitlines()) <= set(told.splitlines())


GROUPED = """platform: shop
environments: {dev: {posture: development}, prod: {posture: production}}
groups:
  tenants:
    only: [prod]
    each: {tenant: {acme: {}, globex: {}}}
    queues: {"jobs-{tenant}": {}, "mails-{tenant}": {only: [prod]}}
queues: {other: {}}
"""


def grouped(tmp_path: Path, subject: str, environment: str = "prod") -> Result:
    file = tmp_path / "grouped.yaml"
    file.write_text(GROUPED)
    return explain(str(file), subject, "--env", environment)


def test_a_group_shows_its_words_and_what_each_component_of_it_became(tmp_path: Path) -> None:
    lines = grouped(tmp_path, "groups.tenants").output.splitlines()
    assert lines[0] == "groups.tenants, a group"
    assert lines[1].endswith("grouped.yaml:4:3 in prod")
    assert lines[2:] == [
        *("each tenant: acme, globex", "only: [prod]", ""),
        *("queues.jobs-{tenant}", "  queues.jobs-acme", "  queues.jobs-globex", ""),
        *("queues.mails-{tenant}", "  queues.mails-acme", "  queues.mails-globex"),
    ]


@pytest.mark.parametrize("environment", ["pr-*", "prod"])
def test_a_group_shows_the_words_of_the_environment(environment: str, tmp_path: Path) -> None:
    file = tmp_path / "grouped.yaml"
    changes = "groups: {tenants: {each: {tenant: {acme: null, initech: {}}}}}"
    file.write_text(
        f"platform: shop\nenvironments: {{'{environment}': {{posture: development, {changes}}}}}\n"
        'groups: {tenants: {each: {tenant: {acme: , globex: {}}}, queues: {"jobs-{tenant}": {}}}}\n'
    )
    told = explain(str(file), "groups.tenants", "--env", environment.replace("*", "7")).output
    assert "each tenant: globex, initech\n" in told


def test_one_component_of_a_group_and_an_environment_without_it(tmp_path: Path) -> None:
    one = grouped(tmp_path, "groups.tenants.queues.mails-{tenant}").output
    assert "mails-acme" in one and "jobs" not in one
    assert "nothing in dev" in grouped(tmp_path, "groups.tenants", "dev").output


@pytest.mark.parametrize(
    ("subject", "near"),
    [
        ("groups.tenant", "did you mean 'groups.tenants'?"),
        ("groups", "groups.tenants"),
        ("groups.tenants.queues.job-{tenant}", "did you mean 'groups.tenants.queues.jobs-{tenant}'?"),
    ],
)
def test_an_unknown_name_of_a_group_gets_the_nearest(tmp_path: Path, subject: str, near: str) -> None:
    found = grouped(tmp_path, subject)
    assert found.exit_code == 1 and "unknown-subject" in found.output and near in found.output
