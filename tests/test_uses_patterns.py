"""Uses of many components: what a pattern means, what wins, and what variables are left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compiler.pipeline import check_spec, compile_spec
from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from linter.gate import judge
from tests.kinds.building import compiled, faults, resources

HEAD: dict[str, Json] = {"platform": "shop", "environments": {"dev": {"posture": "development"}}}
CODE = {"runtime": "python3.13", "code": "x", "handler": "a.b"}
SHOP: dict[str, Json] = {
    **HEAD,
    "tables": {"orders": {"key": {"partition": "id"}}, "items": {"key": {"partition": "id"}}},
    "queues": {"jobs-a": {}, "jobs-b": {}, "other": {}},
    "topics": {"jobs-t": {}},
    "functions": {"jobs-f": CODE, "worker": CODE},
}


def spec(uses: Json, **more: Json) -> str:
    worker = {**CODE, "uses": uses}
    return json.dumps({**SHOP, **more, "functions": {**SHOP["functions"], "worker": worker}})


def edges(text: str, folder: Path, environment: str = "dev") -> set[tuple[str, str]]:
    file = folder / "spec.yaml"
    file.write_text(text, encoding="utf-8")
    (checked,) = check_spec(str(file), (environment,))
    return {(edge.target, edge.verb) for edge in checked.connections.edges if edge.source == "functions.worker"}


TABLES = ("tables.orders", "tables.items")
JOBS = ("queues.jobs-a", "queues.jobs-b")
MEANT: dict[str, tuple[Json, set[tuple[str, str]]]] = {
    "a section": ({"tables.*": "read"}, {(table, "read") for table in TABLES}),
    "several verbs": ({"tables.*": ["read", "write"]}, {(one, verb) for one in TABLES for verb in ("read", "write")}),
    "names of one section": ({"queues.jobs-*": "send"}, {(queue, "send") for queue in JOBS}),
    "names of any section that offer the verb": ({"jobs-*": "consume"}, {(queue, "consume") for queue in JOBS}),
    "another verb, other kinds": ({"jobs-*": "publish"}, {("topics.jobs-t", "publish")}),
    "stars within": ({"j*-a": "send"}, {("queues.jobs-a", "send")}),
    "a dot is no star": ({"tables.o*s": "read"}, {("tables.orders", "read")}),
    "what is named wins": (
        {"tables.*": ["read", "write"], "orders": "read"},
        {("tables.orders", "read"), ("tables.items", "read"), ("tables.items", "write")},
    ),
    "also where it stands first": (
        {"tables.orders": "read", "tables.*": "write"},
        {("tables.orders", "read"), ("tables.items", "write")},
    ),
    "two patterns together": (
        {"tables.*": "read", "tables.o*": ["read", "write"]},
        {("tables.orders", "read"), ("tables.orders", "write"), ("tables.items", "read")},
    ),
    "never itself": ({"functions.*": "invoke"}, {("functions.jobs-f", "invoke")}),
}


@pytest.mark.parametrize("case", MEANT)
def test_a_pattern_means(case: str, tmp_path: Path) -> None:
    uses, wanted = MEANT[case]
    assert edges(spec(uses), tmp_path) == wanted


BAD: dict[str, tuple[Json, str, str]] = {
    "no such section": ({"tabels.*": "read"}, "unmatched-pattern", "did you mean 'tables'?"),
    "no such name": ({"job_*": "consume"}, "unmatched-pattern", "did you mean 'jobs-"),
    "nothing of a section": ({"buckets.*": "read"}, "unmatched-pattern", "nothing in 'buckets' offers read"),
    "everything": ({"*": "read"}, "bad-pattern", "name the section"),
    "a star for the section": ({"*.jobs-a": "send"}, "bad-pattern", "name the section"),
    "as": ({"tables.*": {"verbs": "read", "as": "T"}}, "bad-pattern", "which wins over patterns"),
    "a verb of none": ({"jobs-*": "consum"}, "unknown-verb", "did you mean 'consume'?"),
    "verbs of different ones": ({"jobs-*": ["consume", "publish"]}, "unknown-verb", "use two patterns"),
    "a verb of no table": ({"tables.*": "send"}, "unknown-verb", "available: read, write"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_wrong_pattern_is_told_with_what_would_be_right(case: str) -> None:
    uses, code, help_text = BAD[case]
    (fault,) = faults(spec(uses))
    assert (fault.code, fault.component) == (code, "functions.worker")
    assert help_text in fault.suggestion


def test_only_itself_and_what_is_named_is_no_fault(tmp_path: Path) -> None:
    assert edges(spec({"work*": "invoke"}), tmp_path) == set()
    assert edges(spec({"orders": "read", "tables.o*": "write"}), tmp_path) == {("tables.orders", "read")}


def test_the_program_is_the_same_as_with_every_name_written() -> None:
    named = {table: ["read", "write"] for table in TABLES} | dict.fromkeys(JOBS, "consume")
    by_pattern = compiled(spec({"tables.*": ["read", "write"], "jobs-*": "consume"}))
    assert resources(by_pattern) == resources(compiled(spec(named)))


def test_environments_add_remove_and_change_patterns(tmp_path: Path) -> None:
    changes = {"verbs": "write"}
    prod = {"posture": "production", "functions": {"worker": {"uses": {"jobs-*": None, "tables.*": changes}}}}
    text = spec({"jobs-*": "consume", "tables.*": "read"}, environments={**HEAD["environments"], "prod": prod})
    assert {verb for _, verb in edges(text, tmp_path)} == {"consume", "read"}
    assert {verb for _, verb in edges(text, tmp_path, "prod")} == {"write"}


def test_a_pattern_means_what_an_environment_has(tmp_path: Path) -> None:
    tables = {**SHOP["tables"], "audit": {"key": {"partition": "id"}, "only": ["prod"]}}
    environments = {**HEAD["environments"], "prod": {"posture": "production"}}
    text = spec({"tables.*": "read"}, tables=tables, environments=environments)
    assert ("tables.audit", "read") not in edges(text, tmp_path)
    assert ("tables.audit", "read") in edges(text, tmp_path, "prod")


def test_patterns_mean_names_of_today_and_keep_ids_of_before() -> None:
    text = spec({"tables.new*": "read"}, tables={"news": {"key": {"partition": "id"}, "renamed_from": "olds"}})
    found = resources(compiled(text))
    assert found["WorkerFunction"]["Properties"]["Environment"]["Variables"].keys() == {"NEWS_NAME"}
    assert found["WorkerFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"][0]["Sid"] == "OldsTableRead"


def test_names_that_meet_are_told_with_the_component_to_name() -> None:
    text = spec({"tables.*": "read", "buckets.*": "read"}, buckets={"orders": {}})
    with pytest.raises(SpecError) as problem:
        compiled(text)
    assert {found.code for found in problem.value.diagnostics} == {"duplicate-variable"}
    assert "buckets.orders: {verbs: read, as: OTHER}" in str(problem.value)
    renamed = {"tables.*": "read", "buckets.*": "read", "buckets.orders": {"verbs": "read", "as": "FILES"}}
    found = resources(compiled(spec(renamed, buckets={"orders": {}})))
    assert found["WorkerFunction"]["Properties"]["Environment"]["Variables"].keys() >= {"FILES_NAME", "ORDERS_NAME"}


def test_variables_can_be_left_out() -> None:
    uses = {"tables.*": {"verbs": "read", "variables": False}, "other": {"verbs": "send", "variables": True}}
    found = resources(compiled(spec(uses)))
    assert found["WorkerFunction"]["Properties"]["Environment"]["Variables"].keys() == {"OTHER_URL"}
    assert "dynamodb:GetItem" in json.dumps(found["WorkerFunctionAccess"])


def test_without_variables_the_agent_of_containers_reads_no_secret() -> None:
    base = {**HEAD, "secrets": {"stripe": {"keys": ["api_key"]}}}
    web = {"image": "example/web:1.0", "uses": {"stripe": {"verbs": "read", "variables": False}}}
    given, silent = (
        resources(compiled(json.dumps({**base, "services": {"web": {**web, "uses": uses}}})))
        for uses in ({"stripe": "read"}, web["uses"])
    )
    assert "secretsmanager:GetSecretValue" in json.dumps(given["WebServiceExecutionRole"])
    assert "secretsmanager" not in json.dumps(silent["WebServiceExecutionRole"])
    assert "Secrets" not in json.dumps(silent["WebServiceTaskDefinition"])
    assert "secretsmanager:GetSecretValue" in json.dumps(silent["WebServiceAccess"])


def hundred(uses: Json) -> str:
    tables = {f"table-{number}": {"key": {"partition": "id"}} for number in range(100)}
    worker = {**CODE, "uses": uses}
    return json.dumps({**HEAD, "naming": "${platform}-${name}", "tables": tables, "functions": {"worker": worker}})


def test_the_limit_of_variables_names_the_way_out() -> None:
    with pytest.raises(SpecError, match="environment-limit") as problem:
        compiled(hundred({"tables.*": "read"}).replace('"naming": "${platform}-${name}", ', ""))
    assert "variables: false" in str(problem.value)


def test_grants_on_a_hundred_tables_are_few_statements_on_each_of_them() -> None:
    found = resources(compiled(hundred({"tables.*": {"verbs": ["read", "write"], "variables": False}})))
    policies = [one for one in found.values() if one["Type"] == "AWS::IAM::ManagedPolicy"]
    statements = [one for policy in policies for one in policy["Properties"]["PolicyDocument"]["Statement"]]
    assert len(policies) <= 10
    named = {json.dumps(arn) for one in statements for arn in one["Resource"] if "table" in json.dumps(arn)}
    assert len(named) == 100
    assert "*" not in "".join(named)


@pytest.mark.slow
def test_a_function_with_a_hundred_tables_lints_clean(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(hundred({"tables.*": {"verbs": ["read", "write"], "variables": False}}), encoding="utf-8")
    judged = judge(compile_spec(str(file), (), trace=True), whole=True)
    assert [str(found) for found in judged.diagnostics] == []
