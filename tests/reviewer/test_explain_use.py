"""What the explanation of one use has, and that it neither loses nor adds anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compiler.language.schema import load_schema
from compiler.pipeline import check_spec
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from reviewer.explain.built import Built, built, is_use, resources_with
from reviewer.explain.facts import Permission, Rule, Variable, facts
from reviewer.explain.subject import explain_spec
from reviewer.explain.use import added_facts

ROOT = Path(__file__).parents[2]
SPEC = """
platform: shop
environments: {prod: {posture: production}}
databases: {main: {engine: postgres, version: "17"}}
secrets: {stripe: {keys: [api_key]}}
queues: {orders: {renamed_from: jobs}, mails: {}}
services:
  web:
    image: example/web:1.0
    uses:
      main: connect
      stripe: read
      orders: {verbs: send, as: WORK}
functions:
  idle: {runtime: python3.13, code: x, handler: a.b}
"""


def explained(text: str, subject: str, folder: Path) -> tuple[dict[str, Json], tuple[str, ...]]:
    file = folder / "spec.yaml"
    file.write_text(text, encoding="utf-8")
    (checked,) = check_spec(str(file))
    topic = explain_spec(checked, load_schema(), subject)
    return json.loads(json.dumps(topic.about)), topic.lines


def test_a_database_gives_permissions_rules_variables_secrets_and_order(tmp_path: Path) -> None:
    about, lines = explained(SPEC, "services.web.uses.main", tmp_path)
    assert about["uses"] == [{"component": "databases.main", "verb": "connect"}]
    assert (about["line"], about["column"]) == (11, 7)
    secret = "MainDatabase.MasterUserSecret.SecretArn"
    assert [(one["holder"], one["resources"]) for one in about["permissions"]] == [
        ("WebServiceExecutionRole", [secret]),
        ("WebServiceTaskRole", [secret]),
    ]
    assert [(one["direction"], one["ports"], one["resource"]) for one in about["rules"]] == [
        ("ingress", "tcp 5432", "MainDatabase5432FromWebService"),
        ("egress", "tcp 5432", "WebServiceToMainDatabase5432"),
    ]
    variables = {one["name"]: one["value"] for one in about["variables"]}
    assert variables["MAIN_HOST"] == "MainDatabase.Endpoint.Address"
    assert [one["name"] for one in about["secrets"]] == ["MAIN_PASSWORD", "MAIN_USERNAME"]
    assert {one["after"] for one in about["order"]} >= {"MainDatabase5432FromWebService"}
    assert {one["stack"] for one in about["permissions"]} == {"compute"}
    assert f"{tmp_path / 'spec.yaml'}:11:7 in prod" in lines


def test_what_another_use_gives_too_is_marked(tmp_path: Path) -> None:
    """The key opens both secrets, so that it stays without the database."""
    about, lines = explained(SPEC, "services.web.uses.main", tmp_path)
    assert {one["shared"] for one in about["key_permissions"]} == {True}
    assert {one["shared"] for one in about["permissions"]} == {False}
    assert any(line.endswith("; also given by another use") for line in lines)


@pytest.mark.parametrize("subject", ["services.web.uses.orders", "web.uses.queues.orders"])
def test_a_renamed_target_is_told_by_its_new_name_and_its_old_ids(tmp_path: Path, subject: str) -> None:
    about, _ = explained(SPEC, subject, tmp_path)
    assert about["uses"] == [{"component": "queues.orders", "verb": "send"}]
    assert [one["name"] for one in about["variables"]] == ["WORK_URL"]
    assert about["permissions"][0]["resources"] == ["JobsQueue.Arn"]


CASES = ("workloads-fullest", "search-fullest", "functions-fullest", "jobs-fullest", "pipelines-fullest")
FILES = [ROOT / "examples" / "guestbook.yaml", *(ROOT / "tests" / "golden" / case / "spec.yaml" for case in CASES)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_all_uses_together_are_all_that_uses_give(file: Path) -> None:
    checked = check_spec(str(file))[0]
    whole = built(checked, load_schema())
    for component in whole.platform.components.values():
        told, missing = lost_and_missing(whole, tuple(component.path.split(".")))
        assert (told, missing) == ([], []), component.path


def lost_and_missing(whole: Built, path: tuple[str, ...]) -> tuple[list[object], list[object]]:
    """What explanations say that is not in the templates, and what is there by uses and in no explanation."""
    checked, telling = whole.checked, (Permission, Rule, Variable)
    targets = dict.fromkeys(edge.target for edge in checked.connections.edges if is_use(edge, path))
    if not targets:
        return [], []
    standing = facts(whole.resources)
    none = facts(resources_with(whole, path, lambda edge: False))
    added = [fact for target in targets for fact in added_facts(whole, path, {target}) if isinstance(fact, telling)]
    by_uses = [fact for fact in standing if fact not in none and isinstance(fact, telling)]
    return [fact for fact in added if fact not in standing], [fact for fact in by_uses if fact not in added]


MANY = """
platform: shop
environments: {prod: {posture: production}}
tables: {orders: {key: id}, items: {key: id}}
queues: {jobs-a: {}}
topics: {jobs-b: {}}
functions:
  jobs-f: {runtime: python3.13, code: x, handler: a.b}
  worker:
    runtime: python3.13
    code: x
    handler: a.b
    uses: {"tables.*": read, "tables.o*": write, "jobs-*": consume, tables.items: write}
"""


def test_a_pattern_is_explained_with_all_that_it_means(tmp_path: Path) -> None:
    about, lines = explained(MANY, "worker.uses.jobs-*", tmp_path)
    assert about["uses"] == [{"component": "queues.jobs-a", "verb": "consume"}]
    assert about["left_out"] == ["topics.jobs-b", "functions.jobs-f"]
    assert (about["line"], about["column"]) == (13, 50)
    assert "not meant: topics.jobs-b, functions.jobs-f" in lines


@pytest.mark.parametrize("pattern", ["tables.*", "tables.o*"])
def test_what_two_patterns_mean_is_explained_by_both(tmp_path: Path, pattern: str) -> None:
    about, _ = explained(MANY, f"worker.uses.{pattern}", tmp_path)
    assert about["uses"] == [{"component": "tables.orders", "verb": verb} for verb in ("read", "write")]
    assert {one["value"] for one in about["variables"]} == {"OrdersTable"}


def test_a_pattern_that_is_not_written_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="does not use 'table"):
        explained(MANY, "worker.uses.table*", tmp_path)
